#include "batch_maker.h"

#include <algorithm>

#include "deadline.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"
#include "robustcheck/codec/codec.h"
#include "robustcheck/image/distance.h"
#include "robustcheck/image/preprocess.h"
#include "robustcheck/transform/transform.h"
#include "stopwatch.h"

namespace robustcheck::runtime {
namespace {

bool same(const eval::WorkItem& a, const eval::WorkItem& b) {
  return a.image == b.image && a.seed == b.seed && a.data == b.data;
}

/// Position of the first item that equals items[i].
std::size_t first_equal(std::span<const eval::WorkItem> items, std::size_t i) {
  std::size_t first = 0;
  while (!same(items[first], items[i])) ++first;
  return first;
}

}  // namespace

PixelSettings pixel_settings(const space::Assignment& config) {
  try {
    return {codec::decode_settings(config), image::preprocess_settings(config)};
  } catch (const Error& error) {
    throw ModelFailure(oracle::Status::unavailable, error.what());
  }
}

BatchMaker::BatchMaker(std::vector<ImageFile> images, image::Preprocessing preprocessing, std::uint64_t cache_bytes)
    : images_(std::move(images)), preprocessing_(std::move(preprocessing)), decoded_(cache_bytes) {}

template <typename Work>
auto BatchMaker::naming(ImageIndex index, const Work& work) const {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.kind(), one_line_text(images_[index].path.native()) + ": " + error.what());
  }
}

const image::Original& BatchMaker::decoded(ImageIndex index, const codec::DecodeSettings& settings) {
  if (const image::Original* known = decoded_.find({index, settings})) return *known;
  const image::Original image = codec::decode(images_[index].path, settings);
  return decoded_.insert({index, settings}, image, image.bytes());
}

cv::Mat BatchMaker::perturbed(const eval::WorkItem& item, const codec::DecodeSettings& settings,
                              eval::Timings& timings) {
  if (item.image >= images_.size())
    throw Error(ErrorKind::internal,
                "a job names image " + std::to_string(item.image) + " of " + std::to_string(images_.size()));
  Deadline::at(images_[item.image].path);
  const auto timed_decoded = [&]() -> const image::Original& {
    const Stopwatch stopwatch(timings.decode_s);
    return decoded(item.image, settings);
  };
  const image::Original& image = timed_decoded();
  if (item.data.empty()) return image.copy();
  const Stopwatch stopwatch(timings.perturb_s);
  return naming(item.image, [&] {
    return transform::apply_chain(image, item.data, item.seed, hash_key(images_[item.image].sha256));
  });
}

std::optional<space::Distances> BatchMaker::measured(const eval::WorkItem& item) {
  eval::Timings unused;
  try {
    const image::Original image = perturbed({item.image, {}, item.seed}, {}, unused);
    const std::uint64_t key = hash_key(images_[item.image].sha256);
    return image::distances(transform::apply_geometry(image, item.data, item.seed, key),
                            transform::apply_chain(image, item.data, item.seed, key));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return std::nullopt;
  }
}

void BatchMaker::preprocess(const cv::Mat& image, ImageIndex index, const image::PreprocessSettings& settings,
                            std::span<float> planes) const {
  naming(index, [&] { image::preprocess(image, preprocessing_, settings, planes); });
}

std::string BatchMaker::fill(const eval::WorkItem& item, const PixelSettings& settings, std::span<float> planes,
                             eval::Timings& timings) {
  try {
    const cv::Mat image = perturbed(item, settings.decode, timings);
    const Stopwatch stopwatch(timings.preprocess_s);
    preprocess(image, item.image, settings.preprocess, planes);
    return "";
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    std::fill(planes.begin(), planes.end(), 0.0f);
    return error.what();
  }
}

BatchMaker::Made BatchMaker::make(std::span<const eval::WorkItem> items, const PixelSettings& settings,
                                  eval::Timings& timings) {
  const image::Size size = preprocessing_.input;
  const std::size_t values = static_cast<std::size_t>(preprocessing_.channel_count()) * size.width * size.height;
  planes_.resize(values * items.size());
  const auto planes_of = [&](std::size_t i) { return std::span(planes_).subspan(i * values, values); };
  Made made;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t source = first_equal(items, i);
    if (source == i) {
      made.problems.push_back(fill(items[i], settings, planes_of(i), timings));
    } else {
      std::ranges::copy(planes_of(source), planes_of(i).begin());
      made.problems.push_back(made.problems[source]);
    }
  }
  made.batch = {planes_, static_cast<int>(items.size()), preprocessing_.channel_count(), size.height, size.width};
  return made;
}

}  // namespace robustcheck::runtime
