#include "robustcheck/runtime/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/codec/codec.h"
#include "robustcheck/image/preprocess.h"
#include "robustcheck/space/catalogue.h"
#include "robustcheck/transform/transform.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

namespace fs = std::filesystem;
using eval::ForwardReply;
using eval::ForwardRequest;
using eval::Reply;
using eval::WorkItem;
using oracle::Status;
using testing::HasSubstr;

const space::Step kBrighter = {"brightness", {0.25}, space::Border::reflect};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : folder_(fs::temp_directory_path() / ("rc-service-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    for (int i = 0; i < 3; ++i) add_image("image" + std::to_string(i) + ".png", picture(i));
    write_file(folder_ / "bad.png", "no picture");
    add_file("bad.png");
    setup_.preprocessing.input = {8, 8};
    setup_.preprocessing.mean = {0.5, 0.5, 0.5};
    setup_.preprocessing.std = {0.25, 0.25, 0.25};
    setup_.model = model_file("traced.pt");
  }
  ~ServiceTest() override { fs::remove_all(folder_); }

  static cv::Mat picture(int seed) {
    cv::Mat image(16, 12, CV_8UC3);
    for (int i = 0; i < 16 * 12 * 3; ++i) image.data[i] = static_cast<unsigned char>((i * 37 + seed * 91) % 251);
    return image;
  }
  void add_image(const std::string& name, const cv::Mat& image) {
    codec::write_png(folder_ / name, image);
    add_file(name);
  }
  void add_file(const std::string& name) {
    setup_.images.push_back({folder_ / name, name, sha256_file(folder_ / name), std::nullopt});
  }
  void set_up() { ASSERT_EQ(failure(setup_).message, "none"); }
  ForwardReply forward(std::vector<WorkItem> items, std::uint32_t wanted, space::Assignment config = {}) {
    const Reply reply = service_.handle(ForwardRequest{std::move(config), std::move(items), wanted});
    if (const auto* failure = std::get_if<eval::Failure>(&reply)) ADD_FAILURE() << failure->message;
    return std::holds_alternative<ForwardReply>(reply) ? std::get<ForwardReply>(reply) : ForwardReply{};
  }
  eval::Failure failure(const eval::Request& request) {
    const Reply reply = service_.handle(request);
    return std::holds_alternative<eval::Failure>(reply) ? std::get<eval::Failure>(reply)
                                                        : eval::Failure{Status::ok, "none"};
  }

  fs::path folder_;
  eval::SetupRequest setup_;
  Service service_;
};

TEST_F(ServiceTest, RunsDecodedPerturbedPreprocessedImages) {
  set_up();
  const ForwardReply reply = forward({{0, {}, 0}, {1, {kBrighter}, 0}}, 2);
  std::vector<float> planes(2 * 3 * 8 * 8);
  const cv::Mat brighter =
      transform::apply_chain(picture(1), std::vector{kBrighter}, 0, hash_key(setup_.images[1].sha256));
  image::preprocess(picture(0), setup_.preprocessing, {}, std::span(planes).first(3 * 8 * 8));
  image::preprocess(brighter, setup_.preprocessing, {}, std::span(planes).last(3 * 8 * 8));
  const Logits logits = load_torchscript(setup_.model, kRoomy)->run({planes, 2, 3, 8, 8}, {});
  ASSERT_EQ(reply.rows.size(), 2u);
  EXPECT_EQ(reply.rows[0].scores, std::vector<float>(logits.values.begin(), logits.values.begin() + 5));
  EXPECT_EQ(reply.rows[1].scores, std::vector<float>(logits.values.begin() + 5, logits.values.end()));
}

TEST_F(ServiceTest, SendsOnlyTheWantedRows) {
  set_up();
  const ForwardReply reply = forward({{0, {}, 0}, {1, {}, 0}, {0, {}, 0}, {0, {}, 0}}, 2);
  EXPECT_EQ(reply.rows.size(), 2u);
}

TEST_F(ServiceTest, GivesCopiesOfAnItemTheScoresOfTheItem) {
  set_up();
  const ForwardReply reply = forward({{2, {kBrighter}, 0}, {1, {}, 0}, {2, {kBrighter}, 0}}, 3);
  ASSERT_EQ(reply.rows.size(), 3u);
  EXPECT_LT(largest_difference(reply.rows[0].scores, reply.rows[2].scores), 1e-5);
  EXPECT_GT(largest_difference(reply.rows[0].scores, reply.rows[1].scores), 1e-2);
}

TEST_F(ServiceTest, LetsABadImageFailAlone) {
  set_up();
  const ForwardReply reply = forward({{0, {}, 0}, {3, {}, 0}, {1, {}, 0}, {3, {}, 0}}, 4);
  ASSERT_EQ(reply.rows.size(), 4u);
  for (const std::size_t bad : {1u, 3u}) {
    EXPECT_EQ(reply.rows[bad].status, Status::image_error);
    EXPECT_THAT(reply.rows[bad].message, HasSubstr("bad.png"));
  }
  const ForwardReply good = forward({{0, {}, 0}, {1, {}, 0}, {1, {}, 0}, {1, {}, 0}}, 2);
  EXPECT_LT(largest_difference(reply.rows[0].scores, good.rows[0].scores), 1e-5);
  EXPECT_LT(largest_difference(reply.rows[2].scores, good.rows[1].scores), 1e-5);
}

TEST_F(ServiceTest, AnswersABatchOfBadImages) {
  set_up();
  const ForwardReply reply = forward({{3, {}, 0}, {3, {}, 0}}, 1);
  ASSERT_EQ(reply.rows.size(), 1u);
  EXPECT_EQ(reply.rows[0].status, Status::image_error);
}

TEST_F(ServiceTest, AppliesTheResizeFilterKnob) {
  set_up();
  const std::vector<float> specified = forward({{0, {}, 0}}, 1).rows[0].scores;
  EXPECT_EQ(forward({{0, {}, 0}}, 1, {{"resize_filter", "as_specified"}}).rows[0].scores, specified);
  EXPECT_NE(forward({{0, {}, 0}}, 1, {{"resize_filter", "opencv-nearest"}}).rows[0].scores, specified);
}

TEST_F(ServiceTest, CalibratesAnInt8NetworkOnTheImagesOfTheSetup) {
  const auto int8 = [&](std::vector<ImageIndex> calibration) {
    setup_.calibration = std::move(calibration);
    set_up();
    return forward({{0, {}, 0}, {1, {}, 0}}, 2, {{"int8", "static_per_channel"}}).rows[1].scores;
  };
  const std::vector<float> all = int8({0, 1, 2});
  EXPECT_NE(all, forward({{0, {}, 0}, {1, {}, 0}}, 2).rows[1].scores);
  EXPECT_EQ(int8({2, 0, 1}), all);
  EXPECT_EQ(int8({0, 1, 3, 2}), all) << "image 3 cannot be read";
  EXPECT_NE(int8({0}), all);
}

TEST_F(ServiceTest, HasNoInt8NetworkWithoutCalibrationImages) {
  set_up();
  const eval::Failure answer = failure(ForwardRequest{{{"int8", "static_per_channel"}}, {{0, {}, 0}}, 1});
  EXPECT_EQ(answer.status, Status::unavailable);
  EXPECT_THAT(answer.message, HasSubstr("needs calibration images"));
}

TEST_F(ServiceTest, RunsAnotherCheckpoint) {
  setup_.variants["other"] = model_file("other_seed.pt");
  set_up();
  const std::vector<float> other = forward({{0, {}, 0}}, 1, {{"model_variant", "other"}}).rows[0].scores;
  EXPECT_NE(other, forward({{0, {}, 0}}, 1).rows[0].scores);
  setup_.model = model_file("other_seed.pt");
  set_up();
  EXPECT_EQ(other, forward({{0, {}, 0}}, 1).rows[0].scores);
}

TEST_F(ServiceTest, KeepsDecodingsApartByTheirSettings) {
  cv::Mat clear(16, 12, CV_8UC4, cv::Scalar(10, 20, 30, 51));
  clear.rowRange(4, 9).setTo(cv::Scalar(200, 0, 90, 255));
  add_image("clear.png", clear);
  set_up();
  const auto scores = [&](const space::Assignment& config) { return forward({{4, {}, 0}}, 1, config).rows[0].scores; };
  const std::vector<float> dropped = scores({}), white = scores({{"alpha", "white"}}),
                           black = scores({{"alpha", "black"}});
  EXPECT_NE(dropped, white);
  EXPECT_NE(white, black);
  EXPECT_EQ(scores({}), dropped);
  EXPECT_EQ(scores({{"alpha", "white"}}), white);
}

TEST_F(ServiceTest, PerturbsBeforeTheColourPath) {
  set_up();
  const auto scores_of = [&](const cv::Mat& image, const image::PreprocessSettings& settings) {
    std::vector<float> planes(3 * 8 * 8);
    image::preprocess(image, setup_.preprocessing, settings, planes);
    const Logits logits = load_torchscript(setup_.model, kRoomy)->run({planes, 1, 3, 8, 8}, {});
    return std::vector<float>(logits.values.begin(), logits.values.end());
  };
  const cv::Mat brighter =
      transform::apply_chain(picture(1), std::vector{kBrighter}, 0, hash_key(setup_.images[1].sha256));
  EXPECT_EQ(forward({{1, {kBrighter}, 0}}, 1, {{"yuv", "i420"}, {"rounding", "none"}}).rows[0].scores,
            scores_of(brighter, {.yuv = image::Yuv::i420, .rounding = image::Rounding::none}));
}

TEST_F(ServiceTest, AppliesEveryPreprocessingKnobOfTheCatalogue) {
  set_up();
  for (const space::KnobInfo& knob : space::all_knobs())
    for (const std::string& value : knob.values)
      if (knob.knob_class == "preprocessing") {
        EXPECT_TRUE(forward({{0, {}, 0}}, 1, {{knob.name, value}}).rows.at(0).ok()) << knob.name << '=' << value;
      }
  const eval::Failure unknown = failure(ForwardRequest{{{"yuv", "nv21"}}, {{0, {}, 0}}, 1});
  EXPECT_EQ(unknown.status, Status::unavailable);
  EXPECT_THAT(unknown.message, HasSubstr("no value 'nv21'"));
}

TEST_F(ServiceTest, GivesTheSameBitsWithoutRoomForDecodedImages) {
  set_up();
  const std::vector<WorkItem> items = {{0, {}, 0}, {1, {kBrighter}, 0}, {2, {}, 0}};
  const ForwardReply cached = forward(items, 3);
  setup_.image_cache_bytes = 0;
  set_up();
  const ForwardReply decoded = forward(items, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cached.rows[i].scores, decoded.rows[i].scores);
}

TEST_F(ServiceTest, WritesThePerturbedImage) {
  setup_.model.clear();
  set_up();
  const std::string png = folder_ / "out.png";
  const Reply reply = service_.handle(eval::PerturbRequest{{1, {kBrighter}, 7}, png});
  ASSERT_TRUE(std::holds_alternative<eval::PerturbReply>(reply));
  EXPECT_EQ(std::get<eval::PerturbReply>(reply).picture.width, 12);
  EXPECT_EQ(std::get<eval::PerturbReply>(reply).picture.height, 16);
  EXPECT_EQ(std::get<eval::PerturbReply>(reply).picture.channels, 3);
  const cv::Mat expected =
      transform::apply_chain(picture(1), std::vector{kBrighter}, 7, hash_key(setup_.images[1].sha256));
  EXPECT_EQ(cv::norm(codec::decode(png), expected, cv::NORM_INF), 0.0);
}

TEST_F(ServiceTest, SendsThePerturbedImageBack) {
  set_up();
  const Reply reply = service_.handle(eval::PerturbRequest{{1, {kBrighter}, 7}, ""});
  image::Picture sent = std::get<eval::PerturbReply>(reply).picture;
  const cv::Mat expected =
      transform::apply_chain(picture(1), std::vector{kBrighter}, 7, hash_key(setup_.images[1].sha256));
  const cv::Mat received(sent.height, sent.width, CV_8UC(sent.channels), sent.pixels.data());
  EXPECT_EQ(cv::norm(received, expected, cv::NORM_INF), 0.0);
}

TEST_F(ServiceTest, WritesAPictureThatWasDrawn) {
  set_up();
  const std::string png = folder_ / "drawn.png";
  const Reply reply = service_.handle(eval::PngRequest{{2, 1, 3, "abcdef"}, png});
  ASSERT_TRUE(std::holds_alternative<eval::PngReply>(reply));
  EXPECT_EQ(codec::decode(png).at<cv::Vec3b>(0, 1), cv::Vec3b('d', 'e', 'f'));
}

TEST_F(ServiceTest, MeasuresTheStepsThatAreNoGeometry) {
  set_up();
  const space::Step turned{"rotate", {20}};
  const Reply reply = service_.handle(eval::MeasureRequest{{{1, {turned}, 0}, {1, {turned, kBrighter}, 0}}});
  const auto& distances = std::get<eval::MeasureReply>(reply).distances;
  ASSERT_EQ(distances.size(), 2u);
  EXPECT_EQ(distances[0]->l0, 0.0) << "geometry alone";
  EXPECT_GT(distances[1]->l0, 0.0);
  EXPECT_GT(distances[1]->ssim, 0.5);
}

TEST_F(ServiceTest, SaysWhatItCanDo) {
  const Reply reply = service_.handle(eval::CapabilitiesRequest{});
  ASSERT_TRUE(std::holds_alternative<eval::CapabilitiesReply>(reply));
  EXPECT_FALSE(std::get<eval::CapabilitiesReply>(reply).torch_version.empty());
  EXPECT_FALSE(std::get<eval::CapabilitiesReply>(reply).opencv_version.empty());
  EXPECT_FALSE(std::get<eval::CapabilitiesReply>(reply).codec_versions.empty());
}

TEST_F(ServiceTest, RefusesAForwardPassWithoutAModel) {
  EXPECT_THAT(failure(ForwardRequest{{}, {{0, {}, 0}}, 1}).message, HasSubstr("without a model"));
  setup_.model.clear();
  set_up();
  EXPECT_THAT(failure(ForwardRequest{{}, {{0, {}, 0}}, 1}).message, HasSubstr("without a model"));
}

TEST_F(ServiceTest, AnswersAModelThatCannotBeLoadedWithItsDiagnosis) {
  setup_.model = model_file("state_dict.pt");
  EXPECT_EQ(failure(setup_).status, Status::model_error);
  EXPECT_THAT(failure(setup_).message, HasSubstr("this is a state_dict"));
}

TEST_F(ServiceTest, AnswersAFailureOfTheModelForTheWholeBatch) {
  setup_.model = model_file("raises.pt");
  set_up();
  const eval::Failure answer = failure(ForwardRequest{{}, {{0, {}, 0}, {1, {}, 0}}, 2});
  EXPECT_EQ(answer.status, Status::model_error);
  EXPECT_THAT(answer.message, HasSubstr("on strike"));
}

TEST_F(ServiceTest, AnswersAnImageThatDoesNotExist) {
  set_up();
  EXPECT_THAT(failure(ForwardRequest{{}, {{99, {}, 0}}, 1}).message, HasSubstr("image 99 of 4"));
}

TEST_F(ServiceTest, AnswersAnUnreadableImageOfPerturb) {
  set_up();
  const eval::Failure answer = failure(eval::PerturbRequest{{3, {}, 0}, folder_ / "out.png"});
  EXPECT_THAT(answer.message, HasSubstr("bad.png"));
}

}  // namespace
}  // namespace robustcheck::runtime
