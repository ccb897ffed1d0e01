#include "robustcheck/image/preprocessing.h"

#include <algorithm>
#include <cmath>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::image {
namespace {

constexpr std::int64_t kLargestSide = 16384;  // px; a typing error, not a network, lies beyond
constexpr std::int64_t kLargestBatch = 65536;
const std::vector<std::string> kChannelNames = {"rgb", "bgr", "gray"};
const std::vector<std::string> kRuleNames = {"exact", "shorter_side", "none"};

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::usage, place + ": " + problem);
}

std::string shown(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height); }

int side(const ObjectReader& reader, const std::string& key) {
  return static_cast<int>(reader.integer(key, 1, kLargestSide));
}

Size size_of(const ObjectReader& reader) { return {side(reader, "width"), side(reader, "height")}; }

void read_input(Preprocessing& result, const ObjectReader& reader) {
  reader.only({"width", "height", "channels", "batch"});
  result.input = size_of(reader);
  result.channels = static_cast<Channels>(reader.choice("channels", kChannelNames));
  if (reader.has("batch")) result.batch = static_cast<int>(reader.integer("batch", 1, kLargestBatch));
}

std::vector<std::string> resize_keys(ResizeRule rule) {
  if (rule == ResizeRule::exact) return {"rule", "width", "height", "filter"};
  if (rule == ResizeRule::shorter_side) return {"rule", "size", "filter"};
  return {"rule"};
}

void read_resize(Preprocessing& result, const ObjectReader& reader) {
  result.rule = static_cast<ResizeRule>(reader.choice("rule", kRuleNames));
  reader.only(resize_keys(result.rule));
  if (result.rule == ResizeRule::shorter_side) result.shorter_side = side(reader, "size");
  if (result.rule == ResizeRule::exact && (reader.has("width") || reader.has("height"))) result.exact = size_of(reader);
  if (reader.has("filter")) result.filter = resize_filter_names()[reader.choice("filter", resize_filter_names())];
}

std::vector<double> per_channel(const ObjectReader& reader, const std::string& key, int channels, double fallback) {
  const auto count = static_cast<std::size_t>(channels);
  if (!reader.has(key)) return std::vector<double>(count, fallback);
  const std::vector<double> values = reader.numbers(key);
  if (values.size() != count)
    fail(reader.place(key),
         std::to_string(values.size()) + " values, " + std::to_string(count) + " needed: one per channel");
  return values;
}

void read_normalisation(Preprocessing& result, const ObjectReader& reader) {
  if (reader.has("scale")) result.scale = reader.number("scale");
  if (result.scale == 0.0) fail(reader.place("scale"), "0 makes every image the same");
  result.mean = per_channel(reader, "mean", result.channel_count(), 0.0);
  result.std = per_channel(reader, "std", result.channel_count(), 1.0);
  if (std::find(result.std.begin(), result.std.end(), 0.0) != result.std.end())
    fail(reader.place("std"), "0 cannot divide; no standard deviation is written as 1");
}

void check_crop(const Preprocessing& result, const ObjectReader& reader) {
  const Size crop = *result.crop;
  const std::string place = reader.place("crop");
  if (crop != result.input) fail(place, shown(crop) + " is not the network's input size, " + shown(result.input));
  if (result.rule == ResizeRule::shorter_side && std::min(crop.width, crop.height) > result.shorter_side)
    fail(place, shown(crop) + " is larger than an image with a shorter side of " + std::to_string(result.shorter_side));
  if (result.rule == ResizeRule::exact && result.exact &&
      (crop.width > result.exact->width || crop.height > result.exact->height))
    fail(place, shown(crop) + " is larger than the resized image, " + shown(*result.exact));
}

void check_without_crop(const Preprocessing& result, const ObjectReader& reader) {
  const int shorter_input = std::min(result.input.width, result.input.height);
  if (result.rule == ResizeRule::shorter_side && result.shorter_side != shorter_input)
    fail(reader.place("resize") + "/size", std::to_string(result.shorter_side) + " px cannot give the input size " +
                                               shown(result.input) + " without a 'crop' of that size");
  if (result.rule == ResizeRule::exact && result.exact && *result.exact != result.input)
    fail(reader.place("resize"), shown(*result.exact) + " is not the network's input size, " + shown(result.input) +
                                     ", and there is no 'crop'");
}

Json size_json(Size size) { return {{"width", size.width}, {"height", size.height}}; }

Json resize_json(const Preprocessing& preprocessing) {
  Json json = {{"rule", kRuleNames[static_cast<std::size_t>(preprocessing.rule)]}};
  if (preprocessing.rule == ResizeRule::none) return json;
  if (preprocessing.rule == ResizeRule::shorter_side) json["size"] = preprocessing.shorter_side;
  if (preprocessing.exact && preprocessing.rule == ResizeRule::exact) json.update(size_json(*preprocessing.exact));
  json["filter"] = preprocessing.filter;
  return json;
}

}  // namespace

Preprocessing preprocessing_from_json(const Json& json, const std::string& place) {
  const ObjectReader reader(json, place);
  reader.only({"input", "resize", "crop", "scale", "mean", "std", "output", "classes"});
  Preprocessing result;
  read_input(result, ObjectReader(reader.at("input"), reader.place("input")));
  read_resize(result, ObjectReader(reader.at("resize"), reader.place("resize")));
  if (reader.has("crop")) {
    const ObjectReader crop(reader.at("crop"), reader.place("crop"));
    crop.only({"width", "height"});
    result.crop = size_of(crop);
    check_crop(result, reader);
  } else {
    check_without_crop(result, reader);
  }
  read_normalisation(result, reader);
  if (reader.has("output")) result.output = static_cast<OutputKind>(reader.choice("output", kOutputKindNames));
  if (reader.has("classes")) result.classes = reader.texts("classes");
  return result;
}

Json to_json(const Preprocessing& preprocessing) {
  Json json;
  json["input"] = size_json(preprocessing.input);
  json["input"]["channels"] = kChannelNames[static_cast<std::size_t>(preprocessing.channels)];
  if (preprocessing.batch) json["input"]["batch"] = *preprocessing.batch;
  json["resize"] = resize_json(preprocessing);
  if (preprocessing.crop) json["crop"] = size_json(*preprocessing.crop);
  json["scale"] = preprocessing.scale;
  json["mean"] = preprocessing.mean;
  json["std"] = preprocessing.std;
  json["output"] = kOutputKindNames[static_cast<std::size_t>(preprocessing.output)];
  json["classes"] = preprocessing.classes;
  return json;
}

Preprocessing read_preprocessing(const std::filesystem::path& path) {
  return preprocessing_from_json(read_json(path), path.string());
}

}  // namespace robustcheck::image
