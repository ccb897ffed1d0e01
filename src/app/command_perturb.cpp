#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <set>
#include <span>

#include "robustcheck/app/contact_sheet.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/output_directory.h"
#include "robustcheck/app/output_names.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kJobs = 64;

/// One picture to write.
struct Output {
  fs::path name;  ///< relative to --out
  ImageIndex image = 0;
  space::Variance variance;
};

void check_output(const PerturbOptions& options) {
  if (!fs::exists(options.out)) return;
  if (!fs::is_directory(options.out))
    throw Error(ErrorKind::usage, "--out " + options.out.string() + ": is no directory");
  if (!fs::is_empty(options.out) && !options.force)
    throw Error(ErrorKind::usage, "--out " + options.out.string() +
                                      ": is not empty; choose another directory, or --force to write into it");
}

/// One variance, a list of them, or one a line; each `copies` times with seeds that count up from its own.
std::vector<space::Variance> read_variances(const PerturbOptions& options) {
  const std::string file = input_name(options.variance);
  std::vector<space::Variance> given;
  const auto add = [&](const Json& json, const std::string& place) {
    given.push_back(space::variance_from_json(json, transform::catalogue(), place));
  };
  if (options.variance.extension() == ".jsonl") {
    std::size_t number = 0;
    for (const std::string& line : split(read_file(options.variance), '\n')) {
      const std::string place = file + ":" + std::to_string(++number);
      if (line.find_first_not_of(" \t\r") != std::string::npos) add(parse_json(line, place), place);
    }
  } else if (const Json json = read_json(options.variance); json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) add(json[i], file + "#/" + std::to_string(i));
  } else {
    add(json, file);
  }
  if (given.empty()) throw Error(ErrorKind::usage, file + ": holds no variance");
  std::vector<space::Variance> variances;
  for (const space::Variance& variance : given)
    for (std::size_t copy = 0; copy < options.copies; ++copy) {
      variances.push_back(variance);
      variances.back().seed += copy;
    }
  return variances;
}

std::vector<Output> outputs(const Dataset& dataset, const std::vector<space::Variance>& variances) {
  const std::vector<fs::path> names = output_names(dataset, variances.size());
  std::vector<Output> result;
  for (std::size_t i = 0; i < names.size(); ++i)
    result.push_back({names[i], static_cast<ImageIndex>(i / variances.size()), variances[i % variances.size()]});
  return result;
}

/// Files that an earlier perturb wrote into that directory, by its metadata; nothing where that is somebody else's.
std::set<fs::path> own_files(const fs::path& folder) {
  std::set<fs::path> files;
  const fs::path metadata = folder / "metadata.jsonl";
  if (!fs::exists(metadata)) return files;
  for (const std::string& line : split(read_file(metadata), '\n')) {
    if (line.empty()) continue;
    const Json entry = json_or_none(line).value_or(Json());
    const bool own = entry.is_object() && entry.contains("source_sha256") && entry.contains("variance");
    if (!own || !entry.value("file_name", Json()).is_string()) return {};
    files.insert(entry["file_name"].get<std::string>());
  }
  files.insert("metadata.jsonl");
  return files;
}

/// --force replaces what an earlier perturb wrote, and nothing else.
void check_others_stay(const std::vector<Output>& all, const fs::path& folder) {
  const std::set<fs::path> own = own_files(folder);
  std::vector<fs::path> names = {"metadata.jsonl"};
  for (const Output& output : all) names.push_back(output.name);
  for (const fs::path& name : names)
    if (fs::exists(folder / name) && !own.contains(name))
      throw Error(ErrorKind::usage, "--out " + (folder / name).string() +
                                        ": is there, and no earlier perturb wrote it; choose another directory");
}

void check_inputs_stay(const Dataset& dataset, const std::vector<Output>& all, const PerturbOptions& options) {
  check_holds_no_input(dataset, options.out);
  std::vector<fs::path> paths;
  for (const Output& output : all) paths.push_back(options.out / output.name);
  check_no_input_is_written(dataset, paths);
  check_others_stay(all, options.out);
  std::error_code error;
  if (fs::equivalent(options.out / "metadata.jsonl", options.variance, error))
    throw Error(ErrorKind::usage, "--out " + options.out.string() + ": its metadata.jsonl is the file of variances");
}

/// The Hugging Face imagefolder convention: one JSON object a line, "file_name" relative to the file.
std::string metadata_line(const Output& output, const Dataset& dataset) {
  space::Variance variance = output.variance;
  variance.seed = 0;
  const Json line = {{"file_name", output.name.generic_string()},
                     {"variance", space::to_json(variance, transform::catalogue())},
                     {"seed", output.variance.seed},
                     {"source", dataset[output.image].name},
                     {"source_sha256", dataset[output.image].sha256}};
  return json_text(line) + "\n";
}

/// metadata.jsonl, a line after the picture that it tells of: what was made before a run ended is known. Held by one
/// process at a time.
class Metadata {
 public:
  explicit Metadata(const fs::path& path)
      : path_(path), file_(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kNewFile)) {
    if (file_.get() < 0) fail();
    lock(file_.get(), "--out " + path.parent_path().string());
    if (ftruncate(file_.get(), 0) != 0) fail();  // it would describe pictures that are replaced
  }
  void add(const std::string& lines) {
    const auto size = static_cast<ssize_t>(lines.size());
    if (write(file_.get(), lines.data(), lines.size()) != size) fail();
  }

 private:
  static constexpr mode_t kNewFile = 0666;  // less what the umask takes
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::input, path_.string() + ": cannot be written: " + std::strerror(errno));
  }

  fs::path path_;
  Fd file_;
};

/// What became of the pictures.
struct Written {
  std::size_t pictures = 0, failed = 0;
  std::string first_failure{};
  bool complete = true;  ///< false: a signal came before all were tried
};

void try_some(std::span<const Output> some, const PerturbOptions& options, Session& session, Metadata& metadata,
              Written& written) {
  std::vector<eval::Request> jobs;
  for (const Output& output : some) {
    const fs::path path = fs::absolute(options.out / output.name);
    fs::create_directories(path.parent_path());
    jobs.push_back(eval::PerturbRequest{{output.image, output.variance.data, output.variance.seed}, path.string()});
  }
  const std::vector<eval::Reply> replies = session.pool->run(jobs);
  std::string lines;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (const auto* failure = std::get_if<eval::Failure>(&replies[i])) {
      if (written.failed++ == 0) written.first_failure = failure->message;
      continue;
    }
    lines += metadata_line(some[i], session.dataset);
    ++written.pictures;
  }
  metadata.add(lines);
}

/// No picture stays that the metadata does not tell of.
void write_some(std::span<const Output> some, const PerturbOptions& options, Session& session, Metadata& metadata,
                Written& written) {
  try {
    try_some(some, options, session, metadata, written);
  } catch (...) {
    std::error_code ignored;
    for (const Output& output : some) fs::remove(options.out / output.name, ignored);
    throw;
  }
}

Written write_all(const std::vector<Output>& all, const PerturbOptions& options, Session& session, Metadata& metadata) {
  Progress progress(options.output);
  progress.phase("perturb", all.size());
  Written written;
  try {
    for (std::size_t begin = 0; begin < all.size(); begin += kJobs) {
      write_some(std::span(all).subspan(begin, std::min(kJobs, all.size() - begin)), options, session, metadata,
                 written);
      progress.update(std::min(all.size(), begin + kJobs));
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    written.complete = false;
  }
  return written;
}

void prepare(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorKind::usage, "--out " + folder.string() + ": cannot be created: " + error.message());
}

int write_pictures(const PerturbOptions& options) {
  const std::vector<space::Variance> variances = read_variances(options);
  check_output(options);
  SessionOptions opened;
  opened.images = options.images;
  opened.workers = options.workers;
  opened.limit = options.limit;
  opened.timeout_s = options.timeout_s;
  Session session = open_session(opened);
  const std::vector<Output> all = outputs(session.dataset, variances);
  check_inputs_stay(session.dataset, all, options);
  prepare(options.out);
  Metadata metadata(options.out / "metadata.jsonl");
  const Written written = write_all(all, options, session, metadata);
  std::cout << (written.complete ? "wrote " : "interrupted: wrote ") << written.pictures << " of " << all.size()
            << " images and metadata.jsonl to " << one_line_text(options.out.native()) << '\n';
  if (written.failed > 0)
    throw Error(ErrorKind::input, written.first_failure + " (" + std::to_string(written.failed) + " of " +
                                      std::to_string(all.size()) + " images failed)");
  return written.complete ? kExitOk : kExitInterrupted;
}

}  // namespace

int run_perturb(const PerturbOptions& options) {
  catch_interrupts();
  if (options.grid) return write_contact_sheet(options);
  if (options.variance.empty())
    throw Error(ErrorKind::usage, "perturb: give --variance FILE, or --grid for a contact sheet of a profile");
  return write_pictures(options);
}

}  // namespace robustcheck::app
