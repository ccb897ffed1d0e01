#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "noise.h"
#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kMostPhotons = 255.0;  // above, one photon is less than one level and a normal distribution serves
constexpr double kTwoTo32 = 0x1.0p32;
constexpr unsigned kBuckets = 256;

/// What a value becomes: its expected photons are drawn from a Poisson distribution and scaled back. The inverse of the
/// cumulative distribution as a table: the upper byte of a random word says where to start in it.
struct PhotonTable {
  std::size_t counts = 0;            ///< outcomes per value; the last one is "white or more"
  std::vector<std::uint32_t> up_to;  ///< [value][count]: largest word that gives the count or less
  std::vector<uchar> start;          ///< [value][upper byte of the word]: first count to try
  std::array<uchar, 256> level{};    ///< [count]
};

/// Cumulative Poisson probabilities of 0 .. counts - 2, by recursion from the mode: four basic operations only, so that
/// every machine gets the same.
void fill_cumulative(double mean, std::span<std::uint32_t> up_to) {
  const auto mode = static_cast<int>(mean);
  const int last = mode + 12 + static_cast<int>(12.0 * std::sqrt(mean));
  std::vector<double> share(static_cast<std::size_t>(last) + 1);
  double total = share[static_cast<std::size_t>(mode)] = 1.0;
  for (int k = mode; k > 0; --k)
    total += share[static_cast<std::size_t>(k) - 1] = share[static_cast<std::size_t>(k)] * k / mean;
  for (int k = mode; k < last; ++k)
    total += share[static_cast<std::size_t>(k) + 1] = share[static_cast<std::size_t>(k)] * mean / (k + 1);
  double sum = 0.0;
  for (std::size_t k = 0; k + 1 < up_to.size(); ++k) {
    if (k < share.size()) sum += share[k];
    up_to[k] = static_cast<std::uint32_t>(std::min(kTwoTo32 - 1.0, sum / total * kTwoTo32));
  }
  up_to.back() = UINT32_MAX;
}

void fill_start(std::span<const std::uint32_t> up_to, uchar* start) {
  std::size_t count = 0;
  for (unsigned bucket = 0; bucket < kBuckets; ++bucket) {
    while (up_to[count] < (bucket << 24)) ++count;
    start[bucket] = static_cast<uchar>(count);
  }
}

PhotonTable make_table(double photons) {
  PhotonTable table;
  table.counts = static_cast<std::size_t>(std::ceil(photons - 1e-6)) + 1;
  for (std::size_t k = 0; k < table.counts; ++k)
    table.level[k] = cv::saturate_cast<uchar>(static_cast<double>(k) * 255.0 / photons);
  table.up_to.resize(256 * table.counts);
  table.start.resize(256 * kBuckets);
  for (std::size_t value = 0; value < 256; ++value) {
    const std::span<std::uint32_t> up_to(table.up_to.data() + value * table.counts, table.counts);
    fill_cumulative(static_cast<double>(value) * photons / 255.0, up_to);
    fill_start(up_to, table.start.data() + value * kBuckets);
  }
  return table;
}

void draw(const PhotonTable& table, const uchar* __restrict in, const std::uint32_t* __restrict words,
          uchar* __restrict out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t word = words[i];
    const std::uint32_t* up_to = table.up_to.data() + in[i] * table.counts;
    std::size_t count = table.start[in[i] * kBuckets + (word >> 24)];
    while (word > up_to[count]) ++count;
    out[i] = table.level[count];
  }
}

cv::Mat with_few_photons(const cv::Mat& image, double photons, Rng& rng) {
  const cv::Mat in = image.isContinuous() ? image : image.clone();
  cv::Mat out(in.size(), in.type());
  const PhotonTable table = make_table(photons);
  const std::size_t values = in.total() * in.elemSize();
  std::array<std::uint32_t, 2048> words;
  for (std::size_t begin = 0; begin < values; begin += words.size()) {
    const std::size_t count = std::min(words.size(), values - begin);
    rng.fill_bits({words.data(), count});
    draw(table, in.data + begin, words.data(), out.data + begin, count);
  }
  return out;
}

/// Many photons: normal noise whose variance is in proportion to the value. `deviation` is that of white, in levels.
ROBUSTCHECK_VECTOR_CLONES void add(const uchar* __restrict in, const float* __restrict noise, uchar* __restrict out,
                                   std::size_t count, float deviation) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(in[i]);
    out[i] = to_level(value + deviation * std::sqrt(value * (1.0F / 255.0F)) * noise[i]);
  }
}

}  // namespace

/// Counting of photons: white stands for 1 / sigma^2 of them, and every count is Poisson distributed.
Transform shot_noise() {
  return {{.name = "shot_noise",
           .family = "noise",
           .summary = "Poisson noise of a photon count; white is 1 / sigma^2 photons",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "sigma", .low = 0.0, .high = 0.6, .neutral = 0.0, .unit = "share of full range, at white"}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double sigma = values["sigma"];
            const double photons = 1.0 / (sigma * sigma);
            return photons <= kMostPhotons ? with_few_photons(image, photons, rng)
                                           : with_normal_noise(image, add, sigma * 255.0, rng);
          }};
}

}  // namespace robustcheck::transform
