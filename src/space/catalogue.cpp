#include "robustcheck/space/catalogue.h"

#include <algorithm>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::space {
namespace {

template <class Info>
const Info* find_by_name(const std::vector<Info>& infos, const std::string& name) {
  const auto found = std::find_if(infos.begin(), infos.end(), [&](const Info& info) { return info.name == name; });
  return found == infos.end() ? nullptr : &*found;
}

template <class Info>
const Info& require(const std::vector<Info>& infos, const std::string& name, const std::string& place,
                    const std::string& what) {
  if (const Info* info = find_by_name(infos, name)) return *info;
  std::vector<std::string> names;
  for (const Info& info : infos) names.push_back(info.name);
  throw Error(ErrorKind::usage, place + ": " + unknown_name(what, name, names, "robustcheck list " + what + "s"));
}

}  // namespace

std::size_t TransformInfo::index_of(const std::string& parameter) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& candidate) { return candidate.name == parameter; });
  return static_cast<std::size_t>(found - parameters.begin());
}

bool KnobInfo::has(const std::string& value) const {
  return std::find(values.begin(), values.end(), value) != values.end();
}

const TransformInfo* Catalogue::find_transform(const std::string& name) const { return find_by_name(transforms, name); }
const KnobInfo* Catalogue::find_knob(const std::string& name) const { return find_by_name(knobs, name); }

const TransformInfo& Catalogue::transform(const std::string& name, const std::string& place) const {
  return require(transforms, name, place, "transform");
}

const KnobInfo& Catalogue::knob(const std::string& name, const std::string& place) const {
  return require(knobs, name, place, "knob");
}

const std::vector<KnobInfo>& all_knobs() {
  static const std::vector<KnobInfo> kKnobs = {
      {"precision",
       "numerical",
       "model",
       {"fp32", "bf16", "fp16", "fp64", "weights_bf16", "weights_fp16"},
       "number format of the network: weights and activations, or (weights_*) weights rounded to it and back",
       "torch.nn.Module.to(dtype)"},
      {"threads",
       "numerical",
       "call",
       {"1", "2", "4"},
       "intra-op threads of one forward pass",
       "at::set_num_threads",
       true},
      {"batch_size",
       "numerical",
       "call",
       {"32", "1", "2", "8", "16", "64"},
       "images per forward pass",
       "how a server stacks its requests",
       true},
      {"memory_format",
       "numerical",
       "model",
       {"contiguous", "channels_last"},
       "layout of activations and weights",
       "torch.channels_last"},
      {"graph",
       "numerical",
       "model",
       {"as_saved", "frozen", "optimized"},
       "graph as in the file, after torch.jit.freeze, or after torch.jit.optimize_for_inference",
       "torch.jit"},
      {"onednn", "numerical", "call", {"on", "off"}, "oneDNN kernels allowed", "torch.backends.mkldnn.flags"},
      {"weight_only",
       "quantization",
       "model",
       {"off", "int8", "int4"},
       "simulated weight-only quantisation: weights rounded per output channel, symmetric",
       "Nagel et al. 2021, arXiv 2106.08295"},
      {"resize_filter",
       "preprocessing",
       "call",
       {"as_specified", "opencv-nearest", "opencv-linear", "opencv-area", "opencv-cubic", "opencv-lanczos4",
        "pillow-nearest", "pillow-box", "pillow-bilinear", "pillow-hamming", "pillow-bicubic", "pillow-lanczos"},
       "interpolation of the resize step, in place of the preprocessing file's",
       "SysNoise, MLSys 2023"},
  };
  return kKnobs;
}

}  // namespace robustcheck::space
