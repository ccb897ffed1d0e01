#include "robustcheck/base/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "robustcheck/base/error.h"
#include "robustcheck/base/fd.h"

namespace robustcheck {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() : folder_(fs::path(testing::TempDir()) / ("files" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }

  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(Files, KeepsTheModeOfWhatItReplaces) {
  const fs::path file = folder_ / "a";
  write_file(file, "old");
  chmod(file.c_str(), 0600);
  write_file(file, "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, WritesWhatALinkLeadsTo) {
  fs::create_directory(folder_ / "sub");
  fs::create_symlink("sub/target", folder_ / "first");
  fs::create_symlink("first", folder_ / "second");
  for (const char* text : {"made", "replaced"}) {
    write_file(folder_ / "second", text);
    EXPECT_TRUE(fs::is_symlink(folder_ / "second"));
    EXPECT_TRUE(fs::is_symlink(folder_ / "first"));
    EXPECT_EQ(read_file(folder_ / "sub/target"), text);
  }
}

TEST_F(Files, AFifoStaysAndGetsTheBytes) {
  const fs::path fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::future<std::string> reader = std::async(std::launch::async, [&] {
    std::ifstream file(fifo);
    return std::string(std::istreambuf_iterator<char>(file), {});
  });
  write_file(fifo, "bytes");
  EXPECT_EQ(reader.get(), "bytes");
  EXPECT_TRUE(fs::is_fifo(fifo));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, AnOwnDescriptorKeepsItsPosition) {
  const Fd file(open((folder_ / "a").c_str(), O_WRONLY | O_CREAT, 0600));
  ASSERT_EQ(write(file.get(), "head ", 5), 5);
  fs::create_symlink("/dev/fd/" + std::to_string(file.get()), folder_ / "link");
  write_file("/dev/fd/" + std::to_string(file.get()), "one ");
  write_file("/proc/self/fd/" + std::to_string(file.get()), "two ");
  write_file(folder_ / "link", "three");
  EXPECT_EQ(read_file(folder_ / "a"), "head one two three");
}

TEST_F(Files, SaysWhyAndLeavesNothing) {
  for (const auto& [place, reason] :
       std::initializer_list<std::pair<fs::path, std::string>>{{folder_, "Is a directory"},
                                                               {folder_ / "none/a", "No such file or directory"},
                                                               {"/dev/full", "No space left"}}) {
    try {
      write_file(place, "bytes");
      ADD_FAILURE() << place;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_EQ(std::string(error.what()).find(place.string() + ": cannot be written: " + reason), 0U) << error.what();
    }
  }
  EXPECT_EQ(entries(), 0U);
}

}  // namespace
}  // namespace robustcheck
