#include <exception>
#include <filesystem>
#include <iostream>

#include "commands.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"

int main(int argc, char** argv) {
  try {
    return robustcheck::cli::run(argc, argv);
  } catch (const robustcheck::Error& error) {
    std::cerr << "robustcheck: " << (error.kind() == robustcheck::ErrorKind::internal ? "internal error: " : "error: ")
              << robustcheck::one_line_text(error.what()) << '\n';
    return robustcheck::exit_code(error.kind());
  } catch (const std::filesystem::filesystem_error& error) {  // a disk, a permission, a link: no bug
    std::cerr << "robustcheck: error: " << robustcheck::one_line_text(error.path1().native()) << ": "
              << error.code().message() << '\n';
    return robustcheck::kExitInput;
  } catch (const std::exception& error) {
    std::cerr << "robustcheck: internal error: " << robustcheck::one_line_text(error.what()) << '\n';
    return robustcheck::kExitInternal;
  }
}
