#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace robustcheck {

/// Position of an image in sorted path order.
using ImageIndex = std::uint32_t;

/// Index of a class = index of the model's output.
using Label = int;

struct ImageFile {
  std::filesystem::path path;  ///< absolute
  std::string name;            ///< relative to the dataset, '/' as separator
  std::string sha256;          ///< of the file's content
  std::optional<Label> label;
};

/// Images that a run may use. Files are listed and hashed, not decoded.
struct Dataset {
  std::filesystem::path path;  ///< absolute path of the folder or CSV
  std::vector<ImageFile> images;
  bool labelled = false;
  std::string sha256;  ///< of all names, hashes and labels

  const ImageFile& operator[](ImageIndex index) const { return images[index]; }
  std::size_t size() const { return images.size(); }
};

/// Lists an ImageFolder (class directories), a flat directory (no labels) or a CSV `path,label` (paths relative to the
/// CSV; label = a class name or an index). Class directories are matched by name to `classes`; with no `classes` the
/// sorted directory names are the classes. Extensions: png, jpg, jpeg, webp, bmp, ppm, pgm, tif, tiff (any case).
/// Throws Error{input}: nothing there, no image, a class that `classes` does not name, a malformed CSV line.
Dataset list_dataset(const std::filesystem::path& path, const std::vector<std::string>& classes);

/// The first `limit` images spread evenly over the classes (over the whole list without labels), in sorted path order.
Dataset limited(const Dataset& dataset, std::size_t limit);

/// `count` of the images `among`, spread evenly over the classes (over the whole list without labels), in the order of
/// `among`. Fewer where a class has not enough.
std::vector<ImageIndex> spread_over_classes(const Dataset& dataset, const std::vector<ImageIndex>& among,
                                            std::size_t count);

/// True: the image belongs to the confirmation half, for good (DESIGN "Meaning"): the lowest bit of SHA-256(SHA-256 hex
/// of the content, "/", the split seed in decimal).
bool in_confirmation_half(const ImageFile& image, std::uint64_t split_seed);

/// The images that an int8 network is calibrated on: `count` of the search half, spread over the classes. Never one of
/// the confirmation half, where rates are measured; the same for the same files, `count` and split seed.
std::vector<ImageIndex> calibration_images(const Dataset& dataset, std::size_t count, std::uint64_t split_seed);

}  // namespace robustcheck
