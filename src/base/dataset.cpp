#include "robustcheck/base/dataset.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <sstream>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/text.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string> kExtensions = {".png", ".jpg", ".jpeg", ".webp", ".bmp",
                                              ".ppm", ".pgm", ".tif",  ".tiff"};

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::input, place + ": " + problem);
}

bool is_image(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!is_hidden(entry.path())) entries.push_back(entry.path());
  if (error) fail(folder.string(), "cannot be listed: " + error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

void add_folder(const fs::path& root, const fs::path& folder, std::optional<Label> label,
                std::vector<ImageFile>& images) {
  for (const fs::path& entry : sorted_entries(folder)) {
    if (fs::is_directory(entry))
      add_folder(root, entry, label, images);
    else if (is_image(entry))
      images.push_back({entry, entry.lexically_relative(root).generic_string(), "", label});
  }
}

Label class_index(const std::string& name, const std::vector<std::string>& classes, const std::string& place) {
  const auto found = std::find(classes.begin(), classes.end(), name);
  if (found == classes.end()) fail(place, unknown_name("class", name, classes, "classes of the preprocessing file"));
  return static_cast<Label>(found - classes.begin());
}

std::vector<ImageFile> list_folder(const fs::path& root, const std::vector<std::string>& classes) {
  std::vector<fs::path> folders;
  for (const fs::path& entry : sorted_entries(root))
    if (fs::is_directory(entry)) folders.push_back(entry);
  std::vector<ImageFile> images;
  if (folders.empty()) {
    add_folder(root, root, std::nullopt, images);
    return images;
  }
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::string name = folders[i].filename().string();
    const Label label = classes.empty() ? static_cast<Label>(i) : class_index(name, classes, folders[i].string());
    add_folder(root, folders[i], label, images);
  }
  return images;
}

Label csv_label(const std::string& text, const std::vector<std::string>& classes, const std::string& place) {
  int index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool is_index = error == std::errc{} && end == text.data() + text.size();
  if (!is_index || std::find(classes.begin(), classes.end(), text) != classes.end())
    return class_index(text, classes, place);
  if (index < 0 || (!classes.empty() && index >= static_cast<int>(classes.size())))
    fail(place, "label " + text + " is outside [0, " + std::to_string(classes.size() - 1) + "]");
  return index;
}

std::vector<ImageFile> list_csv(const fs::path& csv, const std::vector<std::string>& classes) {
  std::istringstream lines(read_file(csv));
  std::vector<ImageFile> images;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || (number == 1 && line == "path,label")) continue;
    const std::string place = csv.string() + ":" + std::to_string(number);
    const std::size_t comma = line.rfind(',');
    if (comma == std::string::npos || comma == 0) fail(place, "'" + line + "' is no line path,label");
    const std::string name = line.substr(0, comma);
    const fs::path path = fs::path(name).is_absolute() ? fs::path(name) : csv.parent_path() / name;
    images.push_back({path.lexically_normal(), name, "", csv_label(line.substr(comma + 1), classes, place)});
  }
  return images;
}

std::vector<ImageFile> list_images(const fs::path& path, const std::vector<std::string>& classes) {
  if (fs::is_directory(path)) return list_folder(path, classes);
  if (path.extension() == ".csv") return list_csv(path, classes);
  if (is_image(path)) return {{path, path.filename().string(), "", std::nullopt}};
  fail(
      path.string(),
      "is no directory, no .csv file and no image; give a directory of images, class directories, or a CSV path,label");
}

std::string identity(const Dataset& dataset) {
  std::string text;
  for (const ImageFile& image : dataset.images)
    text += image.name + '\t' + image.sha256 + '\t' + (image.label ? std::to_string(*image.label) : "") + '\n';
  return sha256_hex(text);
}

}  // namespace

Dataset list_dataset(const fs::path& path, const std::vector<std::string>& classes) {
  Dataset dataset;
  dataset.path = fs::absolute(path).lexically_normal();
  if (!dataset.path.has_filename()) dataset.path = dataset.path.parent_path();
  if (!fs::exists(dataset.path)) fail(path.string(), "no such directory or CSV file");
  dataset.images = list_images(dataset.path, classes);
  if (dataset.images.empty()) fail(path.string(), "holds no image (" + join(kExtensions, " ") + ")");
  std::sort(dataset.images.begin(), dataset.images.end(),
            [](const ImageFile& a, const ImageFile& b) { return a.name < b.name; });
  dataset.labelled = dataset.images.front().label.has_value();
  for (ImageFile& image : dataset.images) {
    std::error_code error;
    image.sha256 = fs::is_regular_file(image.path, error) ? sha256_file(image.path) : std::string(64, '0');
  }
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
  Dataset result{dataset.path, {}, dataset.labelled, ""};
  for (const ImageIndex i : spread_over_classes(dataset, all, limit)) result.images.push_back(dataset.images[i]);
  result.sha256 = identity(result);
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
