#include "robustcheck/app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "robustcheck/app/terminal.h"
#include "robustcheck/base/json.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

constexpr double kBarInterval_s = 0.1;
constexpr double kPlainInterval_s = 10.0;

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 100) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

}  // namespace

Progress::Progress(const OutputOptions& options) {
  terminal_ = isatty(STDERR_FILENO) != 0;
  bar_ = options.progress == ProgressMode::bar ||
         (options.progress == ProgressMode::automatic && is_capable_terminal(STDERR_FILENO));
  json_ = options.progress == ProgressMode::json;
  silent_ = options.quiet || options.progress == ProgressMode::none;
}

Progress::~Progress() { finish(); }

void Progress::phase(const std::string& name, std::uint64_t total) {
  finish();
  name_ = name;
  total_ = total;
  done_ = 0;
  note_.clear();
  phase_watch_ = Stopwatch();
  last_shown_s_ = 0.0;
  if (!bar_) show();
}

void Progress::update(std::uint64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  const double now = phase_watch_.seconds();
  if (now - last_shown_s_ < (bar_ ? kBarInterval_s : kPlainInterval_s)) return;
  last_shown_s_ = now;
  show();
}

void Progress::finish() {
  if (name_.empty()) return;
  if (bar_ && !silent_) {
    show();
    std::cerr << '\n' << std::flush;
  } else if (done_ > 0) {
    show();
  }
  name_.clear();
}

std::string Progress::line() const {
  std::string text = name_;
  if (done_ > 0) {
    const double elapsed = phase_watch_.seconds();
    const double rate = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0.0;
    text += "  " + std::to_string(done_);
    if (total_ > 0) text += "/" + std::to_string(total_);
    text += " evaluations, " + fixed(rate, 0) + "/s";
    if (total_ > done_ && rate > 0) text += ", " + duration(static_cast<double>(total_ - done_) / rate) + " left";
  }
  return note_.empty() ? text : text + ", " + note_;
}

std::string Progress::json_line() const {
  const double elapsed = phase_watch_.seconds();
  const double rate = done_ > 0 && elapsed > 0 ? static_cast<double>(done_) / elapsed : 0.0;
  const bool known = total_ > 0 && rate > 0;
  const Json json = {
      {"phase", name_},
      {"done", done_},
      {"total", total_ > 0 ? Json(total_) : Json()},
      {"evaluations_per_second", rate > 0 ? Json(rate) : Json()},
      {"seconds_left", known ? Json(static_cast<double>(total_ - std::min(done_, total_)) / rate) : Json()},
      {"note", note_}};
  return json_text(json);
}

void Progress::show() {
  if (silent_) return;
  if (json_) {
    std::cerr << json_line() << '\n' << std::flush;
    return;
  }
  const std::string text = one_line_text(line());
  const std::size_t most = terminal_ ? terminal_columns(STDERR_FILENO) - 1 : std::string::npos;  // the cursor's place
  std::cerr << (bar_ ? "\r\033[K" : "") << clipped(text, most) << (bar_ ? "" : "\n") << std::flush;
}

}  // namespace robustcheck::app
