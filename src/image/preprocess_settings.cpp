#include "robustcheck/image/preprocess_settings.h"

#include <algorithm>
#include <vector>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/image/resize.h"

namespace robustcheck::image {
namespace {

constexpr std::string_view kAsSpecified = "as_specified";
constexpr std::string_view kYuv[] = {"none", "nv12", "i420"};
constexpr std::string_view kYuvMatrices[] = {"bt601", "bt709"};
constexpr std::string_view kGray[] = {"bt601", "average"};
constexpr std::string_view kRules[] = {kAsSpecified, "direct", "shorter_side_crop"};
constexpr std::string_view kRoundings[] = {"round", "truncate", "none"};
constexpr std::string_view kChannelOrders[] = {kAsSpecified, "swapped"};
constexpr std::string_view kNormalizations[] = {kAsSpecified, "imagenet", "half", "unit", "none"};

constexpr std::string_view kCropFractions[] = {kAsSpecified, "1", "0.95", "0.9", "0.875", "0.75"};
constexpr double kCropFractionValues[] = {0.0, 1.0, 0.95, 0.9, 0.875, 0.75};

std::vector<std::string_view> filter_values() {
  std::vector<std::string_view> values = {kAsSpecified};
  values.insert(values.end(), resize_filter_names().begin(), resize_filter_names().end());
  return values;
}

}  // namespace

std::size_t knob_choice(const std::map<std::string, std::string>& config, const std::string& knob,
                        std::span<const std::string_view> values) {
  const auto entry = config.find(knob);
  if (entry == config.end()) return 0;
  const auto found = std::ranges::find(values, entry->second);
  if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
  const std::vector<std::string> allowed(values.begin(), values.end());
  throw Error(ErrorKind::usage,
              "knob " + knob + " has no value '" + entry->second + "'; it takes " + join(allowed, ", "));
}

PreprocessSettings preprocess_settings(const std::map<std::string, std::string>& config) {
  const auto chosen = [&](const char* knob, std::span<const std::string_view> values) {
    return knob_choice(config, knob, values);
  };
  PreprocessSettings settings;
  settings.yuv = static_cast<Yuv>(chosen("yuv", kYuv));
  settings.yuv_matrix = static_cast<YuvMatrix>(chosen("yuv_matrix", kYuvMatrices));
  settings.gray = static_cast<GrayWeights>(chosen("gray", kGray));
  settings.rule = static_cast<RuleKnob>(chosen("resize_rule", kRules));
  if (const std::size_t fraction = chosen("crop_fraction", kCropFractions); fraction != 0)
    settings.crop_fraction = kCropFractionValues[fraction];
  static const std::vector<std::string_view> kFilters = filter_values();
  if (const std::size_t filter = chosen("resize_filter", kFilters); filter != 0) settings.filter = kFilters[filter];
  settings.rounding = static_cast<Rounding>(chosen("rounding", kRoundings));
  settings.swap_red_blue = chosen("channel_order", kChannelOrders) == 1;
  settings.normalization = static_cast<Normalization>(chosen("normalization", kNormalizations));
  return settings;
}

}  // namespace robustcheck::image
