#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {

inline constexpr std::uint64_t kRoomy = 1ull << 30;

/// A file of tests/data/models (make_models.py says what each holds).
inline std::filesystem::path model_file(const std::string& name) {
  return std::filesystem::path(ROBUSTCHECK_SOURCE_DIR) / "tests/data/models" / name;
}

/// The input that make_models.py calls ramp(): count x 3 x 8 x 8.
struct Ramp {
  explicit Ramp(int images) : count(images), values(static_cast<std::size_t>(images) * 3 * 8 * 8) {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(static_cast<double>(i * 37 % 101) / 50.0 - 1.0);
  }
  Batch batch() const { return {values, count, 3, 8, 8}; }

  int count;
  std::vector<float> values;
};

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

/// What `work` fails with; status ok if it does not.
template <class Work>
ModelFailure failure_of(Work&& work) {
  try {
    work();
  } catch (const ModelFailure& failure) {
    return failure;
  }
  return {oracle::Status::ok, "no failure"};
}

}  // namespace robustcheck::runtime
