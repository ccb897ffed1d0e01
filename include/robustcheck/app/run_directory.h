#pragma once

#include <filesystem>
#include <string>

#include "robustcheck/app/output_directory.h"

namespace robustcheck::app {

/// Every path that a run writes.
class RunDirectory {
 public:
  /// Touches nothing.
  explicit RunDirectory(std::filesystem::path path);

  /// Takes the directory for this run. Throws Error{usage} as OutputDirectory::open().
  void open(bool force) { directory_.open(force); }
  /// Throws Error{usage} when files of `folder`, which is what `option` named, would be removed.
  void check_keeps(const std::filesystem::path& folder, const std::string& option) const;
  /// Removes what an earlier run said here, before anything can fail: a run that ends early leaves no verdict of
  /// another one.
  void clear_verdict();
  /// Removes the rest of what an earlier run wrote here, and only that. Done once it is known that no input is among
  /// it.
  void prepare();
  /// Notes that `file`, one of the below, is this run's. Before it is written.
  void add(const std::filesystem::path& file) { directory_.add(file.lexically_relative(path_)); }

  std::filesystem::path root() const { return path_; }
  std::filesystem::path report() const { return path_ / "report.json"; }
  std::filesystem::path journal() const { return path_ / "journal.jsonl"; }
  std::filesystem::path html() const { return path_ / "report.html"; }
  std::filesystem::path junit() const { return path_ / "junit.xml"; }
  std::filesystem::path per_image() const { return path_ / "per_image.jsonl"; }
  /// What the policy of --fail-on said, as `gate --json` prints it.
  std::filesystem::path verdict() const { return path_ / "verdict.json"; }
  std::filesystem::path cases() const { return path_ / "cases"; }
  /// "cases/<name>", as report.json spells it.
  static std::string case_name(const std::string& id, std::size_t k);

 private:
  std::filesystem::path path_;
  OutputDirectory directory_;
};

}  // namespace robustcheck::app
