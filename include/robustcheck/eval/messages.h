#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "robustcheck/base/dataset.h"
#include "robustcheck/image/picture.h"
#include "robustcheck/image/preprocessing.h"
#include "robustcheck/oracle/observation.h"
#include "robustcheck/space/validity.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::eval {

/// Changes with every change of a message: coordinator and worker of different builds refuse each other.
inline constexpr std::uint32_t kProtocolVersion = 5;

/// One image of a job.
struct WorkItem {
  ImageIndex image = 0;
  std::vector<space::Step> data;
  std::uint64_t seed = 0;
};

/// First message to every worker. Without a model the worker serves perturb only.
struct SetupRequest {
  std::string model;  ///< path, may be empty
  image::Preprocessing preprocessing;
  std::vector<ImageFile> images;                  ///< WorkItem::image indexes them
  std::vector<ImageIndex> calibration{};          ///< of images: what an int8 network is calibrated on
  std::map<std::string, std::string> variants{};  ///< value of model_variant -> path
  std::uint64_t image_cache_bytes = 1ull << 30;
  std::uint64_t model_cache_bytes = 2ull << 30;
  double picture_timeout_s = 0.0;  ///< for decoding and perturbing the pictures of a job; 0 = no limit
};
struct SetupReply {};

/// One configuration, one fixed batch. items.size() is the batch size of the forward pass, padding included.
struct ForwardRequest {
  space::Assignment config;
  std::vector<WorkItem> items;
  std::uint32_t wanted = 0;  ///< only the first `wanted` rows are sent back
};
struct Timings {  ///< CPU or wall seconds spent in this job, by phase
  double decode_s = 0.0, perturb_s = 0.0, preprocess_s = 0.0, forward_s = 0.0, switch_s = 0.0;
};
struct ForwardReply {
  std::vector<oracle::Observation> rows;  ///< `wanted` of them; an image that cannot be decoded fails alone
  Timings timings;
  std::string note{};  ///< runtime::Logits::note
};

/// One perturbed image: written as PNG, or sent back.
struct PerturbRequest {
  WorkItem item;
  std::string png;  ///< path; empty: the reply holds the pixels
};
struct PerturbReply {
  image::Picture picture;  ///< without pixels where a PNG was written
};

/// How far the pixel part of each item's chain takes the picture (space::Validity). No forward pass.
struct MeasureRequest {
  std::vector<WorkItem> items;
};
struct MeasureReply {
  std::vector<std::optional<space::Distances>> distances;  ///< one per item; none where the image cannot be read
};

/// Writes a picture that the coordinator drew as PNG.
struct PngRequest {
  image::Picture picture;
  std::string path;
};
struct PngReply {};

/// What this machine and the libraries can do.
struct CapabilitiesRequest {};
struct CapabilitiesReply {
  std::string torch_version, opencv_version, codec_versions, cpu_capability;
  bool native_bf16 = false;  ///< mkldnn::_is_mkldnn_bf16_supported
  bool native_fp16 = false;
  bool cuda = false;
};

/// Any request may be answered with a typed failure instead.
struct Failure {
  oracle::Status status = oracle::Status::model_error;
  std::string message;  ///< one line
};

using Request =
    std::variant<SetupRequest, ForwardRequest, PerturbRequest, CapabilitiesRequest, MeasureRequest, PngRequest>;
/// In the order of the requests that they answer; Failure last.
using Reply = std::variant<SetupReply, ForwardReply, PerturbReply, CapabilitiesReply, MeasureReply, PngReply, Failure>;

std::string encode(const Request& request);
std::string encode(const Reply& reply);
Request decode_request(std::string_view payload);
Reply decode_reply(std::string_view payload);

/// Frame: magic "RCHK", protocol version (u32), payload length (u64), payload; little-endian.
/// Throws Error{internal} on a foreign magic, a version mismatch (both versions are named) or an absurd length.
void send_frame(int socket, std::string_view payload);
/// False on a clean end of stream before a frame.
bool receive_frame(int socket, std::string& payload);

}  // namespace robustcheck::eval
