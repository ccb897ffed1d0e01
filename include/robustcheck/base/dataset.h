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
  std::string name;            ///< relative to the dataset, '/' as separator; as_text() of it (base/names.h)
  std::string sha256;          ///< of the file's content
  std::optional<Label> label;
};

/// Files that were given and are no images of the dataset, for one reason.
struct Skipped {
  std::string reason;  ///< a key of dataset.skipped in report.json
  std::uint64_t count = 0;
  std::string first;  ///< name of the first of them
};

/// "3 pictures beside the class folders (first: loose0.png), 1 hidden or system file (first: .DS_Store)".
std::string in_words(const std::vector<Skipped>& skipped);
/// What a reason means: "pictures beside the class folders"; the reason itself where it is not known.
std::string skipped_in_words(const std::string& reason);

/// Images that a run may use. Files are listed and hashed, not decoded.
struct Dataset {
  std::filesystem::path path;  ///< absolute path of the folder or CSV
  std::vector<ImageFile> images;
  bool labelled = false;
  std::string sha256;                ///< of all names, hashes and labels
  std::vector<std::string> classes;  ///< as found: class directories or names of a list in sorted order; may be empty
  std::vector<Skipped> skipped;      ///< with the images, every file that was given

  const ImageFile& operator[](ImageIndex index) const { return images[index]; }
  std::size_t size() const { return images.size(); }
};

/// Lists an ImageFolder (class directories), a flat directory (no labels), a CSV (below) or one picture. What is a
/// picture, the table of base/picture_format.h says. Class directories are matched by name to `classes`; with no
/// `classes` the sorted directory names are the classes, also of those that hold no picture. Beside class directories
/// loose pictures are skipped. Hidden and system files and folders are skipped, unless `classes` names the folder.
/// Links are followed; a file that is reached twice is listed once, by its own place where that is in the directory.
/// Pipes and devices are never opened.
///
/// A CSV names a picture a row (relative to the CSV; a name with backslashes is tried with slashes) and its label, a
/// class name or an index; with no `classes` and labels that are no indices the sorted names are the classes. The first
/// row may name the columns: path, file, filename, image, ...; label, class, ...; others are passed over. Separators
/// are comma, semicolon, tab or |. UTF-8, with or without byte order mark. A picture that is named again is skipped.
///
/// Throws Error{input}: nothing there, no image, a class that `classes` does not name, a malformed CSV row, one picture
/// with two labels.
Dataset list_dataset(const std::filesystem::path& path, const std::vector<std::string>& classes);

/// The first `limit` images spread evenly over the classes (over the whole list without labels), in sorted path order.
/// The others are counted as skipped.
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
