#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lru_cache.h"
#include "robustcheck/eval/messages.h"
#include "robustcheck/image/preprocessing.h"
#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {

/// Turns work items into the network's input: decode -> perturb -> preprocess.
class BatchMaker {
 public:
  /// cache_bytes bounds the memory of decoded images.
  BatchMaker(std::vector<ImageFile> images, image::Preprocessing preprocessing, std::uint64_t cache_bytes);

  struct Made {
    Batch batch;                        ///< valid until the next make()
    std::vector<std::string> problems;  ///< one per item: "" or why its planes are zero
  };
  /// `filter` overrides the preprocessing's if not empty. Equal items are made once and copied.
  Made make(std::span<const eval::WorkItem> items, const std::string& filter, eval::Timings& timings);

  /// One decoded and perturbed image. Throws Error{input} for a file that cannot be decoded.
  cv::Mat perturbed(const eval::WorkItem& item, eval::Timings& timings);
  /// How far the steps that are not geometric take the picture; none for a file that cannot be decoded.
  std::optional<space::Distances> measured(const eval::WorkItem& item);

 private:
  cv::Mat decoded(ImageIndex index);
  void preprocess(const cv::Mat& image, ImageIndex index, const std::string& filter, std::span<float> planes) const;
  /// Returns the problem, after which the planes are zero, or "".
  std::string fill(const eval::WorkItem& item, const std::string& filter, std::span<float> planes,
                   eval::Timings& timings);

  std::vector<ImageFile> images_;
  image::Preprocessing preprocessing_;
  LruCache<ImageIndex, cv::Mat> decoded_;
  std::vector<float> planes_;
};

}  // namespace robustcheck::runtime
