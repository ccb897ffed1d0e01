#include "standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <iostream>

namespace robustcheck::cli {
namespace {

/// open() takes the lowest free number: the numbers below must be open.
void ensure_open(int number, const char* stand_in, int mode) {
  if (fcntl(number, F_GETFD) < 0) open(stand_in, mode);
}

}  // namespace

void open_standard_streams() {
  ensure_open(STDIN_FILENO, "/dev/null", O_RDONLY);
  ensure_open(STDOUT_FILENO, "/dev/full", O_WRONLY);
  ensure_open(STDERR_FILENO, "/dev/null", O_WRONLY);
}

bool output_arrived() { return static_cast<bool>(std::cout.flush()); }

}  // namespace robustcheck::cli
