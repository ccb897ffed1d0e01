#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lru_cache.h"
#include "robustcheck/codec/codec.h"
#include "robustcheck/eval/messages.h"
#include "robustcheck/image/original.h"
#include "robustcheck/image/preprocess_settings.h"
#include "robustcheck/image/preprocessing.h"
#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {

/// The knobs between an image file and the network's input.
struct PixelSettings {
  codec::DecodeSettings decode;
  image::PreprocessSettings preprocess;
};
/// Throws ModelFailure{unavailable} for a value that is unknown here; knobs of other classes are passed over.
PixelSettings pixel_settings(const space::Assignment& config);

/// Turns work items into the network's input: decode -> perturb -> preprocess.
class BatchMaker {
 public:
  /// cache_bytes bounds the memory of decoded images.
  BatchMaker(std::vector<ImageFile> images, image::Preprocessing preprocessing, std::uint64_t cache_bytes);

  struct Made {
    Batch batch;                        ///< valid until the next make()
    std::vector<std::string> problems;  ///< one per item: "" or why its planes are zero
  };
  /// Equal items are made once and copied.
  Made make(std::span<const eval::WorkItem> items, const PixelSettings& settings, eval::Timings& timings);

  /// One decoded and perturbed image, the caller's own. Throws Error{input} for a file that cannot be decoded.
  cv::Mat perturbed(const eval::WorkItem& item, const codec::DecodeSettings& settings, eval::Timings& timings);
  /// How far the steps that are not geometric take the picture; none for a file that cannot be decoded.
  std::optional<space::Distances> measured(const eval::WorkItem& item);

 private:
  /// Runs `work`; an Error that leaves it names the image.
  template <typename Work>
  auto naming(ImageIndex index, const Work& work) const;
  /// Valid until the next call.
  const image::Original& decoded(ImageIndex index, const codec::DecodeSettings& settings);
  void preprocess(const cv::Mat& image, ImageIndex index, const image::PreprocessSettings& settings,
                  std::span<float> planes) const;
  /// Returns the problem, after which the planes are zero, or "".
  std::string fill(const eval::WorkItem& item, const PixelSettings& settings, std::span<float> planes,
                   eval::Timings& timings);

  std::vector<ImageFile> images_;
  image::Preprocessing preprocessing_;
  LruCache<std::pair<ImageIndex, codec::DecodeSettings>, image::Original> decoded_;
  std::vector<float> planes_;
};

}  // namespace robustcheck::runtime
