#include <algorithm>
#include <bit>
#include <cmath>

#include "robustcheck/base/rng.h"
#include "robustcheck/base/vector_clones.h"

// The bulk forms: loops over arrays that compilers vectorise. Only integer arithmetic and the four basic operations and
// the root in float (exactly rounded by IEEE 754), no function of the mathematical library: the same bits on any
// machine.

namespace robustcheck {
namespace {

constexpr float kTwoToMinus24 = 0x1.0p-24F;
constexpr std::size_t kLanes = 64;          // counters at a time
constexpr std::size_t kWords = 4 * kLanes;  // words that they give
constexpr std::size_t kPairs = kWords / 2;  // of normal numbers
using Lanes = std::array<std::uint32_t, kLanes>;

/// One round of Philox 4x32 (Salmon et al. 2011) on every lane.
inline void philox_round(Lanes& c0, Lanes& c1, Lanes& c2, Lanes& c3, std::uint32_t k0, std::uint32_t k1) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * c0[i];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * c2[i];
    c0[i] = static_cast<std::uint32_t>(product1 >> 32) ^ c1[i] ^ k0;
    c2[i] = static_cast<std::uint32_t>(product0 >> 32) ^ c3[i] ^ k1;
    c1[i] = static_cast<std::uint32_t>(product1);
    c3[i] = static_cast<std::uint32_t>(product0);
  }
}

/// The blocks of kLanes counters from `counter` on, which must not carry out of its lowest word.
ROBUSTCHECK_VECTOR_CLONES void philox_blocks(const std::array<std::uint32_t, 4>& counter,
                                             const std::array<std::uint32_t, 2>& key, std::uint32_t* out) {
  Lanes c0, c1, c2, c3;
  for (std::size_t i = 0; i < kLanes; ++i) {
    c0[i] = counter[0] + static_cast<std::uint32_t>(i);
    c1[i] = counter[1];
    c2[i] = counter[2];
    c3[i] = counter[3];
  }
  for (std::uint32_t round = 0; round < 10; ++round)
    philox_round(c0, c1, c2, c3, key[0] + round * 0x9E3779B9U, key[1] + round * 0xBB67AE85U);
  for (std::size_t i = 0; i < kLanes; ++i) {
    out[4 * i] = c0[i];
    out[4 * i + 1] = c1[i];
    out[4 * i + 2] = c2[i];
    out[4 * i + 3] = c3[i];
  }
}

/// sqrt(-2 ln u), u in (0, 1]: u = 2^e m with m about 1, ln m = (m - 1) polynomial(m - 1). Relative error below 1e-6.
inline float radius_of(float u) {
  const std::int32_t word = std::bit_cast<std::int32_t>(u);
  const std::int32_t exponent = (word - 0x3F3504F3) >> 23;  // m from sqrt(1/2) to sqrt(2)
  const float f = std::bit_cast<float>(word - exponent * (1 << 23)) - 1.0F;
  float p = -0.101340568F * f + 0.162341898F;
  p = p * f - 0.172470133F;
  p = p * f + 0.19898565F;
  p = p * f - 0.249700717F;
  p = p * f + 0.333351141F;
  p = p * f - 0.500003631F;
  p = p * f + 0.999999943F;
  return std::sqrt(-2.0F * (static_cast<float>(exponent) * 0.693147181F + f * p));
}

/// Normal numbers in pairs (Box-Muller): one word for the radius; of the other, 24 bits for an angle within 45 degrees
/// of the axis, one bit for which axis and one for its direction. The error of sine and cosine is below 1e-7.
ROBUSTCHECK_VECTOR_CLONES void normal_pairs(const std::uint32_t* words, float* out) {
  for (std::size_t i = 0; i < kPairs; ++i) {
    const auto drawn = static_cast<std::int32_t>(words[i] >> 8);
    const std::uint32_t angle = words[kPairs + i];
    const float radius = radius_of(static_cast<float>((1 << 24) - drawn) * kTwoToMinus24);
    const float turn =
        (static_cast<float>(static_cast<std::int32_t>(angle >> 8)) + 0.5F) * kTwoToMinus24 - 0.5F;  // of 90 degrees
    const float z = turn * turn;
    const float sine = radius * (turn * (1.57079632F + z * (-0.645963478F + z * (0.0796802229F + z * -0.0046021631F))));
    const float plain = radius * (0.999999972F + z * (-1.23369701F + z * (0.253598608F + z * -0.0204082555F)));
    const float cosine = std::bit_cast<float>(std::bit_cast<std::uint32_t>(plain) ^ ((angle & 2U) << 30));
    const bool swapped = (angle & 1U) != 0U;
    out[i] = swapped ? sine : cosine;
    out[kPairs + i] = swapped ? cosine : sine;
  }
}

ROBUSTCHECK_VECTOR_CLONES void to_unit(const std::uint32_t* words, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<float>(static_cast<std::int32_t>(words[i] >> 8)) * kTwoToMinus24;
}

}  // namespace

void Rng::fill_bits(std::span<std::uint32_t> out) {
  std::size_t filled = 0;
  while (filled < out.size() && used_ < block_.size()) out[filled++] = block_[used_++];
  while (out.size() - filled >= kWords && counter_[0] <= UINT32_MAX - kLanes) {
    philox_blocks(counter_, key_, out.data() + filled);
    counter_[0] += kLanes;
    filled += kWords;
  }
  while (filled < out.size()) out[filled++] = bits32();
}

void Rng::fill_uniform(std::span<float> out) {
  std::array<std::uint32_t, kWords> words;
  for (std::size_t begin = 0; begin < out.size(); begin += kWords) {
    const std::size_t count = std::min(kWords, out.size() - begin);
    fill_bits({words.data(), count});
    to_unit(words.data(), out.data() + begin, count);
  }
}

void Rng::fill_normal(std::span<float> out) {
  std::array<std::uint32_t, kWords> words;
  std::array<float, kWords> last;
  for (std::size_t begin = 0; begin < out.size(); begin += kWords) {
    const std::size_t count = std::min(kWords, out.size() - begin);
    fill_bits(words);
    normal_pairs(words.data(), count == kWords ? out.data() + begin : last.data());
    if (count < kWords) std::copy_n(last.data(), count, out.data() + begin);
  }
}

}  // namespace robustcheck
