#pragma once

#include <functional>
#include <string>

namespace robustcheck::app {

/// Writes what a run found, one thing after the other: one that cannot be written is said on stderr and does not hold
/// up the rest.
class Saver {
 public:
  /// Something that was asked for. False where `write` throws.
  bool result(const std::function<void()>& write);
  /// A picture, a summary: a warning only.
  bool extra(const std::function<void()>& write);

  /// What the program exits with: `code`, or 3 where a result is missing and `code` says of no failure and no signal.
  int exit_code(int code) const;

 private:
  bool complete_ = true;
};

}  // namespace robustcheck::app
