#include "failure.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/frontend/error_report.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace robustcheck::runtime {
namespace {

constexpr std::size_t kLongest = 300;

/// The interpreter tells its own traceback first; the reason stands behind the last "RuntimeError: " or the like.
/// Everything else begins with its reason.
std::string useful_line(std::string_view text) {
  constexpr std::string_view kMark = "Error: ";
  if (const std::size_t mark = text.rfind(kMark); mark != std::string_view::npos)
    text.remove_prefix(mark + kMark.size());
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "LibTorch gave no reason";
  text.remove_prefix(begin);
  return std::string(text.substr(0, std::min(text.find('\n'), kLongest)));
}

struct Cause {
  std::string_view text;  ///< of LibTorch
  std::string_view cause, remedy;
};

constexpr std::string_view kNamesCuda = "the file's code names a CUDA device, and there is none";
constexpr std::string_view kExportOnCpu = "export it on the CPU (model.cpu(), and an example on the CPU)";
constexpr std::string_view kOptimized =
    "the file was saved after torch.jit.optimize_for_inference, which LibTorch cannot load";
constexpr std::string_view kSaveBefore = "save it before that (graph=optimized tries it here)";

/// What LibTorch says where the reason lies with the export, in words that lead elsewhere.
constexpr Cause kCauses[] = {
    {"from the 'CUDA' backend", kNamesCuda, kExportOnCpu},
    {"Torch not compiled with CUDA enabled", kNamesCuda, kExportOnCpu},
    {"Found no NVIDIA driver", kNamesCuda, kExportOnCpu},
    {"required keyword attribute 'value' is undefined", kOptimized, kSaveBefore},
    {"mkldnn_prepacked::", kOptimized, kSaveBefore},
    {"prim::mkldnn_convolution", kOptimized, kSaveBefore},
};

std::string reason_in(std::string_view text) {
  for (const Cause& cause : kCauses)
    if (text.find(cause.text) != std::string_view::npos)
      return std::string(cause.cause) + std::string(oracle::kRemedy) + std::string(cause.remedy);
  return useful_line(text);
}

/// LibTorch has no type for a failed allocation on the CPU, and the interpreter turns every exception into text.
oracle::Status status_of(std::string_view text) {
  const bool memory = text.find("DefaultCPUAllocator") != std::string_view::npos ||
                      text.find("std::bad_alloc") != std::string_view::npos;
  return memory ? oracle::Status::out_of_memory : oracle::Status::model_error;
}

ModelFailure failure_from(const std::string& place, std::string_view text) {
  return {status_of(text), (place.empty() ? "" : place + ": ") + reason_in(text)};
}

}  // namespace

ModelFailure current_failure(const std::string& place) {
  try {
    throw;
  } catch (const ModelFailure& failure) {
    return failure;
  } catch (const c10::Error& error) {
    return failure_from(place, error.what_without_backtrace());
  } catch (const torch::jit::ErrorReport& error) {
    return failure_from(place, error.what());
  } catch (const std::bad_alloc&) {
    return {oracle::Status::out_of_memory, (place.empty() ? "" : place + ": ") + "out of memory"};
  } catch (const std::exception& error) {
    return failure_from(place, error.what());
  } catch (...) {
    return failure_from(place, "an exception of unknown type");
  }
}

void require_applied(const std::string& knob, bool holds) {
  if (!holds) throw ModelFailure(oracle::Status::unavailable, knob + ": LibTorch does not take this value here");
}

}  // namespace robustcheck::runtime
