#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/base/json.h"
#include "robustcheck/base/output_kind.h"

namespace robustcheck::image {

enum class Channels { rgb, bgr, gray };
enum class ResizeRule { exact, shorter_side, none };

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

/// How an image becomes the network's input, as the preprocessing file states it (DESIGN, Contract).
/// Order: channels -> resize -> centre crop -> (x * scale - mean) / std.
struct Preprocessing {
  Size input;
  Channels channels = Channels::rgb;
  std::optional<int> batch;  ///< the one batch size that the file was traced for
  ResizeRule rule = ResizeRule::exact;
  std::optional<Size> exact;               ///< target of ResizeRule::exact; absent = the input size
  int shorter_side = 0;                    ///< px; used by ResizeRule::shorter_side only
  std::string filter = "pillow-bilinear";  ///< a name of resize_filter_names()
  std::optional<Size> crop;                ///< centre crop after the resize; always the input size
  double scale = 1.0 / 255.0;
  std::vector<double> mean;  ///< one per channel
  std::vector<double> std;
  OutputKind output = OutputKind::logits;
  std::vector<std::string> classes;

  int channel_count() const { return channels == Channels::gray ? 1 : 3; }
  bool operator==(const Preprocessing&) const = default;
};

/// opencv-{nearest, linear, area, cubic, lanczos4}, pillow-{nearest, box, bilinear, hamming, bicubic, lanczos},
/// torch-{bilinear, bicubic}.
const std::vector<std::string>& resize_filter_names();

/// Reads {"input", "resize", "crop", "scale", "mean", "std", "output", "classes"}; all but the first two may be left
/// out (no crop, scale 1/255, mean 0, std 1, logits, no names). "resize" is {"rule": "exact"[, "width", "height"]},
/// {"rule": "shorter_side", "size"} or {"rule": "none"}, the first two with an optional "filter".
/// Throws Error{usage} that names place, value and what would be right; checks that the sizes fit together.
Preprocessing preprocessing_from_json(const Json& json, const std::string& place);
Json to_json(const Preprocessing& preprocessing);
Preprocessing read_preprocessing(const std::filesystem::path& path);

}  // namespace robustcheck::image
