#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "robustcheck/base/dataset.h"

namespace robustcheck {

/// What a folder or a list holds.
class Listing {
 public:
  std::vector<ImageFile> images;
  std::vector<std::string> classes;  ///< names by index; empty without labels or where labels are indices

  void skip(const std::string& reason, const std::string& name, std::uint64_t count = 1);
  std::vector<Skipped> skipped() const;

 private:
  std::map<std::string, Skipped> skipped_;
};

/// Index of a class directory's or a list's class name. Throws Error{input} with did-you-mean.
Label class_index(const std::string& name, const std::vector<std::string>& classes, const std::string& place);

/// Class directories, or a flat directory. Links are followed, each file is listed once.
Listing list_folder(const std::filesystem::path& root, const std::vector<std::string>& classes);
/// A CSV file.
Listing list_csv(const std::filesystem::path& csv, const std::vector<std::string>& classes);

[[noreturn]] void refuse_dataset(const std::string& place, const std::string& problem);

}  // namespace robustcheck
