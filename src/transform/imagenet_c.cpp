#include "robustcheck/transform/imagenet_c.h"

#include <cmath>

#include "robustcheck/base/error.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

/// Values of one parameter at severity 1 to 5.
struct Column {
  std::string parameter;
  std::array<double, 5> values;
};

/// A corruption and the transform that makes it; parameters without a column are neutral.
struct Row {
  std::string name;
  std::string transform;
  std::vector<Column> columns;
  space::Border border = space::Border::reflect;
};

/// The same at every severity.
constexpr std::array<double, 5> always(double value) { return {value, value, value, value, value}; }

/// Photons at white as the deviation that they leave there.
std::array<double, 5> photons(std::array<double, 5> counts) {
  for (double& count : counts) count = 1.0 / std::sqrt(count);
  return counts;
}

std::vector<Row> rows() {
  return {
      {"gaussian_noise", "gaussian_noise", {{"sigma", {.08, .12, .18, .26, .38}}}},
      {"shot_noise", "shot_noise", {{"sigma", photons({60, 25, 12, 5, 3})}}},
      {"impulse_noise", "impulse_noise", {{"amount", {.03, .06, .09, .17, .27}}}},
      {"defocus_blur", "defocus_blur", {{"radius", {3, 4, 6, 8, 10}}, {"softness", {.1, .5, .5, .5, .5}}}},
      {"glass_blur",
       "glass_blur",
       {{"sigma", {.7, .9, 1, 1.1, 1.5}}, {"distance", {1, 2, 2, 3, 4}}, {"passes", {2, 1, 3, 2, 2}}}},
      {"motion_blur",
       "motion_blur",
       {{"length",
         {20 / 224., 30 / 224., 30 / 224., 30 / 224., 40 / 224.}},  // radius 10, 15, 15, 15, 20; sigma 3, 5, 8, 12, 15
        {"fading", {20 / 3., 30 / 5., 30 / 8., 30 / 12., 40 / 15.}},
        {"trail", always(1)},
        {"angle_spread", always(45)}}},
      {"zoom_blur", "zoom_blur", {{"factor", {1.11, 1.15, 1.20, 1.24, 1.30}}, {"step", {.01, .01, .02, .02, .03}}}},
      {"snow",  // coverage: share of normal noise (mean, deviation) above the threshold
       "snow",
       {{"coverage", {.0912, .1587, .1217, .1587, .1587}},
        {"flake_brightness", {.5, .5, .9, .85, .85}},
        {"flake_size", {3, 2, 4, 4.5, 2.5}},
        {"streak", {20, 24, 24, 24, 24}},  // radius 10, 12, 12, 12, 12; sigma 4, 4, 8, 8, 12
        {"fading", {20 / 4., 24 / 4., 24 / 8., 24 / 8., 24 / 12.}},
        {"whiteness", {.2, .3, .3, .35, .45}}}},
      {"frost", "frost", {{"amount", {.4, .6, .7, .73, .77}}}},
      {"fog", "fog", {{"amount", {1.5, 2, 2.5, 2.5, 3}}, {"decay", {2, 2, 1.7, 1.5, 1.4}}}},
      {"brightness", "hsv_value", {{"offset", {.1, .2, .3, .4, .5}}}},
      {"contrast", "contrast_about_mean", {{"factor", {.4, .3, .2, .1, .05}}}},
      {"elastic_transform",  // uniform noise of +- 1.12 px, blurred with sigma 2.24, times 12.5, 16.25, 21.25, 25, 30
       "elastic",
       {{"displacement", {1.018, 1.323, 1.731, 2.036, 2.443}}, {"smoothness", always(2.24)}}},
      {"pixelate", "pixelate", {{"cell", {1 / .6, 1 / .5, 1 / .4, 1 / .3, 1 / .25}}}},
      {"jpeg_compression", "jpeg", {{"quality", {25, 18, 15, 10, 7}}}},
      {"speckle_noise", "speckle_noise", {{"sigma", {.15, .2, .35, .45, .6}}}},
      {"gaussian_blur", "gaussian_blur", {{"sigma", {1, 2, 3, 4, 6}}}},
      {"spatter",  // coverage: counted in the reference; at its replicated borders blurred noise varies more
       "spatter",
       {{"coverage", {.037, .151, .244, .5, .57}},
        {"drop_size", {4, 3, 2, 1, 1}},
        {"brightness", {.6, .6, .5, .6, .6}},
        {"kind", {0, 0, 0, 1, 1}}}},
      {"saturate", "hsv_saturation", {{"factor", {.3, .1, 2, 5, 20}}, {"offset", {0, 0, 0, .1, .2}}}},
  };
}

/// A neutral step with the values of that severity (0 to 4). Throws Error{internal} where a row names what does not
/// exist.
space::Step step_of(const Row& row, std::size_t severity) {
  const Transform* transform = find(row.transform);
  if (transform == nullptr) throw Error(ErrorKind::internal, "imagenet-c: no transform '" + row.transform + "'");
  const space::TransformInfo& info = transform->info;
  space::Step step{row.transform, {}, row.border};
  for (const space::Parameter& parameter : info.parameters) step.values.push_back(parameter.neutral);
  for (const Column& column : row.columns) {
    const std::size_t index = info.index_of(column.parameter);
    if (index == info.parameters.size())
      throw Error(ErrorKind::internal, "imagenet-c: " + info.name + " has no parameter '" + column.parameter + "'");
    step.values[index] = column.values[severity];
  }
  return step;
}

}  // namespace

const std::vector<Corruption>& imagenet_c() {
  static const std::vector<Corruption> kCorruptions = [] {
    std::vector<Corruption> corruptions;
    for (const Row& row : rows()) {
      corruptions.push_back({row.name, {}});
      for (std::size_t severity = 0; severity < 5; ++severity)
        corruptions.back().severities[severity] = step_of(row, severity);
    }
    return corruptions;
  }();
  return kCorruptions;
}

}  // namespace robustcheck::transform
