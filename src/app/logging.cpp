#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "robustcheck/app/options.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {

std::string version_line() { return std::string("robustcheck ") + ROBUSTCHECK_VERSION; }

void start_logging(bool verbose, const std::filesystem::path& log_file) {
  std::vector<spdlog::sink_ptr> sinks;
  try {
    if (verbose) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_st>());
    if (!log_file.empty())
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_st>(log_file.string(), /*truncate=*/false));
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(ErrorKind::usage, "--log-file " + log_file.string() + ": " + error.what());
  }
  auto logger = std::make_shared<spdlog::logger>("robustcheck", sinks.begin(), sinks.end());
  logger->set_level(sinks.empty() ? spdlog::level::off : spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace robustcheck::app
