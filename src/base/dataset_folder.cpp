#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>
#include <utility>

#include "dataset_listing.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/picture_format.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

/// What desktops, archives and network drives leave beside pictures.
constexpr std::array<std::string_view, 9> kSystemNames = {
    "__MACOSX",   "@eaDir",      "#recycle",  "$RECYCLE.BIN", "System Volume Information",
    "lost+found", "__pycache__", "Thumbs.db", "desktop.ini"};

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || std::find(kSystemNames.begin(), kSystemNames.end(), name) != kSystemNames.end();
}

std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) entries.push_back(*at);
  if (error) refuse_dataset(path_text(folder), "cannot be listed: " + error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::uint64_t files_under(const fs::path& folder) {
  std::uint64_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end; at.increment(error))
    count += at->symlink_status().type() == fs::file_type::directory ? 0 : 1;
  return count;
}

/// True where `folder` lies in `above`, or is it. Both are canonical.
bool lies_in(const fs::path& folder, const fs::path& above) {
  return std::mismatch(above.begin(), above.end(), folder.begin(), folder.end()).first == above.end();
}

/// Lists what lies in the directory first and follows links after that: a picture keeps its own place.
class FolderLister {
 public:
  FolderLister(fs::path root, Listing& listing)
      : root_(std::move(root)), real_root_(fs::canonical(root_)), listing_(listing) {}

  void add(const fs::directory_entry& entry, std::optional<Label> label) { add(entry, real_root_, label); }
  void add_class(const fs::directory_entry& folder, Label label) {
    if (folder.is_symlink())
      links_.push_back({folder.path(), real_root_, label});
    else
      add_folder(folder.path(), real_root_ / folder.path().filename(), label);
  }
  /// Files that are no part of a class.
  void pass_over(const fs::directory_entry& entry) {
    std::error_code error;
    if (!is_hidden(entry.path()) && entry.is_regular_file(error) && kind_of_file(entry.path()) == FileKind::picture)
      listing_.skip("beside_classes", name(entry.path()));
    else
      add(entry, std::nullopt);
  }
  void skip_folder(const fs::path& folder) {
    if (const std::uint64_t files = files_under(folder); files > 0) listing_.skip("hidden", name(folder) + "/", files);
  }

  void follow_links() {
    if (links_.empty()) return;
    following_links_ = true;
    for (const ImageFile& image : listing_.images)
      listed_.insert((real_root_ / image.path.lexically_relative(root_)).native());
    while (!links_.empty()) {
      const std::vector<Link> links = std::exchange(links_, {});
      for (const Link& link : links) follow(link);
    }
  }

 private:
  struct Link {
    fs::path path, real_parent;
    std::optional<Label> label;
  };

  std::string name(const fs::path& path) const { return as_text(path.lexically_relative(root_).generic_string()); }

  /// `real`: the folder that holds the entry, without links.
  void add(const fs::directory_entry& entry, const fs::path& real, std::optional<Label> label) {
    const fs::path& path = entry.path();
    const fs::file_type type = entry.symlink_status().type();
    if (type == fs::file_type::directory)
      is_hidden(path) ? skip_folder(path) : add_folder(path, real / path.filename(), label);
    else if (is_hidden(path))
      listing_.skip("hidden", name(path));
    else if (type == fs::file_type::symlink)
      links_.push_back({path, real, label});
    else if (type == fs::file_type::regular)
      add_file(path, real / path.filename(), label);
    else
      listing_.skip("no_file", name(path));
  }

  void add_folder(const fs::path& folder, const fs::path& real, std::optional<Label> label) {
    for (const fs::directory_entry& entry : sorted_entries(folder)) add(entry, real, label);
  }

  void add_file(const fs::path& path, const fs::path& real, std::optional<Label> label) {
    const FileKind kind = kind_of_file(path);
    if (kind != FileKind::picture)
      listing_.skip(kind == FileKind::no_picture ? "no_picture"
                    : kind == FileKind::not_read ? "format_not_read"
                                                 : "other_ending",
                    name(path));
    else if (following_links_ && !listed_.insert(real.native()).second)
      listing_.skip("repeated", name(path));
    else
      listing_.images.push_back({path, name(path), "", label});
  }

  void follow(const Link& link) {
    std::error_code error;
    const fs::path target = fs::canonical(link.path, error);
    if (error == std::errc::too_many_symbolic_link_levels) return listing_.skip("link_loop", name(link.path));
    if (error) return listing_.skip("dangling_link", name(link.path));
    if (fs::is_directory(target)) return follow_folder(link, target);
    if (!fs::is_regular_file(target)) return listing_.skip("no_file", name(link.path));
    add_file(link.path, target, link.label);
  }

  void follow_folder(const Link& link, const fs::path& target) {
    if (lies_in(link.real_parent, target))
      listing_.skip("link_loop", name(link.path));
    else if (!followed_.insert(target).second)
      listing_.skip("repeated", name(link.path));
    else
      add_folder(link.path, target, link.label);
  }

  fs::path root_, real_root_;
  Listing& listing_;
  std::vector<Link> links_;
  bool following_links_ = false;
  std::unordered_set<std::string> listed_;  ///< real paths of what was listed; filled once links are followed
  std::set<fs::path> followed_;
};

Listing list_flat(const fs::path& root) {
  Listing listing;
  FolderLister lister(root, listing);
  for (const fs::directory_entry& entry : sorted_entries(root)) lister.add(entry, std::nullopt);
  lister.follow_links();
  return listing;
}

}  // namespace

Listing list_folder(const fs::path& root, const std::vector<std::string>& classes) {
  Listing listing;
  FolderLister lister(root, listing);
  const auto named = [&](const fs::path& folder) {
    return std::find(classes.begin(), classes.end(), path_text(folder.filename())) != classes.end();
  };
  for (const fs::directory_entry& entry : sorted_entries(root)) {
    const fs::path& path = entry.path();
    if (!is_folder(path))
      lister.pass_over(entry);
    else if (is_hidden(path) && !named(path))
      entry.is_symlink() ? listing.skip("hidden", path_text(path.filename())) : lister.skip_folder(path);
    else {
      const std::string name = path_text(path.filename());
      listing.classes.push_back(name);
      lister.add_class(entry, classes.empty() ? static_cast<Label>(listing.classes.size() - 1)
                                              : class_index(name, classes, path_text(path)));
    }
  }
  lister.follow_links();
  const bool no_class = listing.classes.empty() || (classes.empty() && listing.images.empty());  // no picture in any
  return no_class ? list_flat(root) : std::move(listing);
}

}  // namespace robustcheck
