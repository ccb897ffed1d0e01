#include "robustcheck/runtime/service.h"

#include <algorithm>
#include <optional>
#include <span>

#include "batch_maker.h"
#include "deadline.h"
#include "failure.h"
#include "process_flags.h"
#include "process_knobs.h"
#include "robustcheck/codec/codec.h"
#include "robustcheck/runtime/model.h"
#include "stopwatch.h"

namespace robustcheck::runtime {

using oracle::Observation;
using oracle::Status;

struct Service::State {
  std::optional<BatchMaker> maker;
  std::unique_ptr<Model> model;
  std::optional<BatchMaker> calibration_maker;  ///< its own: calibrating happens while a batch of `maker` waits
  std::size_t calibration_images = 0;
  std::size_t calibration_batch = 0;
  OutputKind output = OutputKind::logits;
  double picture_timeout_s = 0.0;

  eval::Reply answer(const eval::SetupRequest& setup);
  eval::Reply answer(const eval::ForwardRequest& request);
  eval::Reply answer(const eval::PerturbRequest& request);
  eval::Reply answer(const eval::CapabilitiesRequest& request);
  eval::Reply answer(const eval::MeasureRequest& request);
  eval::Reply answer(const eval::PngRequest& request);

 private:
  BatchMaker& ready_maker();
  ModelExtras extras_of(const eval::SetupRequest& setup);
  void calibrate(const std::function<void(const Batch&)>& take);
  Logits forward(const Batch& batch, const space::Assignment& config, eval::Timings& timings);
};

namespace {

constexpr int kCalibrationBatch = 32;  // ProcessEvaluator::kReferenceBatch

constexpr std::uint64_t kCalibrationShare = 8;  // of the memory for decoded images: an eighth

std::string pixels_of(const cv::Mat& image) {
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  return {reinterpret_cast<const char*>(whole.data), whole.total() * whole.elemSize()};
}

std::vector<Observation> failed_rows(std::span<const std::string> problems) {
  std::vector<Observation> rows;
  for (const std::string& problem : problems) rows.push_back(oracle::failed_observation(Status::image_error, problem));
  return rows;
}

std::vector<Observation> rows_of(const Logits& logits, std::span<const std::string> problems, OutputKind output) {
  std::vector<Observation> rows = failed_rows(problems);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!problems[i].empty()) continue;
    const auto begin = logits.values.begin() + static_cast<std::ptrdiff_t>(i) * logits.classes;
    rows[i] = oracle::make_observation({begin, begin + logits.classes}, output);
  }
  return rows;
}

}  // namespace

BatchMaker& Service::State::ready_maker() {
  if (!maker) throw ModelFailure(Status::model_error, "this worker was not set up");
  return *maker;
}

Logits Service::State::forward(const Batch& batch, const space::Assignment& config, eval::Timings& timings) {
  const double before = model->switch_seconds();
  Logits logits;
  {
    const Stopwatch stopwatch(timings.forward_s);
    logits = model->run(batch, config);
  }
  timings.switch_s = model->switch_seconds() - before;
  timings.forward_s -= timings.switch_s;
  return logits;
}

ModelExtras Service::State::extras_of(const eval::SetupRequest& setup) {
  std::vector<ImageFile> images;
  for (const ImageIndex index : setup.calibration) images.push_back(setup.images.at(index));
  calibration_images = images.size();
  calibration_batch = static_cast<std::size_t>(setup.preprocessing.batch.value_or(kCalibrationBatch));
  calibration_maker.emplace(std::move(images), setup.preprocessing, setup.image_cache_bytes / kCalibrationShare);
  return {{setup.variants.begin(), setup.variants.end()}, [this](const auto& take) { calibrate(take); }};
}

/// Full batches, as the reference has them: the last one is filled with copies, which move no smallest and no largest
/// value. Images that cannot be read are left out.
void Service::State::calibrate(const std::function<void(const Batch&)>& take) {
  eval::Timings unused;
  for (std::size_t begin = 0; begin < calibration_images; begin += calibration_batch) {
    std::vector<eval::WorkItem> items;
    for (std::size_t i = begin; i < std::min(begin + calibration_batch, calibration_images); ++i) {
      const eval::WorkItem item{static_cast<ImageIndex>(i), {}, 0};
      if (calibration_maker->make({&item, 1}, {}, unused).problems.front().empty()) items.push_back(item);
    }
    if (items.empty()) continue;
    items.resize(calibration_batch, items.front());
    take(calibration_maker->make(items, {}, unused).batch);
  }
}

eval::Reply Service::State::answer(const eval::SetupRequest& setup) {
  model.reset();
  maker.emplace(setup.images, setup.preprocessing, setup.image_cache_bytes);
  output = setup.preprocessing.output;
  picture_timeout_s = setup.picture_timeout_s;
  if (!setup.model.empty()) model = load_torchscript(setup.model, setup.model_cache_bytes, extras_of(setup));
  return eval::SetupReply{};
}

eval::Reply Service::State::answer(const eval::ForwardRequest& request) {
  if (!model) throw ModelFailure(Status::model_error, "this worker was started without a model");
  if (request.wanted > request.items.size())
    throw ModelFailure(Status::model_error, "more rows are wanted than items sent");
  eval::ForwardReply reply;
  const BatchMaker::Made made = [&] {
    const Deadline deadline(picture_timeout_s);
    return ready_maker().make(request.items, pixel_settings(request.config), reply.timings);
  }();
  const auto wanted = std::span<const std::string>(made.problems).first(request.wanted);
  const bool none_usable = std::ranges::none_of(made.problems, &std::string::empty);
  if (none_usable) {
    reply.rows = failed_rows(wanted);
    return reply;
  }
  const Logits logits = forward(made.batch, request.config, reply.timings);
  reply.rows = rows_of(logits, wanted, output);
  reply.note = logits.note;
  return reply;
}

eval::Reply Service::State::answer(const eval::PerturbRequest& request) {
  const Deadline deadline(picture_timeout_s);
  eval::Timings unused;
  const cv::Mat image = ready_maker().perturbed(request.item, {}, unused);
  image::Picture picture{image.cols, image.rows, image.channels(), {}};
  if (request.png.empty())
    picture.pixels = pixels_of(image);
  else
    codec::write_png(request.png, image);
  return eval::PerturbReply{std::move(picture)};
}

eval::Reply Service::State::answer(const eval::MeasureRequest& request) {
  const Deadline deadline(picture_timeout_s);
  eval::MeasureReply reply;
  for (const eval::WorkItem& item : request.items) reply.distances.push_back(ready_maker().measured(item));
  return reply;
}

eval::Reply Service::State::answer(const eval::PngRequest& request) {
  image::Picture picture = request.picture;
  codec::write_png(request.path,
                   cv::Mat(picture.height, picture.width, CV_8UC(picture.channels), picture.pixels.data()));
  return eval::PngReply{};
}

eval::Reply Service::State::answer(const eval::CapabilitiesRequest&) {
  const RuntimeInfo info = runtime_info();
  return eval::CapabilitiesReply{.torch_version = info.version,
                                 .opencv_version = cv::getVersionString(),
                                 .codec_versions = codec::versions(),
                                 .cpu_capability = info.cpu_capability,
                                 .native_bf16 = info.native_bf16,
                                 .native_fp16 = info.native_fp16,
                                 .cuda = info.cuda};
}

Service::Service() : state_(std::make_unique<State>()) {
  cv::setNumThreads(1);
  drop_impossible_capability();
  warn_once();
}

Service::~Service() = default;

eval::Reply Service::handle(const eval::Request& request) {
  try {
    return std::visit([this](const auto& alternative) { return state_->answer(alternative); }, request);
  } catch (...) {
    const ModelFailure failure = current_failure("");
    return eval::Failure{failure.status, failure.what()};
  }
}

}  // namespace robustcheck::runtime
