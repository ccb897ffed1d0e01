// Milliseconds per 224 x 224 colour image on one thread: the ImageNet-C settings at severity 3 and every transform of
// the registry at half its range. usage: transform_bench [PICTURE.png] [--benchmark_filter=...]

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "robustcheck/transform/imagenet_c.h"
#include "robustcheck/transform/transform.h"

namespace {

namespace transform = robustcheck::transform;
using robustcheck::space::Step;

cv::Mat synthetic() {
  cv::Mat noise(224, 224, CV_8UC3), picture;
  cv::theRNG().state = 1;
  cv::randu(noise, 0, 256);
  cv::GaussianBlur(noise, picture, {0, 0}, 4.0);
  cv::normalize(picture, picture, 0, 255, cv::NORM_MINMAX);
  return picture;
}

void run(benchmark::State& state, const Step& step, const cv::Mat& picture) {
  std::uint64_t seed = 0;
  for (auto _ : state) benchmark::DoNotOptimize(transform::apply_chain(picture, {&step, 1}, seed++, 0).data);
}

void add(const std::string& name, const Step& step, const cv::Mat& picture) {
  benchmark::RegisterBenchmark(name.c_str(), [step, picture](benchmark::State& state) {
    run(state, step, picture);
  })->Unit(benchmark::kMillisecond);
}

/// Half way to the farther end of every strength, the middle of everything else.
Step half_way(const robustcheck::space::TransformInfo& info) {
  Step step{info.name, {}, robustcheck::space::Border::reflect};
  for (const auto& parameter : info.parameters) {
    const double value = parameter.strength ? parameter.at(0.5) : (parameter.low + parameter.high) / 2.0;
    const bool one_sided = parameter.strength && value == parameter.neutral;
    step.values.push_back(one_sided ? parameter.at(-0.5) : parameter.integer ? std::round(value) : value);
  }
  return step;
}

}  // namespace

int main(int argc, char** argv) {
  cv::setNumThreads(1);
  benchmark::Initialize(&argc, argv);
  const cv::Mat picture = argc > 1 ? cv::imread(argv[1], cv::IMREAD_COLOR) : synthetic();
  for (const transform::Corruption& corruption : transform::imagenet_c())
    add("imagenet-c/" + corruption.name, corruption.severities[2], picture);
  for (const transform::Transform& one : transform::all())
    add("transform/" + one.info.name, half_way(one.info), picture);
  benchmark::RunSpecifiedBenchmarks();
}
