#include "robustcheck/eval/messages.h"

#include <cmath>
#include <limits>

#include "plain_text.h"
#include "robustcheck/base/error.h"
#include "wire.h"

namespace robustcheck::eval {
namespace {

constexpr std::size_t kMaxSteps = 256;        // of one chain
constexpr std::size_t kMaxValues = 256;       // of one step
constexpr std::size_t kMaxBatch = 65536;      // items of one job
constexpr std::size_t kBorders = 3;           // space::Border
constexpr std::size_t kNoLabel = UINT32_MAX;  // ImageFile::label on the wire

using Chain = std::vector<space::Step>;

void put(Writer& writer, const Chain& chain) {
  writer.count(chain.size());
  for (const space::Step& step : chain) {
    writer.text(step.transform);
    writer.number(static_cast<std::uint8_t>(step.border));
    writer.numbers(step.values);
  }
}

Chain get_chain(Reader& reader) {
  Chain chain(reader.count(9, kMaxSteps));
  for (space::Step& step : chain) {
    step.transform = reader.text();
    step.border = reader.enumerator<space::Border>(kBorders);
    step.values = reader.numbers<double>(kMaxValues);
  }
  return chain;
}

/// The items of one trial share their chain: each distinct chain is written once.
void put(Writer& writer, const std::vector<WorkItem>& items) {
  std::vector<const Chain*> chains;
  std::vector<std::uint32_t> chain_of;
  for (const WorkItem& item : items) {
    std::size_t index = chains.size();
    while (index > 0 && *chains[index - 1] != item.data) --index;
    if (index == 0) chains.push_back(&item.data);
    chain_of.push_back(static_cast<std::uint32_t>((index == 0 ? chains.size() : index) - 1));
  }
  writer.count(chains.size());
  for (const Chain* chain : chains) put(writer, *chain);
  writer.count(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    writer.number(items[i].image);
    writer.number(chain_of[i]);
    writer.number(items[i].seed);
  }
}

std::vector<WorkItem> get_items(Reader& reader) {
  std::vector<Chain> chains(reader.count(4, kMaxBatch));
  for (Chain& chain : chains) chain = get_chain(reader);
  std::vector<WorkItem> items(reader.count(16, kMaxBatch));
  for (WorkItem& item : items) {
    item.image = reader.number<ImageIndex>();
    const auto chain = reader.number<std::uint32_t>();
    if (chain >= chains.size()) Reader::fail("an item of chain " + std::to_string(chain));
    item.data = chains[chain];
    item.seed = reader.number<std::uint64_t>();
  }
  return items;
}

void put(Writer& writer, const ImageFile& image) {
  writer.text(image.path.native());
  writer.text(image.name);
  writer.text(image.sha256);
  writer.number(image.label ? static_cast<std::uint32_t>(*image.label) : static_cast<std::uint32_t>(kNoLabel));
}

ImageFile get_image(Reader& reader) {
  ImageFile image;
  image.path = reader.text();
  image.name = reader.text();
  image.sha256 = reader.text();
  if (const auto label = reader.number<std::uint32_t>(); label != kNoLabel) image.label = static_cast<Label>(label);
  return image;
}

void put(Writer& writer, const oracle::Observation& row) {
  writer.number(static_cast<std::uint8_t>(row.status));
  if (!row.ok()) return writer.text(row.message);
  writer.number(static_cast<std::uint8_t>(row.output));
  writer.numbers(row.scores);
}

oracle::Status get_status(Reader& reader) { return reader.enumerator<oracle::Status>(oracle::kStatusNames.size()); }

oracle::Observation get_row(Reader& reader) {
  const oracle::Status status = get_status(reader);
  if (status != oracle::Status::ok) return oracle::failed_observation(status, one_line(reader.text()));
  const auto output = reader.enumerator<OutputKind>(kOutputKindNames.size());
  return oracle::make_observation(reader.numbers<float>(), output);
}

void put(Writer& writer, const Timings& timings) {
  for (const double seconds :
       {timings.decode_s, timings.perturb_s, timings.preprocess_s, timings.forward_s, timings.switch_s})
    writer.number(seconds);
}

Timings get_timings(Reader& reader) {
  Timings timings;
  for (double* seconds :
       {&timings.decode_s, &timings.perturb_s, &timings.preprocess_s, &timings.forward_s, &timings.switch_s}) {
    *seconds = reader.number<double>();
    if (!std::isfinite(*seconds) || *seconds < 0) Reader::fail("a duration that is no number");
  }
  return timings;
}

void put(Writer& writer, const std::map<std::string, std::string>& texts) {
  writer.count(texts.size());
  for (const auto& [key, value] : texts) {
    writer.text(key);
    writer.text(value);
  }
}

std::map<std::string, std::string> get_texts(Reader& reader) {
  std::map<std::string, std::string> texts;
  for (std::size_t left = reader.count(8); left > 0; --left) {
    std::string key = reader.text();
    texts[std::move(key)] = reader.text();
  }
  return texts;
}

void put(Writer& writer, const SetupRequest& setup) {
  writer.text(setup.model);
  writer.text(setup.model.empty()
                  ? ""
                  : image::to_json(setup.preprocessing).dump());  // without a model nothing is preprocessed
  writer.number(setup.image_cache_bytes);
  writer.number(setup.model_cache_bytes);
  writer.number(setup.picture_timeout_s);
  writer.count(setup.images.size());
  for (const ImageFile& image : setup.images) put(writer, image);
  writer.numbers(setup.calibration);
  put(writer, setup.variants);
}

SetupRequest get_setup(Reader& reader) {
  SetupRequest setup;
  setup.model = reader.text();
  const std::string preprocessing = reader.text();
  if (!preprocessing.empty())
    setup.preprocessing = image::preprocessing_from_json(parse_json(preprocessing, "message"), "message");
  setup.image_cache_bytes = reader.number<std::uint64_t>();
  setup.model_cache_bytes = reader.number<std::uint64_t>();
  setup.picture_timeout_s = reader.number<double>();
  setup.images.resize(reader.count(16));
  for (ImageFile& image : setup.images) image = get_image(reader);
  setup.calibration = reader.numbers<ImageIndex>();
  for (const ImageIndex index : setup.calibration)
    if (index >= setup.images.size()) Reader::fail("calibration image " + std::to_string(index));
  setup.variants = get_texts(reader);
  return setup;
}

void put(Writer& writer, const ForwardRequest& request) {
  put(writer, request.config);
  put(writer, request.items);
  writer.number(request.wanted);
}

ForwardRequest get_forward(Reader& reader) {
  ForwardRequest request;
  request.config = get_texts(reader);
  request.items = get_items(reader);
  request.wanted = reader.number<std::uint32_t>();
  if (request.wanted > request.items.size()) Reader::fail("more rows wanted than there are items");
  return request;
}

void put(Writer& writer, const ForwardReply& reply) {
  writer.count(reply.rows.size());
  for (const oracle::Observation& row : reply.rows) put(writer, row);
  put(writer, reply.timings);
  writer.text(reply.note);
}

ForwardReply get_forward_reply(Reader& reader) {
  ForwardReply reply;
  for (std::size_t left = reader.count(5, kMaxBatch); left > 0; --left) reply.rows.push_back(get_row(reader));
  reply.timings = get_timings(reader);
  reply.note = one_line(reader.text());
  return reply;
}

void put(Writer& writer, const PerturbRequest& request) {
  put(writer, std::vector<WorkItem>{request.item});
  writer.text(request.png);
}

PerturbRequest get_perturb(Reader& reader) {
  std::vector<WorkItem> items = get_items(reader);
  if (items.size() != 1) Reader::fail("perturb takes one item");
  return {std::move(items.front()), reader.text()};
}

void put(Writer& writer, const image::Picture& picture) {
  for (const int size : {picture.width, picture.height, picture.channels}) writer.number(size);
  writer.text(picture.pixels);
}

/// Sizes that a picture may have, and no pixels or as many as it says.
image::Picture get_picture(Reader& reader) {
  constexpr int kMostSide = 1 << 20;
  image::Picture picture;
  for (int* size : {&picture.width, &picture.height, &picture.channels}) {
    *size = reader.number<int>();
    if (*size < 1 || *size > kMostSide) Reader::fail("a picture of size " + std::to_string(*size));
  }
  if (picture.channels != 1 && picture.channels != 3) Reader::fail("a picture without gray or BGR pixels");
  picture.pixels = reader.text();
  const auto bytes = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) *
                     static_cast<std::size_t>(picture.channels);
  if (!picture.pixels.empty() && picture.pixels.size() != bytes)
    Reader::fail("a picture with other pixels than it says");
  return picture;
}

void put(Writer& writer, const PerturbReply& reply) { put(writer, reply.picture); }

void put(Writer& writer, const MeasureRequest& request) { put(writer, request.items); }

void put(Writer& writer, const MeasureReply& reply) {
  writer.count(reply.distances.size());
  for (const std::optional<space::Distances>& one : reply.distances) {
    writer.number(static_cast<std::uint8_t>(one.has_value()));
    const space::Distances distances = one.value_or(space::Distances{});
    for (const double value : {distances.ssim, distances.l0, distances.linf, distances.l2}) writer.number(value);
  }
}

MeasureReply get_measure_reply(Reader& reader) {
  MeasureReply reply;
  for (std::size_t left = reader.count(33, kMaxBatch); left > 0; --left) {
    const bool known = reader.boolean();
    space::Distances distances;
    for (double* value : {&distances.ssim, &distances.l0, &distances.linf, &distances.l2})
      *value = reader.number<double>();
    reply.distances.push_back(known ? std::optional(distances) : std::nullopt);
  }
  return reply;
}

void put(Writer& writer, const PngRequest& request) {
  put(writer, request.picture);
  writer.text(request.path);
}

PngRequest get_png(Reader& reader) {
  image::Picture picture = get_picture(reader);
  return {std::move(picture), reader.text()};
}

void put(Writer& writer, const CapabilitiesReply& reply) {
  for (const std::string* text :
       {&reply.torch_version, &reply.opencv_version, &reply.codec_versions, &reply.cpu_capability})
    writer.text(*text);
  for (const bool flag : {reply.native_bf16, reply.native_fp16, reply.cuda})
    writer.number(static_cast<std::uint8_t>(flag));
}

CapabilitiesReply get_capabilities_reply(Reader& reader) {
  CapabilitiesReply reply;
  for (std::string* text : {&reply.torch_version, &reply.opencv_version, &reply.codec_versions, &reply.cpu_capability})
    *text = one_line(reader.text());
  for (bool* flag : {&reply.native_bf16, &reply.native_fp16, &reply.cuda}) *flag = reader.boolean();
  return reply;
}

void put(Writer& writer, const Failure& failure) {
  writer.number(static_cast<std::uint8_t>(failure.status));
  writer.text(failure.message);
}

Failure get_failure(Reader& reader) {
  const oracle::Status status = get_status(reader);
  if (status == oracle::Status::ok) Reader::fail("a failure with status ok");
  return {status, one_line(reader.text())};
}

void put(Writer&, const SetupReply&) {}
void put(Writer&, const CapabilitiesRequest&) {}
void put(Writer&, const PngReply&) {}

/// The tag is the alternative's position in its variant.
template <class Variant>
std::string encode_tagged(const Variant& message) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& value) { put(writer, value); }, message);
  return writer.take();
}

Request get_request(Reader& reader) {
  switch (reader.number<std::uint8_t>()) {
    case 0:
      return get_setup(reader);
    case 1:
      return get_forward(reader);
    case 2:
      return get_perturb(reader);
    case 3:
      return CapabilitiesRequest{};
    case 4:
      return MeasureRequest{get_items(reader)};
    case 5:
      return get_png(reader);
    default:
      Reader::fail("an unknown request");
  }
}

Reply get_reply(Reader& reader) {
  switch (reader.number<std::uint8_t>()) {
    case 0:
      return SetupReply{};
    case 1:
      return get_forward_reply(reader);
    case 2:
      return PerturbReply{get_picture(reader)};
    case 3:
      return get_capabilities_reply(reader);
    case 4:
      return get_measure_reply(reader);
    case 5:
      return PngReply{};
    case 6:
      return get_failure(reader);
    default:
      Reader::fail("an unknown reply");
  }
}

}  // namespace

std::string encode(const Request& request) { return encode_tagged(request); }
std::string encode(const Reply& reply) { return encode_tagged(reply); }

Request decode_request(std::string_view payload) {
  Reader reader(payload);
  try {
    Request request = get_request(reader);
    reader.expect_end();
    return request;
  } catch (const Error& error) {
    throw Error(ErrorKind::internal, error.what());  // preprocessing_from_json would blame the user
  }
}

Reply decode_reply(std::string_view payload) {
  Reader reader(payload);
  Reply reply = get_reply(reader);
  reader.expect_end();
  return reply;
}

}  // namespace robustcheck::eval
