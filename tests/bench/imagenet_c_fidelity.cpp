// Statistics of the ImageNet-C settings on a folder of pictures, in the form of
// ../shared/reference/peers/imagenet_c_reference.json. usage: imagenet_c_fidelity FOLDER [NAME...] > ours.json
// compare_fidelity.py compares the two

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "robustcheck/base/json.h"
#include "robustcheck/transform/imagenet_c.h"
#include "robustcheck/transform/transform.h"

namespace {

using robustcheck::Json;
namespace transform = robustcheck::transform;

constexpr std::uint64_t kSeeds = 3;

struct Statistics {
  double mad = 0.0;
  double bias = 0.0;
  double psnr = 0.0;
  double ssim = 0.0;
};

std::vector<cv::Mat> pictures_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<cv::Mat> pictures;
  for (const auto& path : paths) pictures.push_back(cv::imread(path.string(), cv::IMREAD_COLOR));
  return pictures;
}

/// Gaussian window of sigma 1.5, 11 x 11, mirrored as scikit-image does (the edge is repeated).
cv::Mat window(const cv::Mat& values) {
  cv::Mat mean;
  cv::GaussianBlur(values, mean, {11, 11}, 1.5, 1.5, cv::BORDER_REFLECT);
  return mean;
}

/// Mean over the interior (5 px of margin) and the channels, as skimage.metrics.structural_similarity.
double ssim_of(const cv::Mat& a, const cv::Mat& b) {
  constexpr double kC1 = 6.5025, kC2 = 58.5225;
  const cv::Mat mean_a = window(a), mean_b = window(b);
  const cv::Mat variance_a = window(a.mul(a)) - mean_a.mul(mean_a), variance_b = window(b.mul(b)) - mean_b.mul(mean_b);
  const cv::Mat covariance = window(a.mul(b)) - mean_a.mul(mean_b);
  const auto plus = [](const cv::Mat& m, double constant) -> cv::Mat { return m + cv::Scalar::all(constant); };
  const cv::Mat above = plus(2 * mean_a.mul(mean_b), kC1).mul(plus(2 * covariance, kC2));
  const cv::Mat below = plus(mean_a.mul(mean_a) + mean_b.mul(mean_b), kC1).mul(plus(variance_a + variance_b, kC2));
  const cv::Mat map = above / below;
  const cv::Scalar mean = cv::mean(map(cv::Rect(5, 5, map.cols - 10, map.rows - 10)));
  return (mean[0] + mean[1] + mean[2]) / 3.0;
}

Statistics compare(const cv::Mat& before, const cv::Mat& after) {
  cv::Mat a, b;
  before.convertTo(a, CV_64F);
  after.convertTo(b, CV_64F);
  const double values = static_cast<double>(a.total()) * a.channels();
  const double mse = std::max(1e-3, cv::norm(a, b, cv::NORM_L2SQR) / values);
  const cv::Scalar bias = cv::mean(b - a);
  return {.mad = cv::norm(a, b, cv::NORM_L1) / values,
          .bias = (bias[0] + bias[1] + bias[2]) / 3.0,
          .psnr = 10.0 * std::log10(255.0 * 255.0 / mse),
          .ssim = ssim_of(a, b)};
}

Json measure(const robustcheck::space::Step& step, const std::vector<cv::Mat>& pictures) {
  Statistics sum;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const Statistics one = compare(pictures[i], transform::apply_chain(pictures[i], {&step, 1}, seed, i));
      sum = {sum.mad + one.mad, sum.bias + one.bias, sum.psnr + one.psnr, sum.ssim + one.ssim};
    }
  const double n = static_cast<double>(kSeeds * pictures.size());
  return {{"mad", sum.mad / n}, {"bias", sum.bias / n}, {"psnr", sum.psnr / n}, {"ssim", sum.ssim / n}};
}

}  // namespace

int main(int argc, char** argv) {
  cv::setNumThreads(1);
  if (argc < 2) return 2;
  const std::vector<std::string> names(argv + 2, argv + argc);
  const std::vector<cv::Mat> pictures = pictures_of(argv[1]);
  Json stats = Json::object();
  for (const transform::Corruption& corruption : transform::imagenet_c()) {
    if (!names.empty() && std::find(names.begin(), names.end(), corruption.name) == names.end()) continue;
    for (std::size_t severity = 1; severity <= 5; ++severity)
      stats[corruption.name + "/" + std::to_string(severity)] = measure(corruption.severities[severity - 1], pictures);
  }
  std::cout << Json{{"lib", "robustcheck"}, {"stats", stats}}.dump(1) << '\n';
}
