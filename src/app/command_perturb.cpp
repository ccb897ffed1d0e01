#include <iostream>
#include <set>

#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kJobs = 64;

void check_output(const PerturbOptions& options) {
  if (!fs::exists(options.out)) return;
  if (!fs::is_directory(options.out))
    throw Error(ErrorKind::usage, "--out " + options.out.string() + ": is no directory");
  if (!fs::is_empty(options.out) && !options.force)
    throw Error(ErrorKind::usage, "--out " + options.out.string() +
                                      ": is not empty; choose another directory, or --force to write into it");
}

/// "a/b.jpg" -> "a/b.png"; where two images would meet, the later keeps its extension: "a/b.jpg.png".
std::vector<fs::path> output_names(const Dataset& dataset) {
  std::set<fs::path> used;
  std::vector<fs::path> names;
  for (const ImageFile& image : dataset.images) {
    fs::path name = fs::path(image.name).is_absolute() ? fs::path(image.name).filename() : fs::path(image.name);
    const fs::path full = name;
    name.replace_extension(".png");
    if (!used.insert(name).second) name = full.string() + ".png";
    used.insert(name);
    names.push_back(name);
  }
  return names;
}

}  // namespace

int run_perturb(const PerturbOptions& options) {
  catch_interrupts();
  const Json json = read_json(options.variance);
  const space::Variance variance = space::variance_from_json(json, transform::catalogue(), options.variance.string());
  check_output(options);
  SessionOptions opened;
  opened.images = options.images;
  opened.workers = options.workers;
  opened.limit = options.limit;
  Session session = open_session(opened);
  const std::vector<fs::path> names = output_names(session.dataset);
  Progress progress(options.output);
  progress.phase("perturb", session.dataset.size());
  std::string first_failure;
  std::size_t written = 0;
  for (std::size_t begin = 0; begin < names.size(); begin += kJobs) {
    std::vector<eval::Request> jobs;
    for (std::size_t i = begin; i < std::min(names.size(), begin + kJobs); ++i) {
      const fs::path path = fs::absolute(options.out / names[i]);
      fs::create_directories(path.parent_path());
      jobs.push_back(eval::PerturbRequest{{static_cast<ImageIndex>(i), variance.data, variance.seed}, path.string()});
    }
    for (const eval::Reply& reply : session.pool->run(jobs)) {
      const auto* failure = std::get_if<eval::Failure>(&reply);
      written += failure == nullptr ? 1 : 0;
      if (failure != nullptr && first_failure.empty()) first_failure = failure->message;
    }
    progress.update(begin + jobs.size());
  }
  progress.finish();
  std::cout << "wrote " << written << " images to " << options.out.string() << '\n';
  if (written < names.size())
    throw Error(ErrorKind::input, first_failure + " (" + std::to_string(names.size() - written) + " of " +
                                      std::to_string(names.size()) + " images failed)");
  return kExitOk;
}

}  // namespace robustcheck::app
