#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "robustcheck/base/fd.h"

namespace robustcheck::app {

/// Keeps other processes away from what `fd` is of, until it is closed. Throws Error{usage} "<place>: in use by process
/// N". A file system without locks keeps nobody away.
void lock(int fd, const std::string& place);

/// The directory that --out names, which one process writes at a time. The file .robustcheck in it lists what was
/// written here: nothing else is ever removed or replaced. A directory where nothing is written is taken back.
class OutputDirectory {
 public:
  using IsOurs = bool (*)(const std::filesystem::path& relative);

  /// `is_ours` knows the names that this command writes, at most one folder down.
  OutputDirectory(std::filesystem::path path, IsOurs is_ours) : path_(std::move(path)), is_ours_(is_ours) {}
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Makes the directory where it is missing. Throws Error{usage}: no directory, cannot be written, in use, holds files
  /// of an earlier run without `force`, or files of somebody else that would be replaced.
  void open(bool force);

  /// Call before a file is written. Throws Error{input} where that cannot be noted.
  void add(const std::filesystem::path& relative);
  /// Removes those of `wanted` that an earlier run wrote. Throws Error{usage}.
  void remove(const std::vector<std::filesystem::path>& wanted);
  /// What earlier runs of this command wrote and is there still.
  std::vector<std::filesystem::path> ours() const;

 private:
  std::filesystem::path list() const { return path_ / ".robustcheck"; }
  void make();
  void take_list();
  void read_list();
  void write_list();
  /// What a version that kept no list wrote.
  void adopt();
  void refuse_others() const;
  [[noreturn]] void refuse(const std::string& why) const;

  std::filesystem::path path_;
  IsOurs is_ours_;
  std::vector<std::filesystem::path> made_;  ///< directories that were missing, outermost first
  std::set<std::filesystem::path> written_;  ///< relative
  Fd list_;
};

}  // namespace robustcheck::app
