#include "robustcheck/base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "robustcheck/base/error.h"
#include "robustcheck/base/fd.h"

namespace robustcheck {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw Error(ErrorKind::input, path.string() + ": " + reason);
}

std::string read_all(int fd, const std::filesystem::path& path, std::size_t most_bytes) {
  std::string content;
  std::array<char, 65536> chunk;
  for (ssize_t got = 1; got != 0;) {
    got = read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, std::string("cannot be read: ") + std::strerror(errno));
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > most_bytes) fail(path, "holds more than " + std::to_string(most_bytes >> 20) + " MiB");
  }
  return content;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t most_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) fail(path, "no such file");
  if (std::filesystem::is_directory(status)) fail(path, "is a directory, a file is needed");
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(path, std::string("cannot be opened: ") + std::strerror(errno));
  return read_all(file.get(), path, most_bytes);
}

std::string input_name(const std::filesystem::path& path) { return path == "-" ? "stdin" : path.string(); }

std::string read_input(const std::filesystem::path& path, std::size_t most_bytes) {
  return path == "-" ? read_all(STDIN_FILENO, input_name(path), most_bytes) : read_file(path, most_bytes);
}

}  // namespace robustcheck
