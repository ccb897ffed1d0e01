#include "robustcheck/app/output_names.h"

#include <algorithm>
#include <set>

#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

bool leads_out(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

fs::path common_folder(const fs::path& a, const fs::path& b) {
  fs::path common;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end() && *x == *y; ++x, ++y) common /= *x;
  return common;
}

/// The folder that names are relative to: the data set's own, or the one that holds all images.
fs::path folder_of(const Dataset& dataset) {
  std::error_code error;
  const fs::path own = fs::is_directory(dataset.path, error) ? dataset.path : dataset.path.parent_path();
  const auto outside = [&](const ImageFile& image) { return leads_out(image.path.lexically_relative(own)); };
  if (std::none_of(dataset.images.begin(), dataset.images.end(), outside)) return own;
  fs::path common = dataset.images.front().path.parent_path();
  for (const ImageFile& image : dataset.images) common = common_folder(common, image.path.parent_path());
  return common;
}

/// Most file systems take 255 bytes a name; an ending and a number still come.
std::string fitting(const std::string& name) {
  constexpr std::size_t kMost = 220, kKept = 180, kDigits = 16;
  if (name.size() <= kMost) return name;
  std::size_t kept = kKept;
  while ((static_cast<unsigned char>(name[kept]) & 0xc0U) == 0x80U) --kept;  // no part of a UTF-8 character
  return name.substr(0, kept) + "~" + sha256_hex(name).substr(0, kDigits) + fs::path(name).extension().string();
}

/// Relative to `folder`, as text.
fs::path name_of(const ImageFile& image, const fs::path& folder) {
  fs::path name;
  for (const fs::path& part : image.path.lexically_relative(folder)) name /= fitting(path_text(part));
  return name;
}

/// Gives every image names that nobody else has.
class Namer {
 public:
  Namer(const std::vector<fs::path>& images, std::size_t per_image) : per_image_(per_image) {
    for (const fs::path& image : images)
      for (fs::path folder = image.parent_path(); !folder.empty(); folder = folder.parent_path())
        if (!taken_.insert(folder).second) break;
  }

  void name(const fs::path& image, std::vector<fs::path>& names) {
    fs::path stem = image.parent_path() / image.stem();
    for (std::size_t number = 1; !is_free(stem); ++number)
      stem = number == 1 ? image : fs::path(image.string() + "~" + std::to_string(number));
    for (std::size_t i = 0; i < per_image_; ++i) {
      names.push_back(numbered(stem, i));
      taken_.insert(names.back());
    }
  }

 private:
  fs::path numbered(const fs::path& stem, std::size_t i) const {
    return stem.string() + (per_image_ > 1 ? "-" + std::to_string(i + 1) : "") + ".png";
  }
  bool is_free(const fs::path& stem) const {
    for (std::size_t i = 0; i < per_image_; ++i)
      if (taken_.contains(numbered(stem, i))) return false;
    return true;
  }

  std::size_t per_image_;
  std::set<fs::path> taken_;  ///< files, and folders of all images
};

fs::path real(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found;
}

/// A file's place in the real tree; what lies there may be a link.
fs::path place_of(const fs::path& path) { return real(path.parent_path()) / path.filename(); }

[[noreturn]] void refuse(const fs::path& output, const std::string& why) {
  throw Error(ErrorKind::usage, "--out " + output.string() + ": " + why + "; choose another directory");
}

}  // namespace

std::vector<fs::path> output_names(const Dataset& dataset, std::size_t per_image) {
  const fs::path folder = folder_of(dataset);
  std::vector<fs::path> images, names;
  for (const ImageFile& image : dataset.images) images.push_back(name_of(image, folder));
  Namer namer(images, per_image);
  for (const fs::path& image : images) namer.name(image, names);
  return names;
}

void check_no_input_is_written(const Dataset& dataset, const std::vector<fs::path>& outputs) {
  std::set<fs::path> inputs = {place_of(dataset.path), real(dataset.path)};
  for (const ImageFile& image : dataset.images) {
    inputs.insert(place_of(image.path));
    inputs.insert(real(image.path));
  }
  for (const fs::path& output : outputs)
    if (inputs.contains(place_of(fs::absolute(output)))) refuse(output, "is an input, which is never replaced");
}

void check_holds_no_input(const Dataset& dataset, const fs::path& directory) {
  const fs::path folder = real(fs::absolute(directory));
  const auto lies_here = [&](const fs::path& input) {
    return place_of(input).parent_path() == folder || real(input).parent_path() == folder;
  };
  std::error_code error;
  const bool is_list = fs::is_regular_file(dataset.path, error);
  if (real(dataset.path) == folder || (is_list && lies_here(dataset.path)))
    refuse(directory, "holds the images or the list of them");
  for (const ImageFile& image : dataset.images)
    if (lies_here(image.path)) refuse(directory, "holds the input " + one_line_text(image.name));
}

}  // namespace robustcheck::app
