#pragma once

#include <stdexcept>
#include <string>

namespace robustcheck {

/// What went wrong, as a caller must know it. Each kind has one documented exit code.
enum class ErrorKind {
  usage,        ///< the command line or a file that the user wrote
  input,        ///< the model or the data cannot be used
  baseline,     ///< the reference is too inaccurate or not repeatable
  incomplete,   ///< the run could not answer the question
  internal,     ///< a bug in robustcheck
  interrupted,  ///< a signal ended the run after saving
};

/// Exit codes of the program (DESIGN, Contract). 1 means: complete, counterexamples above the gate.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFound = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInput = 3;
inline constexpr int kExitBaseline = 4;
inline constexpr int kExitIncomplete = 5;
inline constexpr int kExitInternal = 70;
inline constexpr int kExitInterrupted = 130;

int exit_code(ErrorKind kind);

/// The only exception that libraries throw on purpose. The message is one line: place, value found, what would be
/// right.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace robustcheck
