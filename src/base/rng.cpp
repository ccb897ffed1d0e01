#include "robustcheck/base/rng.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace robustcheck {
namespace {

constexpr double kTwoToMinus53 = 0x1.0p-53;

/// FNV-1a: a purpose is a short word; Philox does the mixing.
std::uint64_t word_key(std::string_view word) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key) {
  const r123::Philox4x32::ctr_type block =
      r123::Philox4x32{}({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {block[0], block[1], block[2], block[3]};
}

}  // namespace

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto block = philox({static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(a >> 32), 0, 0},
                            {static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32)});
  return (static_cast<std::uint64_t>(block[1]) << 32) | block[0];
}

Rng::Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  const std::uint64_t key = mix(mix(seed, word_key(purpose)), index);
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

void Rng::refill() {
  block_ = philox(counter_, key_);
  for (std::uint32_t& word : counter_)
    if (++word != 0) break;
  used_ = 0;
}

std::uint32_t Rng::bits32() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

std::uint64_t Rng::bits64() {
  const std::uint64_t low = bits32();
  return (static_cast<std::uint64_t>(bits32()) << 32) | low;
}

double Rng::uniform() { return static_cast<double>(bits64() >> 11) * kTwoToMinus53; }

double Rng::uniform(double low, double high) { return low + uniform() * (high - low); }

std::size_t Rng::below(std::size_t n) {
  const std::uint64_t limit = n * (UINT64_MAX / n);  // a multiple of n: rejecting what lies above removes the bias
  std::uint64_t bits = bits64();
  while (bits >= limit) bits = bits64();
  return bits % n;
}

bool Rng::chance(double probability) { return uniform() < probability; }

double Rng::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

}  // namespace robustcheck
