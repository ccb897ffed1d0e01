#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "robustcheck/oracle/observation.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::runtime {

/// One batch: float32, count x channels x height x width, already normalised.
struct Batch {
  std::span<const float> values;
  int count = 0, channels = 0, height = 0, width = 0;
};

/// count rows of `classes` values, as the network emits them.
struct Logits {
  std::vector<float> values;
  int classes = 0;
  /// What the configuration changed in the file ("63 of 63 weights rounded"); for the file as it is, that its state
  /// moves its scores. "" for nothing.
  std::string note{};
};

/// Calls its argument with every batch of calibration images, in the reference configuration. Empty: there are none.
using CalibrationRun = std::function<void(const std::function<void(const Batch&)>&)>;

/// What some configurations need beside the model's file.
struct ModelExtras {
  std::map<std::string, std::filesystem::path> variants{};  ///< value of model_variant -> file
  CalibrationRun calibration{};                             ///< called when an int8 network is built
};

/// A failure of the model, not of robustcheck: the worker answers it as a typed message.
class ModelFailure : public std::runtime_error {
 public:
  ModelFailure(oracle::Status kind, const std::string& message) : std::runtime_error(message), status(kind) {}
  oracle::Status status;
};

/// One network file under any configuration. Not thread-safe: run() may change process-wide runtime settings.
class Model {
 public:
  virtual ~Model() = default;
  /// Applies `config` (unknown to this model: Status::unavailable with the reason) and runs one batch.
  /// Throws ModelFailure with the network's own message (one line, no backtrace) if it rejects the batch, and if the
  /// output is no tensor of count rows. The same call gives the same bits whatever ran before in this process.
  virtual Logits run(const Batch& batch, const space::Assignment& config) = 0;
  /// Seconds spent so far in loading, converting and warming up variants.
  virtual double switch_seconds() const = 0;
};

/// Opens a TorchScript file. Throws ModelFailure{model_error} with a one-line diagnosis: what the file is, and what
/// would be right (DESIGN: state_dict, pickled module, mobile file, .pt2, truncated, empty, directory, ...).
/// cache_bytes bounds the memory of loaded variants (least recently used are dropped).
/// The files of `extras` are diagnosed too, and opened when they are needed.
std::unique_ptr<Model> load_torchscript(const std::filesystem::path& path, std::uint64_t cache_bytes,
                                        ModelExtras extras = {});

/// LibTorch's version, CPU capability and which reduced precisions are native.
struct RuntimeInfo {
  std::string version, cpu_capability;
  bool native_bf16 = false, native_fp16 = false, cuda = false;
};
RuntimeInfo runtime_info();

}  // namespace robustcheck::runtime
