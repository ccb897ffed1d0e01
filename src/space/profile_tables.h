#pragma once

#include <string_view>

#include "robustcheck/space/space.h"

namespace robustcheck::space {

/// Ranges by eye on photographs: mild = not noticed at a glance, moderate = noticed, the content still obvious.
/// A strength that is not listed gets a quarter (mild) or half (moderate) of its registered range.
struct Strengths {
  std::string_view transform, parameter;
  Range mild, moderate;
};
inline constexpr Strengths kStrengths[] = {
    // geometry
    {"rotate", "degrees", {-7, 7}, {-20, 20}},
    {"translate", "x", {-0.04, 0.04}, {-0.1, 0.1}},
    {"translate", "y", {-0.04, 0.04}, {-0.1, 0.1}},
    {"zoom", "factor", {0.92, 1.1}, {0.8, 1.3}},
    {"shear", "x", {-0.05, 0.05}, {-0.15, 0.15}},
    {"shear", "y", {-0.05, 0.05}, {-0.15, 0.15}},
    {"perspective", "yaw", {-6, 6}, {-15, 15}},
    {"perspective", "pitch", {-6, 6}, {-15, 15}},
    {"lens_distortion", "amount", {-0.1, 0.1}, {-0.25, 0.25}},
    {"flip_horizontal", "on", {0, 0}, {0, 1}},  // writing and handedness give a mirror image away at a glance
    {"random_crop", "share", {0, 0.06}, {0, 0.2}},
    {"elastic", "displacement", {0, 0.7}, {0, 2.2}},
    // light
    {"brightness", "offset", {-0.08, 0.08}, {-0.2, 0.2}},
    {"contrast", "factor", {0.8, 1.25}, {0.5, 1.6}},
    {"saturation", "factor", {0.7, 1.3}, {0.4, 1.7}},
    {"hsv_value", "offset", {-0.08, 0.08}, {-0.2, 0.2}},
    {"hsv_saturation", "factor", {0.7, 1.3}, {0.4, 2}},
    {"hsv_saturation", "offset", {0, 0.02}, {0, 0.06}},
    {"contrast_about_mean", "factor", {0.8, 1.25}, {0.5, 1.6}},
    {"gamma", "exponent", {0.8, 1.25}, {0.55, 1.8}},
    {"exposure", "stops", {-0.5, 0.4}, {-1.5, 1.2}},
    {"hue", "degrees", {-6, 6}, {-20, 20}},
    {"white_balance", "kelvin", {5600, 7800}, {4200, 12000}},
    {"grayscale", "amount", {0, 0.3}, {0, 1}},
    {"vignette", "loss", {0, 0.3}, {0, 0.7}},
    {"shadow", "darkness", {0, 0.25}, {0, 0.6}},
    {"glare", "intensity", {0, 0.08}, {0, 0.35}},
    {"low_light", "stops", {0, 0.7}, {0, 2.5}},
    // noise
    {"gaussian_noise", "sigma", {0, 0.03}, {0, 0.1}},
    {"shot_noise", "sigma", {0, 0.05}, {0, 0.15}},
    {"impulse_noise", "amount", {0, 0.005}, {0, 0.05}},
    {"speckle_noise", "sigma", {0, 0.06}, {0, 0.2}},
    {"row_noise", "sigma", {0, 0.015}, {0, 0.07}},
    // blur
    {"gaussian_blur", "sigma", {0, 1}, {0, 3}},
    {"defocus_blur", "radius", {0, 1.2}, {0, 4}},
    {"motion_blur", "length", {0, 0.02}, {0, 0.07}},
    {"zoom_blur", "factor", {1, 1.02}, {1, 1.08}},
    {"glass_blur", "distance", {0, 0.4}, {0, 1.2}},
    {"glass_blur", "sigma", {0, 0.4}, {0, 0.8}},
    // weather
    {"fog", "amount", {0, 0.3}, {0, 1.2}},
    {"frost", "amount", {0, 0.1}, {0, 0.4}},
    {"snow", "coverage", {0, 0.01}, {0, 0.06}},
    {"snow", "whiteness", {0, 0.05}, {0, 0.2}},
    {"rain", "amount", {0, 0.12}, {0, 0.5}},
    {"spatter", "coverage", {0, 0.03}, {0, 0.15}},
    // digital
    {"jpeg", "quality", {75, 100}, {30, 100}},
    {"webp", "quality", {75, 100}, {25, 100}},
    {"double_jpeg", "first", {75, 100}, {35, 100}},
    {"double_jpeg", "second", {75, 100}, {35, 100}},
    {"dropped_rows", "share", {0, 0.005}, {0, 0.1}},
    {"pixelate", "cell", {1, 1.6}, {1, 3}},
    {"posterize", "bits", {6, 8}, {3.5, 8}},
    {"chroma_subsample", "cell", {1, 2.5}, {1, 8}},
    {"sharpen", "amount", {0, 0.6}, {0, 2}},
    // occlusion
    {"occlude", "area", {0, 0.02}, {0, 0.1}},
    {"lens_dirt", "opacity", {0, 0.2}, {0, 0.6}},
    {"text_overlay", "opacity", {0, 0.12}, {0, 0.6}},
};

/// A row of a profile: without a parameter every strength of the transform has its moderate range.
struct ProfileRow {
  std::string_view transform;
  std::string_view parameter = {};
  Range range = {};
};

/// Gao et al. 2020 (SENSEI), "Fuzz testing based data augmentation to improve robustness of deep neural networks".
inline constexpr ProfileRow kSensei[] = {
    {"rotate", "degrees", {-30, 30}},
    {"translate", "x", {-0.1, 0.1}},
    {"translate", "y", {-0.1, 0.1}},
    {"shear", "x", {-0.1, 0.1}},
    {"shear", "y", {-0.1, 0.1}},
    {"zoom", "factor", {0.9, 1.1}},
    {"brightness", "offset", {-32 / 255.0, 32 / 255.0}},
    {"contrast", "factor", {0.8, 1.2}},
};

/// Engstrom et al. 2019, "Exploring the landscape of spatial robustness", arXiv 1712.02779.
inline constexpr ProfileRow kEngstrom[] = {
    {"rotate", "degrees", {-30, 30}},
    {"translate", "x", {-0.1, 0.1}},
    {"translate", "y", {-0.1, 0.1}},
};

inline constexpr ProfileRow kWeather[] = {{"fog"}, {"frost"}, {"snow"}, {"rain"}, {"spatter"}, {"glare"}};

inline constexpr ProfileRow kCamera[] = {
    {"lens_distortion"}, {"exposure"},  {"white_balance"}, {"vignette"},    {"glare"},        {"low_light"},
    {"shot_noise"},      {"row_noise"}, {"defocus_blur"},  {"motion_blur"}, {"dropped_rows"}, {"lens_dirt"},
};

/// `pixelate` stands for a thumbnail that is shown large.
inline constexpr ProfileRow kWeb[] = {
    {"jpeg"},
    {"webp"},
    {"double_jpeg"},
    {"chroma_subsample"},
    {"pixelate"},
    {"sharpen"},
    {"random_crop", "share", {0, 0.1}},
};

/// The ranges that hold severities 1 to 5 of ImageNet-C (Hendrycks & Dietterich 2019) and, for strengths, what is
/// milder; src/transform/imagenet_c.cpp has the points, and a test compares.
inline constexpr ProfileRow kImagenetC[] = {
    {"gaussian_noise", "sigma", {0, .38}},
    {"shot_noise", "sigma", {0, 0.57735026918962584}},
    {"impulse_noise", "amount", {0, .27}},
    {"defocus_blur", "radius", {0, 10}},
    {"defocus_blur", "softness", {.1, .5}},
    {"glass_blur", "sigma", {0, 1.5}},
    {"glass_blur", "distance", {0, 4}},
    {"glass_blur", "passes", {1, 3}},
    {"motion_blur", "length", {0, 40 / 224.}},
    {"motion_blur", "fading", {2.5, 20 / 3.}},
    {"motion_blur", "trail", {1, 1}},
    {"motion_blur", "angle_spread", {45, 45}},
    {"zoom_blur", "factor", {1, 1.3}},
    {"zoom_blur", "step", {.01, .03}},
    {"snow", "coverage", {0, .1587}},
    {"snow", "flake_brightness", {.5, .9}},
    {"snow", "flake_size", {2, 4.5}},
    {"snow", "streak", {20, 24}},
    {"snow", "fading", {2, 6}},
    {"snow", "whiteness", {0, .45}},
    {"frost", "amount", {0, .77}},
    {"fog", "amount", {0, 3}},
    {"fog", "decay", {1.4, 2}},
    {"hsv_value", "offset", {0, .5}},
    {"contrast_about_mean", "factor", {.05, 1}},
    {"elastic", "displacement", {0, 2.443}},
    {"elastic", "smoothness", {2.24, 2.24}},
    {"pixelate", "cell", {1, 4}},
    {"jpeg", "quality", {7, 100}},
    {"speckle_noise", "sigma", {0, .6}},
    {"gaussian_blur", "sigma", {0, 6}},
    {"spatter", "coverage", {0, .57}},
    {"spatter", "drop_size", {1, 4}},
    {"spatter", "brightness", {.5, .6}},
    {"spatter", "kind", {0, 1}},
    {"hsv_saturation", "factor", {.1, 20}},
    {"hsv_saturation", "offset", {0, .2}},
};

}  // namespace robustcheck::space
