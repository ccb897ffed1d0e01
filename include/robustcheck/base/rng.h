#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace robustcheck {

/// Counter-based generator (Philox 4x32-10; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the
/// stream depends on its key alone, so the same key gives the same numbers on any machine and in any order of use.
class Rng {
 public:
  /// Stream of (seed, purpose, indices), for example Rng(seed, "genetic", generation).
  Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0);

  std::uint32_t bits32();
  std::uint64_t bits64();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high);
  /// Uniform integer in [0, n); n >= 1. Unbiased.
  std::size_t below(std::size_t n);
  bool chance(double probability);
  /// Standard normal (Box-Muller).
  double normal();

  template <class Range>
  void shuffle(Range& values) {
    using std::swap;
    for (std::size_t i = values.size(); i > 1; --i) swap(values[i - 1], values[below(i)]);
  }

  /// Fills with the words that bits32() would give: the bulk form, vectorised.
  void fill_bits(std::span<std::uint32_t> out);
  /// Fills with uniform numbers in [0, 1) (24 bits each): the bulk form for noise fields.
  void fill_uniform(std::span<float> out);
  /// Fills with standard normal numbers (Box-Muller in float): the bulk form for noise fields. Draws whole blocks of
  /// 256.
  void fill_normal(std::span<float> out);

 private:
  void refill();

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

/// Mixes two words into one well-distributed word, to derive a seed from a seed and an identity.
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

}  // namespace robustcheck
