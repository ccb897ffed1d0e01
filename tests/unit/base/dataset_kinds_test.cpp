#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "robustcheck/base/dataset.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/picture_format.h"

/// What is listed, what is left out and counted: beside dataset_test.cpp, which has the plain cases.
namespace robustcheck {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kPng = "\x89PNG\r\n\x1a\n", kGif = "GIF89a";

class DatasetKinds : public testing::Test {
 protected:
  DatasetKinds() : root_(fs::temp_directory_path() / ("rc-kinds-" + std::to_string(getpid()))) {
    fs::create_directories(root_);
  }
  ~DatasetKinds() override { fs::remove_all(root_); }

  void put(const std::string& name, const std::string& content = kPng) {
    fs::create_directories((root_ / name).parent_path());
    write_file(root_ / name, content + name);
  }
  void put_list(const std::string& name, const std::string& content) { write_file(root_ / name, content); }
  std::vector<std::string> names(const Dataset& dataset) const {
    std::vector<std::string> all;
    for (const ImageFile& image : dataset.images) all.push_back(image.name);
    return all;
  }
  /// "reason count first".
  std::vector<std::string> skipped(const Dataset& dataset) const {
    std::vector<std::string> all;
    for (const Skipped& row : dataset.skipped)
      all.push_back(row.reason + " " + std::to_string(row.count) + " " + row.first);
    return all;
  }
  std::string error(const fs::path& path, const std::vector<std::string>& classes = {}) const {
    try {
      list_dataset(path, classes);
    } catch (const Error& failure) {
      EXPECT_EQ(failure.kind(), ErrorKind::input);
      return failure.what();
    }
    return "no error";
  }
  std::vector<std::optional<Label>> labels(const Dataset& dataset) const {
    std::vector<std::optional<Label>> all;
    for (const ImageFile& image : dataset.images) all.push_back(image.label);
    return all;
  }

  fs::path root_;
};

TEST_F(DatasetKinds, CountLoosePicturesBesideClasses) {
  for (const char* name : {"a/0.png", "b/0.png", "loose0.png", "loose1.png", "notes.txt"}) put(name);
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(names(dataset), ElementsAre("a/0.png", "b/0.png"));
  EXPECT_THAT(skipped(dataset), ElementsAre("beside_classes 2 loose0.png", "other_ending 1 notes.txt"));
}

TEST_F(DatasetKinds, TakeAFolderOfPicturesBesideAnEmptyOneForFlat) {
  put("0.png");
  put("docs/readme.txt", "text");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(names(dataset), ElementsAre("0.png"));
  EXPECT_FALSE(dataset.labelled);
  EXPECT_THAT(skipped(dataset), ElementsAre("no_picture 1 docs/readme.txt"));
}

TEST_F(DatasetKinds, TakeAFolderWithoutFoldersForFlatWhateverTheClasses) {
  put("0.png");
  EXPECT_FALSE(list_dataset(root_, {"a", "b"}).labelled);
}

TEST_F(DatasetKinds, LeaveOutHiddenAndSystemFoldersWithoutMovingALabel) {
  for (const char* name : {"apple/0.png", "zebra/0.png", "__MACOSX/apple/._0.png", ".git/x.png", "apple/.hidden.png"})
    put(name);
  for (const std::vector<std::string>& classes : {std::vector<std::string>{}, {"apple", "zebra"}}) {
    const Dataset dataset = list_dataset(root_, classes);
    EXPECT_THAT(names(dataset), ElementsAre("apple/0.png", "zebra/0.png"));
    EXPECT_THAT(labels(dataset), ElementsAre(0, 1));
    EXPECT_THAT(skipped(dataset), ElementsAre("hidden 3 .git/"));
  }
  EXPECT_EQ(list_dataset(root_, {"__MACOSX", "apple", "zebra"})[0].name, "apple/0.png");
}

TEST_F(DatasetKinds, KeepTheIndexOfAClassWithoutPictures) {
  put("a/0.png");
  fs::create_directories(root_ / "b");
  put("c/0.png");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(labels(dataset), ElementsAre(0, 2));
  EXPECT_THAT(dataset.classes, ElementsAre("a", "b", "c"));
}

TEST_F(DatasetKinds, GoByTheContentWhereTheEndingMisleads) {
  put("jpeg.jfif", "\xff\xd8\xff");
  put("png.gif");                 // a PNG that is called GIF
  put("gif.png", kGif);           // and the other way round
  put("none");                    // no ending
  put("damaged.png", "nothing");  // decoding says what is wrong
  put("photo.gif", kGif);
  put("photo.avif", std::string("\0\0\0\x20", 4) + "ftypavif");
  put("raw.dng", std::string("II*\0", 4));
  put("copy.png.bak");
  put("Makefile", "all:");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(names(dataset), ElementsAre("damaged.png", "jpeg.jfif", "none", "png.gif"));
  EXPECT_THAT(skipped(dataset),
              ElementsAre("format_not_read 4 gif.png", "no_picture 1 Makefile", "other_ending 1 copy.png.bak"));
}

TEST_F(DatasetKinds, NameWhatWasLeftOutWhereNothingIsLeft) {
  put("a.gif", kGif);
  EXPECT_THAT(error(root_), HasSubstr("holds no image (.png .jpg"));
  EXPECT_THAT(error(root_), HasSubstr("left out: 1 pictures of a format that is not read (first: a.gif)"));
  EXPECT_THAT(error(root_ / "a.gif"), HasSubstr("format that is not read"));
}

TEST_F(DatasetKinds, ListAPictureOnceWhateverLinksLeadToIt) {
  put("a/0.png");
  put("b/1.png");
  fs::create_symlink(".", root_ / "a/again");
  fs::create_symlink("..", root_ / "a/root");
  fs::create_symlink("../..", root_ / "a/above");
  fs::create_symlink("self", root_ / "a/self");
  fs::create_symlink("nowhere", root_ / "a/dangling");
  fs::create_symlink("../b/1.png", root_ / "a/one.png");
  fs::create_symlink("../b", root_ / "a/whole");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(names(dataset), ElementsAre("a/0.png", "b/1.png"));
  EXPECT_THAT(skipped(dataset),
              ElementsAre("dangling_link 1 a/dangling", "link_loop 4 a/above", "repeated 2 a/one.png"));
}

TEST_F(DatasetKinds, FollowLinksOutOfTheFolder) {
  put("store/x/0.png");
  put("store/1.png");
  fs::create_directories(root_ / "set/b");
  fs::create_directory_symlink("../store/x", root_ / "set/a");
  fs::create_symlink("../../store/1.png", root_ / "set/b/one.png");
  const Dataset dataset = list_dataset(root_ / "set", {"a", "b"});
  EXPECT_THAT(names(dataset), ElementsAre("a/0.png", "b/one.png"));
  EXPECT_THAT(labels(dataset), ElementsAre(0, 1));
}

TEST_F(DatasetKinds, EndOnFoldersThatLinkToEachOther) {
  put("x/0.png");
  put("y/1.png");
  fs::create_directories(root_ / "set");
  fs::create_symlink("../y", root_ / "x/to_y");
  fs::create_symlink("../x", root_ / "y/to_x");
  fs::create_symlink("../x", root_ / "set/in");
  EXPECT_THAT(names(list_dataset(root_ / "set", {})), ElementsAre("in/0.png", "in/to_y/1.png"));
}

TEST_F(DatasetKinds, NeverOpenAPipe) {
  put("0.png");
  ASSERT_EQ(mkfifo((root_ / "pipe.png").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo((root_ / "list.csv").c_str(), 0600), 0);
  fs::create_symlink("pipe.png", root_ / "to_pipe.png");
  EXPECT_THAT(skipped(list_dataset(root_, {})), ElementsAre("no_file 3 list.csv"));
  put_list("names.csv", "pipe.png,0\n0.png,0\n");
  EXPECT_THAT(skipped(list_dataset(root_ / "names.csv", {})), ElementsAre("no_file 1 pipe.png"));
  EXPECT_THAT(error(root_ / "list.csv"), HasSubstr("no regular file"));
  EXPECT_THAT(error(root_ / "pipe.png"), HasSubstr("no image"));
}

TEST_F(DatasetKinds, WriteNamesThatAreNoUtf8AsText) {
  put("Mu\xf1oz/\xe9.png");
  put("a/0.png");
  const Dataset dataset = list_dataset(root_, {});
  EXPECT_THAT(names(dataset), ElementsAre("Mu\\xF1oz/\\xE9.png", "a/0.png"));
  EXPECT_THAT(dataset.classes, ElementsAre("Mu\\xF1oz", "a"));
  EXPECT_EQ(list_dataset(root_, {"a", "Mu\\xF1oz"})[0].label, 1);
}

TEST_F(DatasetKinds, ReadListsAsSpreadsheetsWriteThem) {
  put("img/0.png");
  put("img/a, b.png");
  const char* kLists[] = {"path,label\nimg/0.png,a\n\"img/a, b.png\",c\n",
                          "\xef\xbb\xbfpath,label\r\nimg/0.png,a\r\n\"img/a, b.png\",c\r\n",
                          "\xef\xbb\xbf\"img/0.png\",\"a\"\n\"img/a, b.png\",\"c\"\n",
                          "id;class;filename\n7;a;img/0.png\n8;c;img/a, b.png\n",
                          "File_Name\tTarget\nimg/0.png\ta\nimg/a, b.png\tc\n",
                          "img\\0.png|a\nimg\\a, b.png|c\n",
                          "path, label\nimg/0.png, a\n\"img/a, b.png\", c\n"};
  for (const char* list : kLists) {
    put_list("list.CSV", list);
    const Dataset dataset = list_dataset(root_ / "list.CSV", {});
    EXPECT_EQ(dataset.size(), 2U) << list;
    EXPECT_THAT(labels(dataset), ElementsAre(0, 1)) << list;
    EXPECT_THAT(dataset.classes, ElementsAre("a", "c")) << list;
    EXPECT_TRUE(fs::exists(dataset[0].path) && fs::exists(dataset[1].path)) << list;
    EXPECT_THAT(labels(list_dataset(root_ / "list.CSV", {"c", "b", "a"})), ElementsAre(2, 0)) << list;
  }
}

TEST_F(DatasetKinds, TakeLabelsThatAreAllNumbersForIndices) {
  put("0.png");
  put("2.png");
  put_list("list.csv", "0.png,0\n2.png,2\n");
  const Dataset dataset = list_dataset(root_ / "list.csv", {});
  EXPECT_THAT(labels(dataset), ElementsAre(0, 2));
  EXPECT_TRUE(dataset.classes.empty());
  put_list("list.csv", "0.png,0\n2.png,-1\n");
  EXPECT_THAT(error(root_ / "list.csv"), HasSubstr(":2: label -1 is outside"));
}

TEST_F(DatasetKinds, ReadAListWithoutLabels) {
  put("0.png");
  put_list("list.csv", "filename\n0.png\n");
  EXPECT_FALSE(list_dataset(root_ / "list.csv", {}).labelled);
}

TEST_F(DatasetKinds, SayThatAPictureHasTwoLabels) {
  put("0.png");
  put_list("list.csv", "path,label\n0.png,a\n./0.png,b\n");
  EXPECT_EQ(error(root_ / "list.csv"),
            (root_ / "list.csv").string() + ":3: ./0.png has label 'b' here and another one in line 2");
  put_list("list.csv", "path,label\n0.png,a\n./0.png,a\n");
  EXPECT_THAT(skipped(list_dataset(root_ / "list.csv", {})), ElementsAre("repeated 1 ./0.png"));
}

TEST_F(DatasetKinds, ExplainHeadersAndRowsThatAreNone) {
  put("0.png");
  const auto message = [&](const std::string& content) {
    put_list("list.csv", content);
    return error(root_ / "list.csv");
  };
  EXPECT_THAT(message("bild,klasse\n0.png,a\n"),
              HasSubstr(":1: 'bild' is no file; the first row may name the columns"));
  EXPECT_THAT(message("path,klasse\n0.png,a\n"),
              HasSubstr("no column 'path', 'klasse' is known as that of the labels"));
  EXPECT_THAT(message("a,b,c\n0.png,a,1\n"), HasSubstr(":1: 'a,b,c' is no line path,label; the first row may name"));
  EXPECT_THAT(message("0.png,a\nx, y.png,b\n"),
              HasSubstr(":2: 'x, y.png,b' is no line path,label: 3 fields in place of 2"));
  EXPECT_THAT(message("path,label\n0.png,\n"), HasSubstr(":2: has no label"));
  EXPECT_THAT(message("0.png,a\n\"x,b\n"), HasSubstr(":2: a quoted field is not closed"));
  EXPECT_THAT(message("\xff\xfe"
                      "a"),
              HasSubstr("UTF-16"));
  EXPECT_THAT(message(""), HasSubstr("holds no image"));
}

TEST_F(DatasetKinds, CountWhatALimitLeavesOut) {
  for (const char* name : {"0.png", "1.png", "2.png", "x.gif"}) put(name, name[0] == 'x' ? kGif : kPng);
  const Dataset dataset = limited(list_dataset(root_, {}), 1);
  EXPECT_THAT(skipped(dataset), ElementsAre("format_not_read 1 x.gif", "limit 2 1.png"));
}

TEST(PictureFormat, IsToldByTheFirstBytes) {
  const auto name = [](std::string_view bytes) {
    const FormatInfo* format = format_of_content(bytes);
    return format == nullptr ? "" : std::string(format->name);
  };
  EXPECT_EQ(name(kPng), "PNG");
  EXPECT_EQ(name("RIFF\x24\x01\x02\x03WEBPVP8 "), "WebP");
  EXPECT_EQ(name("P5\n4 1\n255\n"), "PNM");
  EXPECT_EQ(name("P1 is a phase"), "PNM");  // what follows is for decoding to say
  EXPECT_EQ(name("BMW is a car, and this is a text about it"), "");
  EXPECT_EQ(name(std::string("II+\0\x08\0\0\0", 8)), "BigTIFF");
  EXPECT_EQ(name(""), "");
  EXPECT_EQ(format_of_ending("x/y.JFIF")->name, "JPEG");
  EXPECT_EQ(format_of_ending("x.txt"), nullptr);
}

}  // namespace
}  // namespace robustcheck
