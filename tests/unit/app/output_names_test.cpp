#include "robustcheck/app/output_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/rng.h"

namespace robustcheck::app {
namespace {

namespace fs = std::filesystem;

Dataset dataset_of(const fs::path& path, const std::vector<std::string>& images) {
  Dataset dataset;
  dataset.path = path;
  for (const std::string& image : images) dataset.images.push_back({image, image, "", std::nullopt});
  return dataset;
}

std::vector<std::string> names(const fs::path& path, const std::vector<std::string>& images, std::size_t each = 1) {
  std::vector<std::string> all;
  for (const fs::path& name : output_names(dataset_of(path, images), each)) all.push_back(name.string());
  return all;
}

using Names = std::vector<std::string>;

TEST(OutputNames, AreThoseOfTheImages) {
  EXPECT_EQ(names("/d/list.csv", {"/d/a/x.jpg", "/d/y.png"}), (Names{"a/x.png", "y.png"}));
  EXPECT_EQ(names("/d/list.csv", {"/d/a/x.jpg"}, 2), (Names{"a/x-1.png", "a/x-2.png"}));
}

TEST(OutputNames, NeverLeadOutOfTheDirectory) {
  EXPECT_EQ(names("/d/lists/val.csv", {"/d/images/0.png", "/d/images/1.png"}), (Names{"0.png", "1.png"}));
  EXPECT_EQ(names("/d/lists/val.csv", {"/d/lists/0.png", "/e/0.png"}), (Names{"d/lists/0.png", "e/0.png"}));
}

TEST(OutputNames, TellApartWhatWouldMeet) {
  EXPECT_EQ(names("/d/l.csv", {"/d/a.jpg", "/d/a.png", "/d/a.png.png"}),
            (Names{"a.png", "a.png.png", "a.png.png.png"}));
  EXPECT_EQ(names("/d/l.csv", {"/d/x.jpg", "/d/x.png/0.png"}), (Names{"x.jpg.png", "x.png/0.png"}));
}

TEST(OutputNames, AreUtf8AndOfALengthThatFileSystemsTake) {
  const std::string file = names("/d/l.csv", {"/d/" + std::string(80, '\xe9') + ".png"}).front();
  EXPECT_TRUE(file.starts_with("\\xE9\\xE9"));
  EXPECT_LT(file.size(), 256U);
}

/// No two are equal, none is the folder of another, none leads out: whatever the images are called.
TEST(OutputNames, ArePicturesOfTheirOwn) {
  constexpr std::string_view kParts[] = {"a", "a.png", "a.jpg", "a.png.png", "a-1", "a-1.png", "b~2.png", "\xe9.png"};
  Rng rng(1, "names");
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> images;
    for (int i = 0; i < 12; ++i) {
      std::string image = rng.below(3) == 0 ? "/e" : "/d";
      for (std::uint64_t depth = rng.below(3) + 1; depth > 0; --depth)
        image += "/" + std::string(kParts[rng.below(std::size(kParts))]);
      images.insert(image);
    }
    const std::size_t each = 1 + rng.below(3);
    const Names found = names("/d/l.csv", {images.begin(), images.end()}, each);
    const std::set<std::string> distinct(found.begin(), found.end());
    ASSERT_EQ(distinct.size(), images.size() * each);
    for (const std::string& name : found) {
      EXPECT_NE(*fs::path(name).begin(), "..");
      EXPECT_TRUE(fs::path(name).is_relative());
      for (fs::path folder = fs::path(name).parent_path(); !folder.empty(); folder = folder.parent_path())
        EXPECT_FALSE(distinct.contains(folder.string())) << folder;
    }
  }
}

class Inputs : public testing::Test {
 protected:
  Inputs() : root_(fs::temp_directory_path() / ("rc-inputs-" + std::to_string(getpid()))) {
    fs::create_directories(root_ / "in/a");
    write_file(root_ / "in/a/0.png", "x");
    fs::create_directory_symlink("in", root_ / "link");
    dataset_ = dataset_of(root_ / "in", {(root_ / "in/a/0.png").string()});
  }
  ~Inputs() override { fs::remove_all(root_); }

  bool refused(const fs::path& output) const {
    try {
      check_no_input_is_written(dataset_, {output});
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::usage;
    }
  }
  bool held(const fs::path& folder) const {
    try {
      check_holds_no_input(dataset_, folder);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::usage;
    }
  }

  fs::path root_;
  Dataset dataset_;
};

TEST_F(Inputs, AreNotWritten) {
  EXPECT_TRUE(refused(root_ / "in/a/0.png"));
  EXPECT_TRUE(refused(root_ / "link/a/0.png"));
  EXPECT_TRUE(refused(root_ / "out/../in/a/./0.png"));
  EXPECT_FALSE(refused(root_ / "in/a/1.png"));
  EXPECT_FALSE(refused(root_ / "out/a/0.png"));
}

TEST_F(Inputs, AreNotMixedWithOutputs) {
  EXPECT_TRUE(held(root_ / "in"));
  EXPECT_TRUE(held(root_ / "link"));
  EXPECT_TRUE(held(root_ / "link/a"));
  EXPECT_FALSE(held(root_ / "in/new"));
  EXPECT_FALSE(held(root_));
}

}  // namespace
}  // namespace robustcheck::app
