#pragma once

#include "robustcheck/space/catalogue.h"

namespace robustcheck::space {

/// Three transforms of different kinds and the real knobs.
inline const Catalogue& toy_catalogue() {
  static const Catalogue kCatalogue = [] {
    Catalogue catalogue;
    catalogue.transforms = {
        {.name = "rotate",
         .family = "geometry",
         .summary = "",
         .source = "",
         .parameters = {{"degrees", -45, 45, 0, "degrees"}},
         .has_border = true},
        {.name = "jpeg",
         .family = "digital",
         .summary = "",
         .source = "",
         .parameters = {{"quality", 5, 100, 100, "", true, true}},
         .monotone = false},
        {.name = "blur",
         .family = "blur",
         .summary = "",
         .source = "",
         .parameters = {{"length", 0, 0.2, 0, "share of shorter side"}, {"angle", 0, 180, 0, "degrees", false}}},
    };
    catalogue.knobs = all_knobs();
    return catalogue;
  }();
  return kCatalogue;
}

}  // namespace robustcheck::space
