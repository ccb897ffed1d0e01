#pragma once

#include <filesystem>

namespace robustcheck::runtime {

/// For as long as it lives, the process may take so many seconds; then it ends by SIGALRM and says on stderr which
/// picture it was at: nothing else interrupts a library. The coordinator takes that signal for a timeout. 0 is no
/// deadline. One at a time.
class Deadline {
 public:
  explicit Deadline(double seconds);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// The picture that is being worked on from now on.
  static void at(const std::filesystem::path& picture);
};

}  // namespace robustcheck::runtime
