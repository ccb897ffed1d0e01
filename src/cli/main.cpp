#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>

#include "commands.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"
#include "standard_streams.h"

namespace {

using namespace robustcheck;

/// What could not be written was not said: no success, but a failure that was found stays one.
int checked_output(int code) {
  if (cli::output_arrived()) return code;
  std::cerr << "robustcheck: error: stdout: cannot be written (closed, or no space left)\n";
  return code == kExitFound || code == kExitInterrupted ? code : kExitInput;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error like a full disk
  try {
    cli::open_standard_streams();
    return checked_output(cli::run(argc, argv));
  } catch (const Error& error) {
    std::cerr << "robustcheck: " << (error.kind() == ErrorKind::internal ? "internal error: " : "error: ")
              << one_line_text(error.what()) << '\n';
    return exit_code(error.kind());
  } catch (const std::filesystem::filesystem_error& error) {  // a disk, a permission, a link: no bug
    std::cerr << "robustcheck: error: " << one_line_text(error.path1().native()) << ": " << error.code().message()
              << '\n';
    return kExitInput;
  } catch (const std::exception& error) {
    std::cerr << "robustcheck: internal error: " << one_line_text(error.what()) << '\n';
    return kExitInternal;
  }
}
