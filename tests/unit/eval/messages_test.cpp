#include "robustcheck/eval/messages.h"

#include <gmock/gmock.h>

#include <limits>

#include "fake_pool.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/rng.h"

namespace robustcheck::eval {
namespace {

using testing::ElementsAre;

template <class Message>
Message through_request(const Message& message) {
  return std::get<Message>(decode_request(encode(Request(message))));
}

template <class Message>
Message through_reply(const Message& message) {
  return std::get<Message>(decode_reply(encode(Reply(message))));
}

SetupRequest a_setup() {
  SetupRequest setup = fake_setup({"a.png", "ü/b.png"}, "/models/x.pt");
  setup.images[1].label = 7;
  setup.preprocessing.batch = 1;
  setup.model_cache_bytes = 3;
  setup.calibration = {1, 0};
  setup.variants = {{"seed2", "/models/y.pt"}, {"tf", "/models/z.pt"}};
  return setup;
}

ForwardRequest a_forward() {
  ForwardRequest job;
  job.config = {{"precision", "bf16"}, {"threads", "2"}};
  const std::vector<space::Step> chain = {{"rotate", {12.5}, space::Border::black}, {"translate", {0.1, -0.25}}};
  job.items = {{3, chain, 9}, {4, chain, 9}, {4, {}, 0}, {5, {{"jpeg", {45}}}, ~0ull}};
  job.wanted = 3;
  return job;
}

ForwardReply a_forward_reply() {
  ForwardReply reply;
  reply.rows = {oracle::make_observation({0.5f, -1.25f, 3.0f}, OutputKind::logits),
                oracle::failed_observation(oracle::Status::image_error, "b.png: no image"),
                oracle::make_observation({0.25f, std::numeric_limits<float>::quiet_NaN()}, OutputKind::probs)};
  reply.timings = {1, 2, 3, 4, 5};
  reply.note = "5 of 5 weights rounded";
  return reply;
}

std::vector<std::string> all_requests() {
  return {encode(Request(a_setup())),
          encode(Request(a_forward())),
          encode(Request(PerturbRequest{a_forward().items[0], "/out/x.png"})),
          encode(Request(CapabilitiesRequest{})),
          encode(Request(MeasureRequest{a_forward().items})),
          encode(Request(PngRequest{{2, 1, 3, "abcdef"}, "/out/y.png"}))};
}

std::vector<std::string> all_replies() {
  return {encode(Reply(SetupReply{})),
          encode(Reply(a_forward_reply())),
          encode(Reply(PerturbReply{{3, 4, 1, {}}})),
          encode(Reply(CapabilitiesReply{"2.13", "4.6", "jpeg 6.2", "AVX512", true, false, true})),
          encode(Reply(Failure{oracle::Status::timeout, "no answer"})),
          encode(Reply(MeasureReply{{space::Distances{0.5, 0.25, 1, 0.125}, std::nullopt}})),
          encode(Reply(PngReply{}))};
}

/// Decodes both ways: any payload gives a message or Error{internal}.
void decode_anything(const std::string& payload) {
  for (const bool as_request : {true, false}) {
    try {
      as_request ? void(decode_request(payload)) : void(decode_reply(payload));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::internal) << error.what();
    }
  }
}

TEST(Messages, KeepASetup) {
  const SetupRequest setup = a_setup();
  const SetupRequest copy = through_request(setup);
  EXPECT_EQ(copy.model, setup.model);
  EXPECT_EQ(copy.preprocessing, setup.preprocessing);
  EXPECT_EQ(copy.model_cache_bytes, 3u);
  EXPECT_EQ(copy.image_cache_bytes, setup.image_cache_bytes);
  EXPECT_EQ(copy.calibration, setup.calibration);
  EXPECT_EQ(copy.variants, setup.variants);
  ASSERT_EQ(copy.images.size(), 2u);
  EXPECT_EQ(copy.images[0].label, std::nullopt);
  EXPECT_EQ(copy.images[1].label, 7);
  EXPECT_EQ(copy.images[1].name, "ü/b.png");
  EXPECT_EQ(copy.images[1].path, setup.images[1].path);
  EXPECT_EQ(copy.images[1].sha256, setup.images[1].sha256);
}

TEST(Messages, RefuseACalibrationImageThatIsNotThere) {
  SetupRequest setup = a_setup();
  setup.calibration = {2};
  EXPECT_THROW(through_request(setup), Error);
}

TEST(Messages, KeepAForwardJob) {
  const ForwardRequest job = a_forward();
  const ForwardRequest copy = through_request(job);
  EXPECT_EQ(copy.config, job.config);
  EXPECT_EQ(copy.wanted, 3u);
  ASSERT_EQ(copy.items.size(), job.items.size());
  for (std::size_t i = 0; i < job.items.size(); ++i) {
    EXPECT_EQ(copy.items[i].image, job.items[i].image);
    EXPECT_EQ(copy.items[i].data, job.items[i].data);
    EXPECT_EQ(copy.items[i].seed, job.items[i].seed);
  }
}

TEST(Messages, WriteSharedStepsOnce) {
  ForwardRequest job;
  job.items.assign(32, {0, {{"gaussian_noise", {0.1}}, {"rotate", {5}}}, 0});
  const std::size_t many = encode(Request(job)).size();
  job.items.resize(1);
  EXPECT_EQ(many - encode(Request(job)).size(), 31u * 16u);
}

TEST(Messages, KeepAForwardReply) {
  const ForwardReply reply = through_reply(a_forward_reply());
  ASSERT_EQ(reply.rows.size(), 3u);
  EXPECT_THAT(reply.rows[0].scores, ElementsAre(0.5f, -1.25f, 3.0f));
  EXPECT_EQ(reply.rows[0].predicted, 2);
  EXPECT_EQ(reply.rows[0].output, OutputKind::logits);
  EXPECT_EQ(reply.rows[0].log_sum, a_forward_reply().rows[0].log_sum);
  EXPECT_EQ(reply.rows[1].status, oracle::Status::image_error);
  EXPECT_EQ(reply.rows[1].message, "b.png: no image");
  EXPECT_FALSE(reply.rows[2].answered());
  EXPECT_EQ(reply.rows[2].output, OutputKind::probs);
  EXPECT_EQ(reply.timings.switch_s, 5);
  EXPECT_EQ(reply.note, "5 of 5 weights rounded");
}

TEST(Messages, KeepPictures) {
  const image::Picture picture{2, 1, 3, "abcdef"};
  const PngRequest request = through_request(PngRequest{picture, "/out/y.png"});
  EXPECT_EQ(request.picture, picture);
  EXPECT_EQ(request.path, "/out/y.png");
  EXPECT_EQ(through_reply(PerturbReply{picture}).picture, picture);
  EXPECT_THROW(decode_reply(encode(Reply(PerturbReply{{2, 1, 3, "abc"}}))), Error) << "half of its pixels";
  EXPECT_THROW(decode_reply(encode(Reply(PerturbReply{{-2, 1, 3, ""}}))), Error);
}

TEST(Messages, KeepDistances) {
  EXPECT_EQ(through_request(MeasureRequest{a_forward().items}).items.size(), a_forward().items.size());
  const MeasureReply reply = through_reply(MeasureReply{{space::Distances{0.5, 0.25, 1, 0.125}, std::nullopt}});
  ASSERT_EQ(reply.distances.size(), 2u);
  EXPECT_EQ(reply.distances[0]->ssim, 0.5);
  EXPECT_EQ(reply.distances[0]->l2, 0.125);
  EXPECT_FALSE(reply.distances[1]);
}

TEST(Messages, KeepTheSmallOnes) {
  const PerturbRequest perturb = through_request(PerturbRequest{a_forward().items[0], "/out/x.png"});
  EXPECT_EQ(perturb.item.data, a_forward().items[0].data);
  EXPECT_EQ(perturb.png, "/out/x.png");
  through_request(CapabilitiesRequest{});
  through_reply(SetupReply{});
  EXPECT_EQ(through_reply(PerturbReply{{3, 4, 1, {}}}).picture.height, 4);
  const CapabilitiesReply capabilities =
      through_reply(CapabilitiesReply{"2.13", "4.6", "jpeg", "AVX2", true, false, true});
  EXPECT_EQ(capabilities.cpu_capability, "AVX2");
  EXPECT_TRUE(capabilities.native_bf16 && !capabilities.native_fp16 && capabilities.cuda);
  EXPECT_EQ(through_reply(Failure{oracle::Status::out_of_memory, "full"}).status, oracle::Status::out_of_memory);
}

TEST(Messages, MakeForeignTextFitForATerminalAndForJson) {
  const Failure failure = through_reply(Failure{oracle::Status::crash, "\x1b[31mred\nline \xff end\n"});
  EXPECT_EQ(failure.message, "[31mred line \\xFF end");
}

TEST(Messages, RefuseEveryTruncation) {
  for (const std::string& payload : all_requests())
    for (std::size_t size = 0; size < payload.size(); ++size)
      EXPECT_THROW(decode_request(payload.substr(0, size)), Error) << size;
  for (const std::string& payload : all_replies())
    for (std::size_t size = 0; size < payload.size(); ++size)
      EXPECT_THROW(decode_reply(payload.substr(0, size)), Error) << size;
}

TEST(Messages, RefuseTrailingBytes) {
  EXPECT_THROW(decode_reply(encode(Reply(a_forward_reply())) + "x"), Error);
  EXPECT_THROW(decode_request(encode(Request(a_forward())) + "x"), Error);
}

TEST(Messages, SurviveFlippedBytes) {
  std::vector<std::string> payloads = all_requests();
  for (const std::string& payload : all_replies()) payloads.push_back(payload);
  for (const std::string& payload : payloads)
    for (std::size_t at = 0; at < payload.size(); ++at)
      for (const char value : {'\x00', '\x01', '\x7f', '\xff'}) {
        std::string changed = payload;
        changed[at] = value;
        decode_anything(changed);
      }
}

TEST(Messages, SurviveRandomBytes) {
  Rng rng(1, "random payloads");
  for (int round = 0; round < 20000; ++round) {
    std::string payload(1 + rng.bits32() % 64, '\0');
    for (char& byte : payload) byte = static_cast<char>(rng.bits32());
    payload[0] = static_cast<char>(rng.bits32() % 5);
    decode_anything(payload);
  }
}

TEST(Messages, BelieveNoLengthBeyondTheMessage) {
  const std::string huge_list = std::string("\x01\xff\xff\xff\xff", 5);
  EXPECT_THROW(decode_reply(huge_list), Error);
  EXPECT_THROW(decode_request(huge_list), Error);
}

TEST(Messages, RefuseAFailureThatIsOk) {
  EXPECT_THROW(decode_reply(encode(Reply(Failure{oracle::Status::ok, ""}))), Error);
}

TEST(Messages, RefuseMoreWantedRowsThanItems) {
  ForwardRequest job = a_forward();
  job.wanted = 5;
  EXPECT_THROW(decode_request(encode(Request(job))), Error);
}

TEST(Messages, RefuseDurationsThatAreNoNumbers) {
  ForwardReply reply = a_forward_reply();
  reply.timings.forward_s = std::numeric_limits<double>::infinity();
  EXPECT_THROW(decode_reply(encode(Reply(reply))), Error);
}

}  // namespace
}  // namespace robustcheck::eval
