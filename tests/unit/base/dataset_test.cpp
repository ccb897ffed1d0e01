#include "robustcheck/base/dataset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"

namespace robustcheck {
namespace {

namespace fs = std::filesystem;

class DatasetTest : public testing::Test {
 protected:
  DatasetTest() : root_(fs::temp_directory_path() / ("rc-dataset-" + std::to_string(getpid()))) {
    fs::create_directories(root_);
  }
  ~DatasetTest() override { fs::remove_all(root_); }

  void put(const std::string& name, const std::string& content = "x") {
    fs::create_directories((root_ / name).parent_path());
    write_file(root_ / name, content);
  }
  std::string error(const fs::path& path, const std::vector<std::string>& classes = {}) {
    try {
      list_dataset(path, classes);
    } catch (const Error& failure) {
      EXPECT_EQ(failure.kind(), ErrorKind::input);
      return failure.what();
    }
    return "no error";
  }

  fs::path root_;
};

TEST_F(DatasetTest, SortsByPathAndLabelsByClassName) {
  put("dog/b.png", "1");
  put("cat/z.jpg", "2");
  put("cat/a.PNG", "3");
  put("cat/notes.txt");
  const Dataset dataset = list_dataset(root_, {"dog", "cat"});
  ASSERT_EQ(dataset.size(), 3U);
  EXPECT_EQ(dataset[0].name, "cat/a.PNG");
  EXPECT_EQ(dataset[0].label, 1);
  EXPECT_EQ(dataset[2].name, "dog/b.png");
  EXPECT_EQ(dataset[2].label, 0);
  EXPECT_EQ(dataset[2].sha256, sha256_hex("1"));
}

TEST_F(DatasetTest, ReadsAFlatDirectoryWithoutLabels) {
  put("a.png");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_FALSE(dataset.labelled);
  EXPECT_FALSE(dataset[0].label.has_value());
}

TEST_F(DatasetTest, ReadsACsvWithNamesOrIndices) {
  put("img/a.png");
  put("img/b.png");
  put("list.csv", "path,label\nimg/b.png,cat\nimg/a.png,0\n");
  const Dataset dataset = list_dataset(root_ / "list.csv", {"dog", "cat"});
  ASSERT_EQ(dataset.size(), 2U);
  EXPECT_EQ(dataset[0].label, 0);
  EXPECT_EQ(dataset[1].label, 1);
}

TEST_F(DatasetTest, NamesTheClassThatIsUnknown) {
  put("catt/a.png");
  EXPECT_EQ(
      error(root_, {"dog", "cat"}),
      (root_ / "catt").string() + ": unknown class 'catt'; did you mean 'cat'? (classes of the preprocessing file)");
}

TEST_F(DatasetTest, NamesTheCsvLineThatIsWrong) {
  put("list.csv", "path,label\nonlyone\n");
  const std::string place = (root_ / "list.csv").string();
  EXPECT_TRUE(error(root_ / "list.csv").starts_with(place + ":2: 'onlyone' is no line path,label: 1 fields"));
}

TEST_F(DatasetTest, SaysWhenThereIsNothing) {
  EXPECT_NE(error(root_).find("holds no image"), std::string::npos);
  EXPECT_NE(error(root_ / "none").find("no such directory"), std::string::npos);
}

TEST_F(DatasetTest, LimitsEvenlyOverTheClasses) {
  for (int i = 0; i < 10; ++i) {
    put("a/" + std::to_string(i) + ".png", "a" + std::to_string(i));
    put("b/" + std::to_string(i) + ".png", "b" + std::to_string(i));
  }
  const Dataset some = limited(list_dataset(root_, {}), 6);
  ASSERT_EQ(some.size(), 6U);
  EXPECT_EQ(some[2].label, 0);
  EXPECT_EQ(some[3].label, 1);
}

TEST_F(DatasetTest, SplitsByContentAlone) {
  int confirmation = 0;
  for (int i = 0; i < 400; ++i) {
    const ImageFile image{"/x/" + std::to_string(i), "x", sha256_hex(std::to_string(i)), std::nullopt};
    ImageFile moved = image;
    moved.path = "/elsewhere";
    EXPECT_EQ(in_confirmation_half(image, 0), in_confirmation_half(moved, 0));
    confirmation += in_confirmation_half(image, 0) ? 1 : 0;
  }
  EXPECT_NEAR(confirmation, 200, 50);
}

Dataset many_images() {
  Dataset dataset;
  dataset.labelled = true;
  for (int i = 0; i < 400; ++i) {
    const std::string name = std::to_string(1000 + i);
    dataset.images.push_back({"/x/" + name, name, sha256_hex(name), i * 10 / 400});
  }
  return dataset;
}

TEST(CalibrationImages, AreOfTheSearchHalfAndSpreadOverTheClasses) {
  const Dataset dataset = many_images();
  for (const std::uint64_t split_seed : {0, 1, 2}) {
    const std::vector<ImageIndex> images = calibration_images(dataset, 50, split_seed);
    std::vector<int> of_class(10);
    for (const ImageIndex image : images) {
      EXPECT_FALSE(in_confirmation_half(dataset[image], split_seed));
      ++of_class[static_cast<std::size_t>(*dataset[image].label)];
    }
    EXPECT_EQ(of_class, std::vector<int>(10, 5));
    EXPECT_TRUE(std::is_sorted(images.begin(), images.end()));
    EXPECT_EQ(images, calibration_images(dataset, 50, split_seed));
  }
  EXPECT_NE(calibration_images(dataset, 50, 0), calibration_images(dataset, 50, 1));
}

TEST(CalibrationImages, AreTheWholeSearchHalfWhereThatIsSmall) {
  const Dataset dataset = many_images();
  const auto search_half = static_cast<std::size_t>(std::count_if(
      dataset.images.begin(), dataset.images.end(), [](const auto& image) { return !in_confirmation_half(image, 0); }));
  EXPECT_EQ(calibration_images(dataset, 10000, 0).size(), search_half);
  EXPECT_TRUE(calibration_images(Dataset{}, 64, 0).empty());
}

}  // namespace
}  // namespace robustcheck
