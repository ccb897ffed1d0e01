#include "robustcheck/image/sheet.h"

#include <gtest/gtest.h>

namespace robustcheck::image {
namespace {

Picture plain(int width, int height, int channels, char value) {
  return {width, height, channels, std::string(static_cast<std::size_t>(width * height * channels), value)};
}

bool holds(const Picture& sheet, const std::string& bgr) {
  for (std::size_t i = 0; i < sheet.pixels.size(); i += 3)
    if (sheet.pixels.compare(i, 3, bgr) == 0) return true;
  return false;
}

TEST(Sheet, ShowsEveryPictureWhateverItsSize) {
  const std::vector<SheetRow> rows = {{"a", {{plain(1, 1, 1, 10), "x"}, {plain(300, 20, 3, 20), "y"}}},
                                      {"b", {{plain(28, 28, 1, 30), "z"}}}};
  const Picture sheet = contact_sheet(rows, 40, 2);
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(sheet.pixels.size(), static_cast<std::size_t>(sheet.width * sheet.height * 3));
  for (const char value : {10, 20, 30}) EXPECT_TRUE(holds(sheet, std::string(3, value))) << static_cast<int>(value);
}

TEST(Sheet, FillsColumnsFromTheTop) {
  const std::vector<SheetRow> rows(4, {"a", {{plain(8, 8, 1, 10), "x"}}});
  EXPECT_LT(contact_sheet(rows, 40, 2).height, contact_sheet(rows, 40, 1).height);
  EXPECT_GT(contact_sheet(rows, 40, 2).width, contact_sheet(rows, 40, 1).width);
}

TEST(Sheet, HeatMapColoursWhatHasAValue) {
  const Picture full = draw({"errors", {"1", "2"}, {"fog"}, {{0.0, 1.0}}});
  const Picture empty = draw({"errors", {"1", "2"}, {"fog"}, {{std::nullopt, std::nullopt}}});
  EXPECT_EQ(full.width, empty.width);
  const std::string dark = {20, 0, 110};
  EXPECT_TRUE(holds(full, dark));
  EXPECT_FALSE(holds(empty, dark));
}

}  // namespace
}  // namespace robustcheck::image
