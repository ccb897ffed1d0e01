#include "robustcheck/base/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <thread>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/number.h"
#include "robustcheck/base/text.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

const fs::path kGroups = "/sys/fs/cgroup";

std::string content_or_nothing(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const Error&) {
    return "";
  }
}

std::string_view trimmed(std::string_view text) { return text.substr(0, text.find_last_not_of(" \n") + 1); }

std::optional<double> quota_in(const fs::path& group) {
  if (const auto cpus = cpus_of_quota(content_or_nothing(group / "cpu.max"))) return cpus;
  const std::string quota = content_or_nothing(group / "cpu.cfs_quota_us");  // version 1
  return cpus_of_quota(std::string(trimmed(quota)) + " " + content_or_nothing(group / "cpu.cfs_period_us"));
}

/// The least of the group and of those that hold it.
double quota_of(fs::path group, const fs::path& root) {
  double least = HUGE_VAL;
  for (;; group = group.parent_path()) {
    if (const auto cpus = quota_in(group)) least = std::min(least, *cpus);
    if (group == root || group == group.parent_path()) return least;
  }
}

/// A line of /proc/self/cgroup is number:controllers:path; version 2 has no controllers.
double quota() {
  double least = HUGE_VAL;
  for (const std::string& line : split(content_or_nothing("/proc/self/cgroup"), '\n')) {
    const std::vector<std::string> parts = split(line, ':');
    if (parts.size() != 3 || !parts[2].starts_with('/')) continue;
    const std::vector<std::string> controllers = split(parts[1], ',');
    const bool first_version = std::find(controllers.begin(), controllers.end(), "cpu") != controllers.end();
    if (!parts[1].empty() && !first_version) continue;
    const fs::path root = first_version ? kGroups / "cpu" : kGroups;
    least = std::min(least, quota_of((root / parts[2].substr(1)).lexically_normal(), root));
  }
  return least;
}

std::size_t affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(CPU_COUNT(&set));
}

}  // namespace

std::optional<double> cpus_of_quota(std::string_view text) {
  const std::vector<std::string> parts = split(trimmed(text), ' ');
  if (parts.size() != 2) return std::nullopt;
  const std::optional<double> quota = decimal(parts[0]), period = decimal(parts[1]);
  if (!quota || !period || *quota <= 0.0 || *period <= 0.0) return std::nullopt;
  return *quota / *period;
}

std::size_t usable_cpus() {
  const double allowed = std::min(static_cast<double>(affinity()), std::ceil(quota()));
  return static_cast<std::size_t>(std::max(1.0, allowed));
}

}  // namespace robustcheck
