#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "robustcheck/app/options.h"

namespace robustcheck::app {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Says on stderr what a run is doing: a line that updates itself on a terminal, else a line per phase and every ten
/// seconds, or those lines as JSON objects for other programs.
class Progress {
 public:
  explicit Progress(const OutputOptions& options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Starts a named phase of `total` evaluations (0: unknown).
  void phase(const std::string& name, std::uint64_t total);
  /// `done` evaluations of this phase; `note` is a few words ("12 signatures").
  void update(std::uint64_t done, const std::string& note = "");
  void finish();

 private:
  std::string line() const;
  std::string json_line() const;
  void show();

  bool bar_ = false;
  bool terminal_ = false;
  bool silent_ = false;
  bool json_ = false;
  std::string name_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::string note_;
  Stopwatch phase_watch_;
  double last_shown_s_ = 0.0;
};

}  // namespace robustcheck::app
