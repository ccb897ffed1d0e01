#include "robustcheck/app/session.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <thread>
#include <utility>

#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/eval/descriptors.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExample =
    R"({"input": {"width": 224, "height": 224, "channels": "rgb"}, "resize": {"rule": "exact", "filter": "pillow-bilinear"}, )"
    R"("scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "output": "logits", )"
    R"("classes": ["cat", "dog"]})";

/// Says once where it is less than was asked for.
eval::PoolSizes pool_sizes(const SessionOptions& options) {
  const eval::PoolSizes wanted{options.workers, options.max_pools};
  const std::size_t open_files = eval::raise_open_files(wanted);
  const eval::PoolSizes sizes = eval::fitting(wanted, open_files);
  static bool said = false;
  if (sizes != wanted && !std::exchange(said, true))
    std::cerr << "robustcheck: the limit of " << open_files << " open files allows " << sizes.workers << " workers and "
              << sizes.max_pools << " further pools, not " << wanted.workers << " and " << wanted.max_pools
              << " (ulimit -n)\n";
  return sizes;
}

void start_workers(Session& session, const SessionOptions& options) {
  const eval::PoolSizes sizes = pool_sizes(options);
  eval::SetupRequest setup;
  setup.model = session.model.string();
  setup.preprocessing = session.preprocessing;
  setup.images = session.dataset.images;
  setup.calibration = session.calibration;
  for (const report::VariantFile& variant : session.variants) setup.variants[variant.name] = variant.path;
  setup.model_cache_bytes = options.memory_mib << 20;
  setup.picture_timeout_s = options.timeout_s;
  session.pool = std::make_unique<eval::PoolSet>(eval::PoolOptions{.worker = eval::find_worker(),
                                                                   .workers = sizes.workers,
                                                                   .timeout_s = options.timeout_s,
                                                                   .verbose = spdlog::should_log(spdlog::level::debug)},
                                                 setup, sizes.max_pools);
  session.pool->set_interrupt(&interrupted);
  session.evaluator = std::make_unique<eval::ProcessEvaluator>(*session.pool, session.preprocessing);
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

std::string Session::class_name(int index) const {
  const bool known = index >= 0 && static_cast<std::size_t>(index) < preprocessing.classes.size();
  return known ? preprocessing.classes[static_cast<std::size_t>(index)] : std::to_string(index);
}

fs::path preprocessing_path(const fs::path& model, const fs::path& given) {
  if (!given.empty()) return given;
  const fs::path beside = fs::path(model).replace_extension(".json");
  if (fs::exists(beside)) return beside;
  throw Error(
      ErrorKind::usage,
      beside.string() +
          ": no preprocessing file beside the model; write one (or give --preprocess FILE), for example: " + kExample);
}

Dataset list_images(const SessionOptions& options, const std::vector<std::string>& classes) {
  const Dataset dataset = list_dataset(options.images, classes);
  if (!dataset.skipped.empty())
    std::cerr << (isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "")  // the progress bar
              << "robustcheck: " << one_line_text(options.images.native()) << ": left out "
              << one_line_text(in_words(dataset.skipped)) << '\n';
  return limited(dataset, options.limit);
}

Session open_session(const SessionOptions& options) {
  Session session;
  session.variants = parse_variants(options.variants);
  for (report::VariantFile& variant : session.variants) variant.sha256 = sha256_file(variant.path);
  session.catalogue = catalogue_with(session.variants);
  if (!options.model.empty()) {
    session.model = fs::absolute(options.model).lexically_normal();
    session.model_sha256 = sha256_file(session.model);
    session.preprocessing = image::read_preprocessing(preprocessing_path(session.model, options.preprocess));
  }
  if (!options.images.empty()) session.dataset = list_images(options, session.preprocessing.classes);
  session.calibration = calibration_images(session.dataset, options.calibration_images, options.split_seed);
  spdlog::debug("model {} ({}), {} images, {} workers", session.model.string(), session.model_sha256,
                session.dataset.size(), options.workers);
  start_workers(session, options);
  return session;
}

Session with_preprocessing(const Session& session, const SessionOptions& options, const image::Preprocessing& changed) {
  return with_model(session, options, {session.model, session.model_sha256}, changed, session.variants);
}

Session with_model(const Session& session, const SessionOptions& options, const ModelFile& model,
                   const image::Preprocessing& preprocessing, std::vector<report::VariantFile> variants) {
  Session other;
  other.model = model.path;
  other.model_sha256 = model.sha256;
  other.dataset = session.dataset;
  other.variants = std::move(variants);
  other.calibration = session.calibration;
  other.catalogue = catalogue_with(other.variants);
  other.preprocessing = preprocessing;
  start_workers(other, options);
  return other;
}

eval::CapabilitiesReply capabilities(eval::PoolSet& pool) {
  const eval::Request request = eval::CapabilitiesRequest{};
  const eval::Reply reply = pool.run({&request, 1}).front();
  if (const auto* found = std::get_if<eval::CapabilitiesReply>(&reply)) return *found;
  const auto* failure = std::get_if<eval::Failure>(&reply);
  throw Error(ErrorKind::internal,
              "the worker does not tell its capabilities" + (failure ? ": " + failure->message : ""));
}

void write_png(Session& session, image::Picture picture, const fs::path& path) {
  const eval::Request request = eval::PngRequest{std::move(picture), fs::absolute(path).string()};
  const eval::Reply reply = session.pool->run({&request, 1}).front();
  if (const auto* failure = std::get_if<eval::Failure>(&reply)) throw Error(ErrorKind::usage, failure->message);
}

Json environment(eval::PoolSet& pool, std::size_t workers) {
  const eval::CapabilitiesReply found = capabilities(pool);
  return {{"cpu", cpu_model()},
          {"cores", std::thread::hardware_concurrency()},
          {"workers", workers},
          {"torch", found.torch_version},
          {"opencv", found.opencv_version},
          {"codecs", found.codec_versions},
          {"cpu_capability", found.cpu_capability},
          {"native_bf16", found.native_bf16},
          {"native_fp16", found.native_fp16},
          {"cuda", found.cuda}};
}

}  // namespace robustcheck::app
