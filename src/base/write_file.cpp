#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "robustcheck/base/error.h"
#include "robustcheck/base/fd.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/number.h"

namespace robustcheck {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kNewFile = 0666;      // less what the umask takes
constexpr mode_t kPermissions = 0777;  // what a replaced file hands on: no set-user-ID

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(ErrorKind::input, path.string() + ": cannot be written: " + std::strerror(error));
}

/// 0, or why not everything arrived.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  return 0;
}

/// Where the bytes go.
struct Target {
  fs::path path;
  std::optional<int> descriptor{};  ///< of this process
};

/// Behind all links, whether something is there or not. /dev/stdout, /dev/fd/63 and links to them are descriptors of
/// this process, which keep their position; opened again, a file would be cut off.
Target target_of(fs::path path) {
  constexpr int kMostLinks = 40;  // as the kernel
  std::error_code no_proc, no_link;
  const fs::path descriptors = fs::canonical("/proc/self/fd", no_proc);
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code error;
    if (!no_proc && fs::weakly_canonical(fs::absolute(path).parent_path(), error) == descriptors)
      if (const std::optional<std::uint64_t> number = whole_number(path.filename().native()))
        return {path, static_cast<int>(*number)};
    const fs::path next = fs::read_symlink(path, no_link);
    if (no_link) break;
    path = path.parent_path() / next;
  }
  return {path};
}

int write_in_place(const fs::path& path, std::string_view content) {
  const Fd file(open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  return file.get() < 0 ? errno : write_all(file.get(), content);
}

/// A new file beside `path`, whole or not there.
class Temporary {
 public:
  explicit Temporary(const fs::path& path)
      : path_(path.string() + ".tmp" + std::to_string(getpid())),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kNewFile)),
        opened_(file_.get() < 0 ? errno : 0) {}
  ~Temporary() {
    if (opened_ == 0) unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  int opened() const { return opened_; }

  /// Owner and permissions of the file that it replaces; the owner where this user may give files away.
  void take_after(const struct stat& old) {
    [[maybe_unused]] const int not_allowed = fchown(file_.get(), old.st_uid, old.st_gid);
    fchmod(file_.get(), old.st_mode & kPermissions);
  }
  int write(std::string_view content) { return write_all(file_.get(), content); }
  int rename_to(const fs::path& path) { return rename(path_.c_str(), path.c_str()) == 0 ? 0 : errno; }

 private:
  std::string path_;
  Fd file_;
  int opened_;
};

/// A folder where nothing can be made or moved may still hold a file that can be written: a bind mount in a container.
bool cannot_replace(int error) {
  return error == EBUSY || error == EXDEV || error == EACCES || error == EPERM || error == EROFS;
}

int replace(const fs::path& path, const struct stat* old, std::string_view content) {
  Temporary file(path);
  int error = file.opened();
  if (error == 0) {
    if (old != nullptr) file.take_after(*old);
    if (error = file.write(content); error != 0) return error;
    error = file.rename_to(path);
  }
  return old != nullptr && cannot_replace(error) ? write_in_place(path, content) : error;
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) {
  const auto [target, descriptor] = target_of(path);
  struct stat old = {};
  const bool there = stat(target.c_str(), &old) == 0;
  int error = 0;
  if (descriptor)
    error = write_all(*descriptor, content);
  else if (there && S_ISDIR(old.st_mode))
    error = EISDIR;
  else if (there && !S_ISREG(old.st_mode))
    error = write_in_place(target, content);
  else
    error = replace(target, there ? &old : nullptr, content);
  if (error != 0) fail(path, error);
}

void check_writable(const fs::path& path) {
  const auto [target, descriptor] = target_of(path);
  struct stat old = {};
  const bool there = stat(target.c_str(), &old) == 0;
  int error = 0;
  if (descriptor)
    error = fcntl(*descriptor, F_GETFD) < 0 ? errno : 0;
  else if (there && S_ISDIR(old.st_mode))
    error = EISDIR;
  else if (!there || access(target.c_str(), W_OK) != 0)
    error = Temporary(target).opened();
  if (error != 0) fail(path, error);
}

}  // namespace robustcheck
