#include <algorithm>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

std::vector<ImageIndex> telling_images(std::span<const SearchImage> images, std::size_t count) {
  std::vector<SearchImage> sorted(images.begin(), images.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const SearchImage& a, const SearchImage& b) {
    return a.label != b.label ? a.label < b.label : a.margin < b.margin;
  });
  count = std::min(count, sorted.size());
  std::vector<ImageIndex> chosen;
  chosen.reserve(count);
  // Even steps through (class, margin): every class in proportion, and within it every part of the margins.
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(sorted[(2 * i + 1) * sorted.size() / (2 * count)].index);
  return chosen;
}

}  // namespace robustcheck::search
