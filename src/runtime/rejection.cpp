#include "rejection.h"

#include <ATen/ATen.h>

#include <functional>

#include "robustcheck/oracle/observation.h"

namespace robustcheck::runtime {
namespace {

bool takes(Variant& variant, const at::Tensor& input) {
  try {
    variant.module.forward({input.clone()});
    return true;
  } catch (...) {
    return false;
  }
}

at::Tensor as_rows_of_pixels(const at::Tensor& images) { return images.permute({0, 2, 3, 1}).contiguous(); }
at::Tensor as_bytes(const at::Tensor& images) { return images.clamp(0, 255).to(at::kByte); }

struct Offer {
  std::string takes;
  std::string remedy;
  std::function<at::Tensor(const at::Tensor&)> input;
};

Offer in_type(at::ScalarType type) {
  return {std::string("a batch of type ") + c10::toString(type) + ", as its weights are",
          "export it in float32 (model.float())", [type](const at::Tensor& images) { return images.to(type); }};
}

const std::string kWrapper = "export a wrapper that takes float32, N x C x H x W";

std::vector<Offer> offers() {
  return {in_type(at::kHalf),
          in_type(at::kBFloat16),
          in_type(at::kDouble),
          {"batches of 1 only", "\"input\": {\"batch\": 1} in its preprocessing file",
           [](const at::Tensor& images) { return images.slice(0, 0, 1); }},
          {"N x H x W x C", kWrapper, &as_rows_of_pixels},
          {"bytes (uint8)", kWrapper, &as_bytes},
          {"bytes (uint8), N x H x W x C", kWrapper,
           [](const at::Tensor& images) { return as_bytes(as_rows_of_pixels(images)); }}};
}

}  // namespace

std::string why_rejected(Variant& variant, const Batch& batch) {
  const at::Tensor images = at::from_blob(const_cast<float*>(batch.values.data()),
                                          {batch.count, batch.channels, batch.height, batch.width}, at::kFloat);
  const at::Tensor copies = images.slice(0, 0, 1).expand_as(images).contiguous();
  if (takes(variant, copies)) return "";
  for (const Offer& offer : offers())
    if (takes(variant, offer.input(copies)))
      return "it takes " + offer.takes + std::string(oracle::kRemedy) + offer.remedy;
  return "";
}

}  // namespace robustcheck::runtime
