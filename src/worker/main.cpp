#include <malloc.h>
#include <sys/prctl.h>

#include <charconv>
#include <csignal>
#include <iostream>
#include <optional>
#include <span>
#include <string_view>

#include "robustcheck/base/error.h"
#include "robustcheck/eval/messages.h"
#include "robustcheck/runtime/service.h"

namespace {

using namespace robustcheck;

std::optional<int> socket_number(std::span<char* const> arguments) {
  if (arguments.size() != 2 || std::string_view(arguments[0]) != "--socket") return std::nullopt;
  const std::string_view text(arguments[1]);
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

/// Large activations would otherwise be unmapped after each forward pass and faulted in again in the next.
void keep_freed_memory() {
  constexpr int kOneGibibyte = 1 << 30;
  constexpr int kOldLimit = 32 << 20;  // the most that glibc before 2.35 takes
  if (mallopt(M_MMAP_THRESHOLD, kOneGibibyte) == 0) mallopt(M_MMAP_THRESHOLD, kOldLimit);
  mallopt(M_TRIM_THRESHOLD, kOneGibibyte);
}

void serve(int socket) {
  runtime::Service service;
  std::string payload;
  while (eval::receive_frame(socket, payload))
    eval::send_frame(socket, eval::encode(service.handle(eval::decode_request(payload))));
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && std::string_view(arguments[0]) == "--version") {
    std::cout << "robustcheck-worker " << ROBUSTCHECK_VERSION << "\n";
    return kExitOk;
  }
  const std::optional<int> socket = socket_number(arguments);
  if (!socket) {
    std::cerr << "usage: robustcheck-worker --socket FD | --version (robustcheck starts it)\n";
    return kExitUsage;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error like a full disk
  keep_freed_memory();
  try {
    serve(*socket);
    return kExitOk;
  } catch (const std::exception& error) {
    std::cerr << "robustcheck-worker: error: " << error.what() << "\n";
    return kExitInternal;
  }
}
