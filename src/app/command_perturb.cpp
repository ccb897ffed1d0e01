#include <iostream>
#include <set>

#include "robustcheck/app/contact_sheet.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
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
  const std::string file = options.variance.string();
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

/// "a/b.jpg" -> "a/b.png", with several variances "a/b-1.png", "a/b-2.png"; where two images would meet, the later
/// keeps its extension: "a/b.jpg.png".
std::vector<Output> outputs(const Dataset& dataset, const std::vector<space::Variance>& variances) {
  std::set<fs::path> used;
  std::vector<Output> result;
  for (ImageIndex i = 0; i < dataset.size(); ++i) {
    const fs::path given(dataset[i].name);
    const fs::path name = given.is_absolute() ? given.filename() : given;
    fs::path stem = name.parent_path() / name.stem();
    if (!used.insert(stem).second) stem = name;
    used.insert(stem);
    for (std::size_t v = 0; v < variances.size(); ++v) {
      const std::string number = variances.size() > 1 ? "-" + std::to_string(v + 1) : "";
      result.push_back({stem.string() + number + ".png", i, variances[v]});
    }
  }
  return result;
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
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Writes the pictures; the metadata names those that were written. Returns the message of the first failure.
std::string write_all(const std::vector<Output>& all, const PerturbOptions& options, Session& session,
                      std::string& metadata, std::size_t& written) {
  Progress progress(options.output);
  progress.phase("perturb", all.size());
  std::string first_failure;
  for (std::size_t begin = 0; begin < all.size(); begin += kJobs) {
    std::vector<eval::Request> jobs;
    for (std::size_t i = begin; i < std::min(all.size(), begin + kJobs); ++i) {
      const fs::path path = fs::absolute(options.out / all[i].name);
      fs::create_directories(path.parent_path());
      jobs.push_back(eval::PerturbRequest{{all[i].image, all[i].variance.data, all[i].variance.seed}, path.string()});
    }
    const std::vector<eval::Reply> replies = session.pool->run(jobs);
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (const auto* failure = std::get_if<eval::Failure>(&replies[i])) {
        if (first_failure.empty()) first_failure = failure->message;
        continue;
      }
      metadata += metadata_line(all[begin + i], session.dataset);
      ++written;
    }
    progress.update(begin + jobs.size());
  }
  progress.finish();
  return first_failure;
}

int write_pictures(const PerturbOptions& options) {
  const std::vector<space::Variance> variances = read_variances(options);
  check_output(options);
  fs::remove(options.out / "metadata.jsonl");  // it would describe pictures that are replaced
  SessionOptions opened;
  opened.images = options.images;
  opened.workers = options.workers;
  opened.limit = options.limit;
  Session session = open_session(opened);
  const std::vector<Output> all = outputs(session.dataset, variances);
  std::string metadata;
  std::size_t written = 0;
  const std::string failure = write_all(all, options, session, metadata, written);
  write_file(options.out / "metadata.jsonl", metadata);
  std::cout << "wrote " << written << " images and metadata.jsonl to " << options.out.string() << '\n';
  if (written < all.size())
    throw Error(ErrorKind::input, failure + " (" + std::to_string(all.size() - written) + " of " +
                                      std::to_string(all.size()) + " images failed)");
  return kExitOk;
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
