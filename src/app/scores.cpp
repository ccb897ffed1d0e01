#include "robustcheck/app/scores.h"

#include <algorithm>
#include <cmath>

#include "robustcheck/base/hash.h"

namespace robustcheck::app {

using oracle::Observation;

double largest_difference(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < std::min(a[i].scores.size(), b[i].scores.size()); ++k) {
      const double difference = std::abs(static_cast<double>(a[i].scores[k]) - static_cast<double>(b[i].scores[k]));
      if (std::isfinite(difference)) largest = std::max(largest, difference);
    }
  return largest;
}

const Observation* first_failure(const std::vector<Observation>& rows) {
  const auto found = std::find_if(rows.begin(), rows.end(), [](const Observation& row) {
    return !row.ok() && row.status != oracle::Status::image_error;
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string digest_of(const std::vector<Observation>& rows) {
  std::string bytes;
  for (const Observation& row : rows) {
    bytes += std::to_string(static_cast<int>(row.status)) + ":" + std::to_string(row.scores.size()) + ":";
    bytes.append(reinterpret_cast<const char*>(row.scores.data()), row.scores.size() * sizeof(float));
  }
  return sha256_hex(bytes);
}

}  // namespace robustcheck::app
