#include "robustcheck/image/sheet.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace robustcheck::image {
namespace {

constexpr int kGap = 6, kTextHeight = 16, kMargin = 10;
constexpr double kTextScale = 0.42;
const cv::Scalar kInk(40, 40, 40), kPaper(255, 255, 255);

void write(cv::Mat& canvas, const std::string& text, cv::Point corner, const cv::Scalar& ink = kInk) {
  cv::putText(canvas, text, corner, cv::FONT_HERSHEY_SIMPLEX, kTextScale, ink, 1, cv::LINE_AA);
}

int width_of(const std::string& text) {
  int baseline = 0;
  return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kTextScale, 1, &baseline).width;
}

Picture to_picture(const cv::Mat& canvas) {
  return {canvas.cols, canvas.rows, canvas.channels(),
          std::string(reinterpret_cast<const char*>(canvas.data), canvas.total() * canvas.elemSize())};
}

/// The picture in colour, scaled to fit a square: small ones keep their pixels visible.
cv::Mat fitted(const Picture& picture, int side) {
  std::string pixels = picture.pixels;
  const cv::Mat image(picture.height, picture.width, CV_8UC(picture.channels), pixels.data());
  cv::Mat colour;
  if (picture.channels == 1)
    cv::cvtColor(image, colour, cv::COLOR_GRAY2BGR);
  else
    colour = image.clone();
  const double scale = static_cast<double>(side) / std::max(picture.width, picture.height);
  const cv::Size size(std::max(1, cvRound(picture.width * scale)), std::max(1, cvRound(picture.height * scale)));
  cv::Mat scaled;
  cv::resize(colour, scaled, size, 0, 0, scale > 1 ? cv::INTER_NEAREST : cv::INTER_AREA);
  return scaled;
}

void draw_row(cv::Mat& canvas, const SheetRow& row, cv::Point corner, int side) {
  write(canvas, row.title, {corner.x, corner.y + kTextHeight - 4});
  for (std::size_t i = 0; i < row.tiles.size(); ++i) {
    const cv::Point at(corner.x + static_cast<int>(i) * (side + kGap), corner.y + kTextHeight);
    const cv::Mat tile = fitted(row.tiles[i].picture, side);
    tile.copyTo(canvas(cv::Rect(at, tile.size())));
    write(canvas, row.tiles[i].caption, {at.x, at.y + side + kTextHeight - 4});
  }
}

/// From near white over orange to dark red (BGR).
cv::Scalar colour_of(double share) {
  const cv::Scalar light(240, 248, 255), middle(80, 160, 250), dark(20, 0, 110);
  const double t = std::clamp(share, 0.0, 1.0);
  return t < 0.5 ? light + (middle - light) * (2 * t) : middle + (dark - middle) * (2 * t - 1);
}

}  // namespace

Picture contact_sheet(const std::vector<SheetRow>& rows, int side, int columns) {
  std::size_t tiles = 1;
  for (const SheetRow& row : rows) tiles = std::max(tiles, row.tiles.size());
  const int per_column =
      static_cast<int>((rows.size() + static_cast<std::size_t>(columns) - 1) / static_cast<std::size_t>(columns));
  const int row_width = static_cast<int>(tiles) * (side + kGap) + 3 * kGap;
  const int row_height = side + 2 * kTextHeight + kGap;
  cv::Mat canvas(2 * kMargin + per_column * row_height, 2 * kMargin + columns * row_width, CV_8UC3, kPaper);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int column = static_cast<int>(i) / per_column, line = static_cast<int>(i) % per_column;
    draw_row(canvas, rows[i], {kMargin + column * row_width, kMargin + line * row_height}, side);
  }
  return to_picture(canvas);
}

Picture draw(const HeatMap& map) {
  constexpr int kCellWidth = 64, kCellHeight = 24, kHead = 48;
  int label = 0;
  for (const std::string& row : map.rows) label = std::max(label, width_of(row));
  const int left = kMargin + label + 2 * kGap;
  const int width = std::max(left + kCellWidth * static_cast<int>(map.columns.size()), kMargin + width_of(map.title));
  cv::Mat canvas(kHead + kCellHeight * static_cast<int>(map.rows.size()) + kMargin, width + kMargin, CV_8UC3, kPaper);
  write(canvas, map.title, {kMargin, kMargin + 8});
  for (std::size_t c = 0; c < map.columns.size(); ++c)
    write(canvas, map.columns[c],
          {left + static_cast<int>(c) * kCellWidth + (kCellWidth - width_of(map.columns[c])) / 2, kHead - 8});
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const int top = kHead + static_cast<int>(r) * kCellHeight;
    write(canvas, map.rows[r], {kMargin, top + kCellHeight - 8});
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const std::optional<double>& value = map.values[r][c];
      if (!value) continue;
      const cv::Rect cell(left + static_cast<int>(c) * kCellWidth, top, kCellWidth - 2, kCellHeight - 2);
      cv::rectangle(canvas, cell, colour_of(*value), cv::FILLED);
      const std::string text = std::to_string(std::lround(100 * *value)) + " %";
      write(canvas, text, {cell.x + (cell.width - width_of(text)) / 2, cell.y + kCellHeight - 9},
            *value > 0.6 ? kPaper : kInk);
    }
  }
  return to_picture(canvas);
}

}  // namespace robustcheck::image
