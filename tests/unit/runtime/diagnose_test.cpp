#include "diagnose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "robustcheck/base/files.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ModelFailure failure_of_loading(const fs::path& path) {
  return failure_of([&] { load_torchscript(path, kRoomy); });
}

void expect_one_line_about(const ModelFailure& failure, const fs::path& path) {
  EXPECT_EQ(failure.status, oracle::Status::model_error);
  EXPECT_THAT(failure.what(), StartsWith(path.string() + ": "));
  EXPECT_THAT(failure.what(), Not(HasSubstr("\n")));
}

struct BadFile {
  std::string name, reason;
};

class BadModelFile : public testing::TestWithParam<BadFile> {};

TEST_P(BadModelFile, IsNamedInOneLine) {
  const fs::path path = model_file(GetParam().name);
  const ModelFailure failure = failure_of_loading(path);
  expect_one_line_about(failure, path);
  EXPECT_THAT(failure.what(), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadModelFile,
    testing::Values(BadFile{"missing.pt", "no such file"}, BadFile{"", "this is a directory, not a TorchScript file"},
                    BadFile{"empty.pt", "this is an empty file, not a TorchScript file"},
                    BadFile{"text.pt", "this is a text file, not a TorchScript file"},
                    BadFile{"truncated.pt", "this zip archive is truncated or damaged"},
                    BadFile{"state_dict.pt",
                            "this is a state_dict, not a TorchScript file; export it with "
                            "torch.jit.trace(model, example).save(\"state_dict.pt\")"},
                    BadFile{"checkpoint.pt", "this is a checkpoint"},
                    BadFile{"pickled_module.pt",
                            "this is a pickled module (torch.save of a torch.nn.modules.linear.Linear)"},
                    BadFile{"legacy_pickle.pt", "this is a pickle in the format before PyTorch 1.6"},
                    BadFile{"mobile.pt", "this is a file for mobile"},
                    BadFile{"exported.pt2", "this is an exported program (.pt2, torch.export)"},
                    BadFile{"unknown_operator.pt", "farlib::resample"},
                    BadFile{"two_inputs.pt", "forward takes 2 inputs (image, scale)"},
                    BadFile{"list_input.pt", "forward takes a List[Tensor]"}),
    [](const auto& entry) {
      std::string name = entry.param.name.empty() ? "directory" : entry.param.name;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

struct Content {
  std::string name, bytes, reason;
};

class ForeignFile : public testing::TestWithParam<Content> {};

TEST_P(ForeignFile, IsRecognisedByItsFirstBytes) {
  const fs::path path = fs::temp_directory_path() / ("rc-foreign-" + std::to_string(getpid()) + ".pt");
  write_file(path, GetParam().bytes);
  const ModelFailure failure = failure_of_loading(path);
  fs::remove(path);
  expect_one_line_about(failure, path);
  EXPECT_THAT(failure.what(), HasSubstr("this is " + GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    All, ForeignFile,
    testing::Values(Content{"lfs", "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"},
                    Content{"keras", "\x89HDF\r\n\x1a\n", "an HDF5 file"},
                    Content{"gzip", "\x1f\x8b\x08 and so on", "a gzip file"},
                    Content{"safetensors", std::string("\x40\0\0\0\0\0\0\0{\"a\":1}", 15), "a safetensors file"},
                    Content{"onnx", "\x08\x07\x12\x04 onnx", "no zip archive"},
                    Content{"one_byte", "P", "a text file"}),
    [](const auto& entry) { return entry.param.name; });

TEST(Diagnose, PassesTorchScriptFiles) {
  for (const char* name : {"traced.pt", "scripted.pt", "frozen.pt"})
    EXPECT_NO_THROW(require_torchscript(model_file(name)));
}

}  // namespace
}  // namespace robustcheck::runtime
