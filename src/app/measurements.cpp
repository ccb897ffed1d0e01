#include "measurements.h"

#include <algorithm>

#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {

using analysis::Outcomes;

namespace {

std::string key_of(const std::string& oracle, const space::Variance& variance) {
  return oracle + space::to_json(variance, transform::catalogue()).dump();
}

}  // namespace

const Outcomes& Measurements::known(const std::string& oracle, const space::Variance& variance) {
  return known_[key_of(oracle, variance)];
}

std::vector<search::Seen> Measurements::on(const std::string& oracle, const space::Variance& variance,
                                           const std::vector<ImageIndex>& images) {
  if (images.empty() || spent_ + images.size() > limit_) return {};
  const space::Trial trial{variance, images};
  const Judged judged = bench_.run({&trial, 1});
  spent_ += images.size();
  std::vector<search::Seen> seen;
  for (std::size_t i = 0; i < images.size(); ++i) seen.push_back({images[i], judged.of(oracle).front()[i].violated});
  return seen;
}

const Outcomes* Measurements::measure(const std::string& oracle, const space::Variance& variance, std::size_t count) {
  Outcomes& known = known_[key_of(oracle, variance)];
  count = std::min(count, images_.size());
  while (known.size() < count) {
    const std::size_t begin = known.size();
    const std::size_t end = std::min(images_.size(), begin + kChunk);
    if (spent_ + (end - begin) > limit_) return nullptr;
    const space::Trial trial{
        variance,
        {images_.begin() + static_cast<std::ptrdiff_t>(begin), images_.begin() + static_cast<std::ptrdiff_t>(end)}};
    const Judged judged = bench_.run({&trial, 1});
    for (const oracle::Verdict& verdict : judged.of(oracle).front()) known.push_back(verdict.violated ? 1 : 0);
    spent_ += end - begin;
  }
  return &known;
}

std::optional<analysis::Attribution> Measurements::attribution(const std::string& oracle,
                                                               const space::Variance& variance, std::size_t count) {
  count = std::min(count, images_.size());
  const Outcomes* both = measure(oracle, variance, count);
  const Outcomes* data = measure(oracle, space::data_only(variance), count);
  const Outcomes* config = measure(oracle, space::config_only(variance), count);
  if (both == nullptr || data == nullptr || config == nullptr) return std::nullopt;
  const auto first = [&](const Outcomes& outcomes) {
    return Outcomes(outcomes.begin(), outcomes.begin() + static_cast<std::ptrdiff_t>(count));
  };
  return analysis::attribute(first(*data), first(*config), first(*both));
}

void Measurements::allow(std::uint64_t evaluations) { limit_ = std::min(allowance_, spent_ + evaluations); }

}  // namespace robustcheck::app
