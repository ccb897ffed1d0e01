#include "robustcheck/base/dataset.h"

#include <strings.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

#include "dataset_listing.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/picture_format.h"
#include "robustcheck/base/text.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

struct Reason {
  std::string_view name, words;
};
constexpr Reason kReasons[] = {
    {"beside_classes", "pictures beside the class folders"},
    {"dangling_link", "links that lead nowhere"},
    {"format_not_read", "pictures of a format that is not read"},
    {"hidden", "hidden or system files"},
    {"limit", "pictures beyond --limit"},
    {"link_loop", "links that loop"},
    {"no_file", "pipes, sockets or devices"},
    {"no_picture", "files that are no pictures"},
    {"other_ending", "pictures whose ending names no picture format"},
    {"repeated", "pictures that are listed already"},
    {"unreadable", "pictures that cannot be decoded"},
};

bool has_csv_ending(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending.size() == 4 && (strcasecmp(ending.c_str(), ".csv") == 0 || strcasecmp(ending.c_str(), ".tsv") == 0);
}

Listing list_one(const fs::path& path) {
  std::error_code error;
  const FileKind kind = fs::is_regular_file(path, error) ? kind_of_file(path) : FileKind::no_picture;
  Listing listing;
  if (kind == FileKind::not_read)
    refuse_dataset(path_text(path), "is a picture of a format that is not read; " + formats_read() + " are");
  if (kind == FileKind::no_picture)
    refuse_dataset(path_text(path),
                   "is no directory, no .csv file and no image; give a directory of images, class directories, or a "
                   "CSV path,label");
  listing.images.push_back({path, path_text(path.filename()), "", std::nullopt});
  return listing;
}

Listing list_files(const fs::path& path, const std::vector<std::string>& classes) {
  if (fs::is_directory(path)) return list_folder(path, classes);
  return has_csv_ending(path) ? list_csv(path, classes) : list_one(path);
}

fs::path absolute_path(const fs::path& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

std::string identity(const Dataset& dataset) {
  std::string text;
  for (const ImageFile& image : dataset.images)
    text += image.name + '\t' + image.sha256 + '\t' + (image.label ? std::to_string(*image.label) : "") + '\n';
  return sha256_hex(text);
}

}  // namespace

void refuse_dataset(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::input, place + ": " + problem);
}

Label class_index(const std::string& name, const std::vector<std::string>& classes, const std::string& place) {
  const auto found = std::find(classes.begin(), classes.end(), name);
  if (found == classes.end())
    refuse_dataset(place, unknown_name("class", name, classes, "classes of the preprocessing file"));
  return static_cast<Label>(found - classes.begin());
}

void Listing::skip(const std::string& reason, const std::string& name, std::uint64_t count) {
  Skipped& row = skipped_.try_emplace(reason, Skipped{reason, 0, name}).first->second;
  row.count += count;
}

std::vector<Skipped> Listing::skipped() const {
  std::vector<Skipped> rows;
  for (const auto& [reason, row] : skipped_) rows.push_back(row);
  return rows;
}

std::string skipped_in_words(const std::string& reason) {
  const auto found =
      std::find_if(std::begin(kReasons), std::end(kReasons), [&](const Reason& row) { return row.name == reason; });
  return found == std::end(kReasons) ? reason : std::string(found->words);
}

std::string in_words(const std::vector<Skipped>& skipped) {
  std::vector<std::string> parts;
  for (const Skipped& row : skipped)
    parts.push_back(std::to_string(row.count) + " " + skipped_in_words(row.reason) + " (first: " + row.first + ")");
  return join(parts, ", ");
}

Dataset list_dataset(const fs::path& path, const std::vector<std::string>& classes) {
  Dataset dataset;
  dataset.path = absolute_path(path);
  std::error_code error;
  if (!fs::exists(dataset.path, error)) refuse_dataset(path_text(path), "no such directory or CSV file");
  Listing listing = list_files(dataset.path, classes);
  dataset.images = std::move(listing.images);
  dataset.classes = std::move(listing.classes);
  dataset.skipped = listing.skipped();
  if (dataset.images.empty())
    refuse_dataset(path_text(path), "holds no image (" + endings_read() + ")" +
                                        (dataset.skipped.empty() ? "" : "; left out: " + in_words(dataset.skipped)));
  std::sort(dataset.images.begin(), dataset.images.end(),
            [](const ImageFile& a, const ImageFile& b) { return a.name < b.name; });
  dataset.labelled = dataset.images.front().label.has_value();
  for (ImageFile& image : dataset.images)
    image.sha256 = fs::is_regular_file(image.path, error) ? sha256_file(image.path) : std::string(64, '0');
  dataset.sha256 = identity(dataset);
  return dataset;
}

std::vector<ImageIndex> spread_over_classes(const Dataset& dataset, const std::vector<ImageIndex>& among,
                                            std::size_t count) {
  std::map<Label, std::vector<ImageIndex>> by_class;
  for (const ImageIndex i : among) by_class[dataset[i].label.value_or(-1)].push_back(i);
  std::vector<ImageIndex> chosen;
  const std::size_t groups = by_class.size();
  std::size_t group = 0;
  for (const auto& [label, members] : by_class) {
    const std::size_t share = std::min(members.size(), (count * (group + 1)) / groups - (count * group) / groups);
    for (std::size_t i = 0; i < share; ++i) chosen.push_back(members[i * members.size() / share]);
    ++group;
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

Dataset limited(const Dataset& dataset, std::size_t limit) {
  if (limit == 0 || limit >= dataset.size()) return dataset;
  std::vector<ImageIndex> all(dataset.size());
  std::iota(all.begin(), all.end(), ImageIndex{0});
  const std::vector<ImageIndex> chosen = spread_over_classes(dataset, all, limit);
  Dataset result = dataset;
  result.images.clear();
  for (const ImageIndex i : chosen) result.images.push_back(dataset.images[i]);
  result.sha256 = identity(result);
  std::vector<ImageIndex> beyond;
  std::set_difference(all.begin(), all.end(), chosen.begin(), chosen.end(), std::back_inserter(beyond));
  result.skipped.push_back({"limit", beyond.size(), dataset[beyond.front()].name});
  return result;
}

bool in_confirmation_half(const ImageFile& image, std::uint64_t split_seed) {
  return (sha256(image.sha256 + "/" + std::to_string(split_seed)).back() & 1) != 0;
}

std::vector<ImageIndex> calibration_images(const Dataset& dataset, std::size_t count, std::uint64_t split_seed) {
  std::vector<ImageIndex> search_half;
  for (ImageIndex i = 0; i < dataset.size(); ++i)
    if (!in_confirmation_half(dataset[i], split_seed)) search_half.push_back(i);
  return spread_over_classes(dataset, search_half, count);
}

}  // namespace robustcheck
