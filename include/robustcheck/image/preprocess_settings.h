#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace robustcheck::image {

enum class RuleKnob { as_specified, direct, shorter_side_crop };
enum class Yuv { none, nv12, i420 };
enum class YuvMatrix { bt601, bt709 };
enum class GrayWeights { bt601, average };
enum class Rounding { round, truncate, none };
enum class Normalization { as_specified, imagenet, half, unit, none };

/// What the preprocessing knobs change between the perturbed image and the network's input; the default is the
/// reference: everything as the preprocessing file says.
struct PreprocessSettings {
  Yuv yuv = Yuv::none;
  YuvMatrix yuv_matrix = YuvMatrix::bt601;  ///< of `yuv`
  GrayWeights gray = GrayWeights::bt601;    ///< colour pictures for a gray network
  RuleKnob rule = RuleKnob::as_specified;
  std::optional<double> crop_fraction;  ///< in (0, 1]
  std::string filter;                   ///< a name of resize_filter_names(), or "" as specified
  Rounding rounding = Rounding::round;
  bool swap_red_blue = false;
  Normalization normalization = Normalization::as_specified;
};

/// Reads the knobs of this struct from a configuration; other knobs are passed over. Throws Error{usage} for a value
/// that a knob does not have.
PreprocessSettings preprocess_settings(const std::map<std::string, std::string>& config);

/// Position of a knob's value among `values`; 0 (the reference) if the configuration does not name the knob.
/// Throws Error{usage} for another value.
std::size_t knob_choice(const std::map<std::string, std::string>& config, const std::string& knob,
                        std::span<const std::string_view> values);

}  // namespace robustcheck::image
