#include "deadline.h"

#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstring>

#include "robustcheck/base/names.h"

namespace robustcheck::runtime {
namespace {

/// Written before the alarm may come, read by its handler: fixed memory.
std::array<char, 1024> picture_text = {};

void on_alarm(int) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, picture_text.data(), std::strlen(picture_text.data()));
  std::signal(SIGALRM, SIG_DFL);
  std::raise(SIGALRM);
}

void set_timer(double seconds) {
  const double whole = std::floor(seconds);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(whole);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - whole) * 1e6);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

Deadline::Deadline(double seconds) {
  if (seconds > 0.0) std::signal(SIGALRM, on_alarm);
  set_timer(seconds);
}

Deadline::~Deadline() { set_timer(0.0); }

void Deadline::at(const std::filesystem::path& picture) {
  const std::string text = one_line_text(picture.native()) + "\n";
  std::strncpy(picture_text.data(), text.c_str(), picture_text.size() - 1);
}

}  // namespace robustcheck::runtime
