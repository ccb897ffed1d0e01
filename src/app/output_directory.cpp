#include "robustcheck/app/output_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "robustcheck/base/error.h"
#include "robustcheck/base/json.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kNewFile = 0666;  // less what the umask takes
constexpr const char* kHeader = "# What robustcheck wrote here: all that --force removes.\n";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

/// A list that was edited names nothing outside.
bool stays_inside(const fs::path& relative) {
  return !relative.empty() && relative.is_relative() && relative.lexically_normal() == relative &&
         *relative.begin() != "..";
}

std::string content_of(int fd) {
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t got = 0; (got = pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(got));
  return text;
}

void append_entries(const fs::path& folder, const fs::path& below, std::vector<fs::path>& entries) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder / below, error))
    entries.push_back(below / entry.path().filename());
}

/// Relative; of the directory and of the folders in it.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries, below;
  append_entries(folder, {}, entries);
  std::error_code error;
  for (const fs::path& entry : entries)
    if (fs::is_directory(folder / entry, error)) append_entries(folder, entry, below);
  entries.insert(entries.end(), below.begin(), below.end());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// A version before the list: its report is the mark.
bool is_older_run(const fs::path& folder) {
  try {
    const Json report = read_json(folder / "report.json");
    return report.is_object() && report.value("tool", Json()).value("name", "") == "robustcheck";
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

void lock(int fd, const std::string& place) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(fd, F_SETLK, &whole) == 0 || (errno != EACCES && errno != EAGAIN)) return;
  fcntl(fd, F_GETLK, &whole);
  const bool known = whole.l_type != F_UNLCK && whole.l_pid > 0;  // none of another container
  throw Error(ErrorKind::usage, place + ": in use by " +
                                    (known ? "process " + std::to_string(whole.l_pid) : "another process") +
                                    "; wait for its end, or choose another directory");
}

void OutputDirectory::open(bool force) {
  make();
  take_list();
  read_list();
  if (written_.empty() && is_older_run(path_)) adopt();
  if (!force && !ours().empty()) refuse("holds a run already; choose another directory, or --force to replace it");
  refuse_others();
  write_list();
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (list_.get() >= 0 && written_.empty()) fs::remove(list(), ignored);
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) fs::remove(*folder, ignored);  // empty ones
}

void OutputDirectory::refuse(const std::string& why) const {
  throw Error(ErrorKind::usage, "--out " + path_.string() + ": " + why);
}

void OutputDirectory::make() {
  if (is_there(path_) && !fs::is_directory(path_)) refuse("is no directory");
  std::vector<fs::path> missing;
  for (fs::path folder = fs::absolute(path_).lexically_normal(); !is_there(folder); folder = folder.parent_path())
    if (folder.has_filename()) missing.push_back(folder);
  for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
    std::error_code error;
    if (fs::create_directory(*folder, error)) made_.push_back(*folder);
    if (error) refuse("cannot be created: " + error.message());
  }
}

/// Until the list that is held is the one that the directory has: another process may have taken it back meanwhile.
void OutputDirectory::take_list() {
  struct stat held = {};
  Fd file;
  do {
    file = Fd(::open(list().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kNewFile));
    if (file.get() < 0) refuse(std::string("cannot be written: ") + std::strerror(errno));
    lock(file.get(), "--out " + path_.string());
  } while (fstat(file.get(), &held) == 0 && held.st_nlink == 0);
  list_ = std::move(file);
}

void OutputDirectory::read_list() {
  for (const std::string& line : split(content_of(list_.get()), '\n'))
    if (stays_inside(line) && is_there(path_ / line)) written_.insert(line);
}

/// In place: a new file would be under no lock. Nor is the file opened twice: closing one of them ends the lock. Cut
/// off last: on a full disk the old list stays.
void OutputDirectory::write_list() {
  std::string text = kHeader;
  for (const fs::path& relative : written_) text += relative.string() + "\n";
  const auto size = static_cast<ssize_t>(text.size());
  if (pwrite(list_.get(), text.data(), text.size(), 0) != size || ftruncate(list_.get(), size) != 0)
    refuse(std::string("cannot be written: ") + std::strerror(errno));
}

void OutputDirectory::adopt() {
  for (const fs::path& entry : entries_of(path_))
    if (is_ours_(entry)) written_.insert(entry);
}

void OutputDirectory::refuse_others() const {
  for (const fs::path& entry : entries_of(path_))
    if (is_ours_(entry) && !written_.contains(entry))
      refuse(entry.string() + " is there, and no run wrote it; choose another directory");
}

std::vector<fs::path> OutputDirectory::ours() const {
  std::vector<fs::path> own;
  std::copy_if(written_.begin(), written_.end(), std::back_inserter(own), is_ours_);
  return own;
}

void OutputDirectory::add(const fs::path& relative) {
  if (written_.contains(relative)) return;
  const std::string line = relative.string() + "\n";
  const off_t end = lseek(list_.get(), 0, SEEK_END);
  if (end < 0 || pwrite(list_.get(), line.data(), line.size(), end) != static_cast<ssize_t>(line.size())) {
    const std::string reason = std::strerror(errno);
    [[maybe_unused]] const int not_cut = ftruncate(list_.get(), end);  // no half a name
    throw Error(ErrorKind::input, list().string() + ": cannot be written: " + reason);
  }
  written_.insert(relative);
}

void OutputDirectory::remove(const std::vector<fs::path>& wanted) {
  for (const fs::path& relative : wanted) {
    std::error_code error;
    if (!written_.contains(relative) || fs::is_directory(path_ / relative, error)) continue;
    fs::remove(path_ / relative, error);
    if (error) refuse(relative.string() + " cannot be replaced: " + error.message());
    written_.erase(relative);
  }
  write_list();
}

}  // namespace robustcheck::app
