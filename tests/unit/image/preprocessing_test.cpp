#include "robustcheck/image/preprocessing.h"

#include <gtest/gtest.h>

#include "robustcheck/base/error.h"

namespace robustcheck::image {
namespace {

/// The example of DESIGN, Contract.
const Json& imagenet() {
  static const Json kJson = parse_json(R"({
    "input": {"width": 224, "height": 224, "channels": "rgb"},
    "resize": {"rule": "shorter_side", "size": 256, "filter": "pillow-bilinear"},
    "crop": {"width": 224, "height": 224},
    "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    "output": "logits", "classes": ["tench", "goldfish"]})",
                                       "m.json");
  return kJson;
}

/// What is said about the example with one JSON patch applied.
std::string complaint(const std::string& merge) {
  Json json = imagenet();
  json.merge_patch(parse_json(merge, "patch"));
  try {
    preprocessing_from_json(json, "m.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(Preprocessing, ReadsTheDocumentedExample) {
  const Preprocessing read = preprocessing_from_json(imagenet(), "m.json");
  EXPECT_EQ(read.input, (Size{224, 224}));
  EXPECT_EQ(read.channels, Channels::rgb);
  EXPECT_EQ(read.rule, ResizeRule::shorter_side);
  EXPECT_EQ(read.shorter_side, 256);
  EXPECT_EQ(read.crop, (Size{224, 224}));
  EXPECT_EQ(read.std, (std::vector{0.229, 0.224, 0.225}));
  EXPECT_EQ(read.classes, (std::vector<std::string>{"tench", "goldfish"}));
}

TEST(Preprocessing, SurvivesJson) {
  const char* changes[] = {
      "{}", R"({"input": {"channels": "gray", "batch": 8}, "mean": [0.1], "std": [0.2], "output": "probs"})",
      R"({"resize": {"rule": "exact", "size": null, "width": 300, "height": 260}})",
      R"({"resize": {"rule": "none", "size": null, "filter": null}, "crop": null, "classes": []})"};
  for (const char* change : changes) {
    Json json = imagenet();
    json.merge_patch(parse_json(change, "patch"));
    const Preprocessing read = preprocessing_from_json(json, "m.json");
    EXPECT_EQ(preprocessing_from_json(to_json(read), "again"), read) << change;
  }
}

TEST(Preprocessing, FillsInWhatMayBeLeftOut) {
  const Preprocessing read = preprocessing_from_json(
      parse_json(R"({"input": {"width": 32, "height": 16, "channels": "bgr"}, "resize": {"rule": "exact"}})", "m.json"),
      "m.json");
  EXPECT_EQ(read.filter, "pillow-bilinear");
  EXPECT_EQ(read.scale, 1.0 / 255.0);
  EXPECT_EQ(read.mean, (std::vector{0.0, 0.0, 0.0}));
  EXPECT_EQ(read.std, (std::vector{1.0, 1.0, 1.0}));
  EXPECT_EQ(read.output, OutputKind::logits);
  EXPECT_TRUE(read.classes.empty());
}

TEST(Preprocessing, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"reszie": {}})", "m.json: unknown key 'reszie'; did you mean 'resize'?"},
      {R"({"input": null})", "m.json: 'input' is missing"},
      {R"({"input": {"width": 0}})", "m.json#/input/width: 0 is no integer in [1, 16384]"},
      {R"({"input": {"channels": "rbg"}})", "m.json#/input/channels: unknown value 'rbg'; did you mean 'rgb'?"},
      {R"({"resize": {"filter": "pillow-cubic"}})",
       "m.json#/resize/filter: unknown value 'pillow-cubic'; did you mean 'pillow-bicubic'?"},
      {R"({"resize": {"rule": "none"}})", "m.json#/resize: unknown key 'size'"},
      {R"({"crop": {"height": 200}})", "m.json#/crop: 224 x 200 is not the network's input size, 224 x 224"},
      {R"({"crop": null})",
       "m.json#/resize/size: 256 px cannot give the input size 224 x 224 without a 'crop' of that size"},
      {R"({"resize": {"size": 192}})", "m.json#/crop: 224 x 224 is larger than an image with a shorter side of 192"},
      {R"({"resize": {"rule": "exact", "size": null, "width": 256, "height": 200}})",
       "m.json#/crop: 224 x 224 is larger than the resized image, 256 x 200"},
      {R"({"resize": {"rule": "exact", "size": null, "width": 256, "height": 256}, "crop": null})",
       "m.json#/resize: 256 x 256 is not the network's input size, 224 x 224, and there is no 'crop'"},
      {R"({"mean": [0.5]})", "m.json#/mean: 1 values, 3 needed: one per channel"},
      {R"({"std": [0.2, 0, 0.2]})", "m.json#/std: 0 cannot divide; no standard deviation is written as 1"},
      {R"({"scale": 0})", "m.json#/scale: 0 makes every image the same"},
      {R"({"output": "softmax"})", "m.json#/output: unknown value 'softmax'"},
  };
  for (const auto& [change, message] : cases)
    EXPECT_TRUE(complaint(change).starts_with(message)) << change << '\n' << complaint(change);
}

}  // namespace
}  // namespace robustcheck::image
