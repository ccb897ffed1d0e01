/// What the SSIM limits of the profiles rest on: for every transform at the ends of its range in a profile, the
/// structural similarity to the picture that it changes, lowest and median over the given photographs.
///   validity_bench IMAGE... (for example the eight of shared/reference/peers/make_images.py)
#include <algorithm>
#include <cstdio>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "robustcheck/image/distance.h"
#include "robustcheck/space/space.h"
#include "robustcheck/transform/transform.h"

using namespace robustcheck;

namespace {

std::vector<double> similarities(const std::vector<cv::Mat>& images, const space::TransformGene& gene) {
  std::vector<double> found;
  for (const double share : {-1.0, 1.0}) {
    if (!space::has_side(gene, share < 0 ? -1 : 1)) continue;
    Rng rng(0, "grid");
    const space::Step step = space::step_at(gene, share, rng);
    for (std::size_t i = 0; i < images.size(); ++i)
      found.push_back(image::distances(images[i], transform::apply_chain(images[i], std::vector{step}, 0, i)).ssim);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<cv::Mat> images;
  for (int i = 1; i < argc; ++i) images.push_back(cv::imread(argv[i], cv::IMREAD_UNCHANGED));
  if (images.empty()) return 2;
  for (const std::string profile : {"mild", "moderate", "severe", "imagenet-c"})
    for (const space::TransformGene& gene :
         space::make_space({.profiles = {profile}, .transforms = {}, .knobs = {}}, transform::catalogue()).transforms) {
      if (gene.info.family == "geometry") continue;
      const std::vector<double> found = similarities(images, gene);
      std::printf("%-11s %-20s lowest %.2f  median %.2f\n", profile.c_str(), gene.info.name.c_str(), found.front(),
                  found[found.size() / 2]);
    }
}
