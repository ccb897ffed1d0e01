#include <exception>
#include <iostream>

#include "commands.h"
#include "robustcheck/base/error.h"

int main(int argc, char** argv) {
  try {
    return robustcheck::cli::run(argc, argv);
  } catch (const robustcheck::Error& error) {
    std::cerr << "robustcheck: " << (error.kind() == robustcheck::ErrorKind::internal ? "internal error: " : "error: ")
              << error.what() << '\n';
    return robustcheck::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "robustcheck: internal error: " << error.what() << '\n';
    return robustcheck::kExitInternal;
  }
}
