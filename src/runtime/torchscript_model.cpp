#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <string_view>

#include "autocast.h"
#include "diagnose.h"
#include "failure.h"
#include "int8.h"
#include "lru_cache.h"
#include "process_flags.h"
#include "process_knobs.h"
#include "rejection.h"
#include "robustcheck/runtime/model.h"
#include "variant.h"
#include "weights.h"

namespace robustcheck::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarmUps = 3;  // the interpreter profiles in the first run and compiles in the second

[[noreturn]] void fail(const std::string& problem) { throw ModelFailure(oracle::Status::model_error, problem); }

std::string shape_of(const at::Tensor& tensor) {
  std::string text;
  for (const std::int64_t size : tensor.sizes()) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "a single number" : text;
}

std::string kind_of(const c10::IValue& output) {
  if (output.isTuple()) return "a tuple of " + std::to_string(output.toTupleRef().size()) + " values";
  if (output.isGenericDict()) return "a dict";
  if (output.isList()) return "a list";
  return "a value of type " + output.type()->repr_str();
}

/// The scores, or a one-line reason why they are none.
at::Tensor checked_scores(const c10::IValue& output, int count) {
  if (!output.isTensor())
    fail("the model returns " + kind_of(output) +
         ", not one tensor of N x K scores; export a wrapper that returns the scores");
  at::Tensor scores = output.toTensor();
  if (scores.dim() == 1 && count == 1) scores = scores.unsqueeze(0);  // a squeeze() in the network
  if (!scores.is_floating_point())
    fail(std::string("the model returns ") + c10::toString(scores.scalar_type()) +
         " values, not floating-point scores");
  if (scores.dim() != 2 || scores.size(1) == 0)
    fail("the model returns a tensor of " + shape_of(scores) + ", not N x K scores (N = batch, K = classes)");
  if (scores.size(0) != count)
    fail("the model returned " + std::to_string(scores.size(0)) + " rows for a batch of " + std::to_string(count) +
         "; a file traced for one batch size needs \"input\": {\"batch\": " + std::to_string(scores.size(0)) +
         "} in the preprocessing file");
  return scores;
}

Logits to_logits(const at::Tensor& scores) {
  const at::Tensor plain = scores.to(at::kCPU, at::kFloat).contiguous();
  const float* values = plain.const_data_ptr<float>();
  return {{values, values + plain.numel()}, static_cast<int>(plain.size(1))};
}

/// A fresh copy every time: a network may normalise its input in place.
c10::IValue input_for(const Variant& variant, const Batch& batch, bool reversed) {
  const at::Tensor borrowed = at::from_blob(const_cast<float*>(batch.values.data()),
                                            {batch.count, batch.channels, batch.height, batch.width}, at::kFloat);
  const at::Tensor ordered = reversed ? borrowed.flip({0}) : borrowed;
  const at::TensorOptions options = at::TensorOptions().device(variant.device).dtype(variant.type);
  return ordered.to(options, /*non_blocking=*/false, /*copy=*/true, variant.memory_format);
}

/// LibTorch lacks some kernels for half-precision numbers on some CPUs: that is the machine's fault, not the network's.
ModelFailure failure_of(const ModelFailure& failure, at::ScalarType type) {
  const bool missing = std::string_view(failure.what()).find("not implemented for '") != std::string_view::npos;
  if (!missing || type == at::kFloat || failure.status != oracle::Status::model_error) return failure;
  return {oracle::Status::unavailable,
          std::string("no ") + c10::toString(type) + " kernel here for this network: " + failure.what()};
}

c10::IValue forward(Variant& variant, const Batch& batch, bool reversed) {
  if (variant.state) variant.state->restore();
  return guarded("", [&] { return variant.module.forward({input_for(variant, batch, reversed)}); });
}

bool same(const c10::IValue& a, const c10::IValue& b) {
  return a.isTensor() && b.isTensor() && at::equal(a.toTensor(), b.toTensor());
}

at::Tensor in_order(const at::Tensor& scores, const CallSettings& settings) {
  return settings.reversed ? scores.flip({0}) : scores;
}

/// One TorchScript file. A call gives the same bits whatever ran before in this process: every variant is converted
/// under the same process-wide flags, and warmed up for every shape before its output counts.
class TorchScriptModel : public Model {
 public:
  TorchScriptModel(std::filesystem::path path, std::uint64_t cache_bytes, ModelExtras extras)
      : path_(std::move(path)), extras_(std::move(extras)), variants_(cache_bytes) {
    variant({});
  }

  Logits run(const Batch& batch, const space::Assignment& config) override {
    const Settings settings = settings_of(config);
    const int classes = is_another_network(settings.variant) ? reference_classes(batch) : 0;
    try {
      Logits logits = run(batch, settings);
      if (classes != 0 && logits.classes != classes)
        fail("it gives " + std::to_string(logits.classes) + " outputs per image, the reference " +
             std::to_string(classes));
      return logits;
    } catch (const ModelFailure& failure) {
      if (failure.status != oracle::Status::model_error || !is_converted(settings.variant)) throw;
      run(batch, Settings{});  // where the file itself rejects the batch, that is the failure
      throw ModelFailure(oracle::Status::unavailable, what_was_converted(settings.variant) + failure.what());
    }
  }

  double switch_seconds() const override { return switch_seconds_; }

 private:
  Logits run(const Batch& batch, const Settings& settings) {
    require_process_knobs(settings.process);
    Variant& chosen = variant(settings.variant);
    apply(settings.call);
    apply_fusion(settings.variant.jit_fusion);
    use_engine(settings.variant);
    const c10::InferenceMode inference;
    const FlushDenormal flush_denormal(settings.call);
    const Autocast autocast(settings.variant.precision == Precision::autocast_bf16, chosen.device);
    try {
      warm_up(chosen, batch);
      const c10::IValue output = forward(chosen, batch, settings.call.reversed);
      Logits logits =
          guarded("", [&] { return to_logits(in_order(checked_scores(output, batch.count), settings.call)); });
      logits.note = chosen.note;
      return logits;
    } catch (const ModelFailure& failure) {
      if (settings.variant == VariantKey{}) throw explained(failure, chosen, batch);
      throw failure_of(failure, chosen.type);
    }
  }

  /// A network that has never run may be one that takes other inputs.
  ModelFailure explained(const ModelFailure& failure, Variant& reference, const Batch& batch) {
    if (failure.status != oracle::Status::model_error || !reference.warm.empty()) return failure;
    if (!rejection_) rejection_ = why_rejected(reference, batch);
    return rejection_->empty() ? failure : ModelFailure(failure.status, *rejection_ + " (" + failure.what() + ")");
  }

  /// Operators or weights are not those of the file.
  static bool is_another_network(const VariantKey& key) {
    return key.int8 != Int8::off || !key.edits.empty() || !key.model.empty();
  }

  /// That it fails says nothing about the model: another network, or one that holds numbers of one type and makes
  /// others on its way.
  static bool is_converted(const VariantKey& key) {
    return is_another_network(key) || key.precision != Precision::fp32;
  }

  static std::string what_was_converted(const VariantKey& key) {
    if (is_another_network(key)) return "the changed network does not run: ";
    return "this file does not run in " + name_of(key.precision) + ": ";
  }

  int reference_classes(const Batch& batch) {
    if (reference_classes_ == 0) reference_classes_ = run(batch, Settings{}).classes;
    return reference_classes_;
  }

  const std::filesystem::path& file_of(const VariantKey& key) const {
    if (key.model.empty()) return path_;
    const auto found = extras_.variants.find(key.model);
    if (found == extras_.variants.end())
      throw ModelFailure(oracle::Status::unavailable,
                         "no file was given for model_variant " + key.model + " (--variant " + key.model + "=FILE)");
    return found->second;
  }

  Variant& variant(const VariantKey& key) {
    if (Variant* known = variants_.find(key)) return *known;
    const Clock::time_point start = Clock::now();
    apply(CallSettings{});
    apply_fusion(key.jit_fusion);
    use_engine(key);
    Variant made = make_variant(file_of(key), key, extras_.calibration);
    add_switch_time(start);
    const std::uint64_t bytes = made.bytes;
    return variants_.insert(key, std::move(made), bytes);
  }

  void warm_up(Variant& variant, const Batch& batch) {
    const std::array<int, 4> shape = {batch.count, batch.channels, batch.height, batch.width};
    if (variant.warm.contains(shape)) return;
    const Clock::time_point start = Clock::now();
    std::optional<State> loaded;
    if (variant.warm.empty()) loaded.emplace(variant.module);
    for (int i = 0; i < kWarmUps; ++i) forward(variant, batch, /*reversed=*/false);
    if (loaded) keep_state(variant, batch, *loaded);
    variant.warm.insert(shape);
    add_switch_time(start);
  }

  /// After the first calls of a network. One whose state moves its scores has a note.
  static void keep_state(Variant& variant, const Batch& batch, const State& loaded) {
    const std::vector<std::string> changed = loaded.changed();
    if (changed.empty()) return;
    const c10::IValue later = forward(variant, batch, /*reversed=*/false);
    variant.state = loaded;
    const c10::IValue first = forward(variant, batch, /*reversed=*/false);
    const c10::IValue again = forward(variant, batch, /*reversed=*/false);
    if (variant.note.empty() && same(first, again) && !same(first, later))
      variant.note = "the network changes its own state with every call (" + changed.front() +
                     "), and its scores with it; export it without that";
  }

  void add_switch_time(Clock::time_point start) {
    switch_seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  }

  std::filesystem::path path_;
  ModelExtras extras_;
  LruCache<VariantKey, Variant> variants_;
  double switch_seconds_ = 0.0;
  int reference_classes_ = 0;
  std::optional<std::string> rejection_;  ///< why_rejected(), asked once
};

}  // namespace

std::unique_ptr<Model> load_torchscript(const std::filesystem::path& path, std::uint64_t cache_bytes,
                                        ModelExtras extras) {
  require_torchscript(path);
  for (const auto& [name, file] : extras.variants) require_torchscript(file);
  return std::make_unique<TorchScriptModel>(path, cache_bytes, std::move(extras));
}

}  // namespace robustcheck::runtime
