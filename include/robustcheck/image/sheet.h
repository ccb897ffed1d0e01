#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robustcheck/image/picture.h"

namespace robustcheck::image {

struct Tile {
  Picture picture;
  std::string caption;
};

/// One line of a contact sheet: a title above its tiles.
struct SheetRow {
  std::string title;
  std::vector<Tile> tiles;
};

/// Pictures beside each other, scaled to fit squares of `side` px; the rows fill `columns` columns from the top.
Picture contact_sheet(const std::vector<SheetRow>& rows, int side, int columns);

/// Shares in [0, 1] as coloured cells with their per cent written in: 0 is light, 1 dark. An empty cell has no value.
struct HeatMap {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<std::vector<std::optional<double>>> values;  ///< rows x columns
};
Picture draw(const HeatMap& map);

}  // namespace robustcheck::image
