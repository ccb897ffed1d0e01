#include "diagnose.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {
namespace fs = std::filesystem;
namespace {

using caffe2::serialize::PyTorchStreamReader;
using namespace std::string_view_literals;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view what;  ///< "this is <what>, not a TorchScript file"
};

constexpr Magic kForeignFiles[] = {
    {0, "version https://git-lfs"sv, "a Git LFS pointer (git lfs pull fetches the file)"},
    {0, "\x80\x02"sv, "a pickle in the format before PyTorch 1.6"},
    {0, "\x89HDF"sv, "an HDF5 file (Keras)"},
    {0, "\x1f\x8b"sv, "a gzip file"},
    {0, "GGUF"sv, "a GGUF file"},
    {4, "TFL3"sv, "a TensorFlow Lite file"},
    {8, "{\""sv, "a safetensors file"},
};

[[noreturn]] void fail(const fs::path& path, const std::string& problem) {
  throw ModelFailure(oracle::Status::model_error, path.string() + ": " + problem);
}

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  fail(path, "this is " + what + ", not a TorchScript file; export it with torch.jit.trace(model, example).save(\"" +
                 path.filename().string() + "\")");
}

std::string first_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, std::string("cannot be opened: ") + std::strerror(errno));
  std::string bytes(256, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](unsigned char c) { return std::isprint(c) || std::isspace(c); });
}

void require_zip(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) fail(path, "no such file");
  if (fs::is_directory(path, ignored)) refuse(path, "a directory");
  const std::string bytes = first_bytes(path);
  if (bytes.empty()) refuse(path, "an empty file");
  if (bytes.starts_with("PK\x03\x04"sv)) return;
  for (const Magic& magic : kForeignFiles)
    if (bytes.size() > magic.offset && std::string_view(bytes).substr(magic.offset).starts_with(magic.bytes))
      refuse(path, std::string(magic.what));
  refuse(path, is_text(bytes) ? "a text file" : "no zip archive");
}

std::unique_ptr<PyTorchStreamReader> open_archive(const fs::path& path) {
  try {
    return std::make_unique<PyTorchStreamReader>(path.string());
  } catch (const std::exception&) {
    fail(path, "this zip archive is truncated or damaged; copy or export it again");
  }
}

/// The class that a pickle begins with ("torch.nn.modules.linear.Linear"), or "" if it begins otherwise: protocol 2
/// writes "\x80\x02c<module>\n<name>\n".
std::string first_class(PyTorchStreamReader& archive) {
  const auto [data, size] = archive.getRecord("data.pkl");
  std::string_view pickle(static_cast<const char*>(data.get()), size);
  if (!pickle.starts_with("\x80\x02\x63"sv)) return "";
  pickle.remove_prefix(3);
  const std::size_t line = pickle.find('\n');
  const std::size_t end = line == std::string_view::npos ? line : pickle.find('\n', line + 1);
  if (end == std::string_view::npos) return "";
  return std::string(pickle.substr(0, line)) + "." + std::string(pickle.substr(line + 1, end - line - 1));
}

std::string what_pickle(PyTorchStreamReader& archive) {
  const std::string name = first_class(archive);
  if (name.empty()) return "a checkpoint (a pickled dict: weights without the network)";
  if (name == "collections.OrderedDict") return "a state_dict";
  if (name.starts_with("torch._utils.")) return "a pickled tensor";
  return "a pickled module (torch.save of a " + name + ")";
}

}  // namespace

void require_torchscript(const fs::path& path) {
  require_zip(path);
  const std::unique_ptr<PyTorchStreamReader> archive = open_archive(path);
  const std::vector<std::string> records = archive->getAllRecords();
  const auto holds = [&](std::string_view name) { return std::ranges::find(records, name) != records.end(); };
  const bool code = std::ranges::any_of(records, [](const auto& name) { return name.starts_with("code/"); });
  if (holds("archive_format")) refuse(path, "an exported program (.pt2, torch.export)");
  if (holds("bytecode.pkl")) refuse(path, "a file for mobile (lite interpreter)");
  if (holds("constants.pkl") && code) return;
  if (holds("model.json"))
    fail(path, "this is a TorchScript file of PyTorch 1.2 or older, which LibTorch cannot load" +
                   std::string(oracle::kRemedy) + "export it again with a newer PyTorch");
  if (holds("data.pkl")) refuse(path, what_pickle(*archive));
  refuse(path, "a zip archive without a network");
}

}  // namespace robustcheck::runtime
