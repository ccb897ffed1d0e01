#include "robustcheck/app/dry_run.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>

#include "robustcheck/app/probe.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/search_phase.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

constexpr std::size_t kTimedImages = 64;

double seconds_per_evaluation(Session& session) {
  space::Trial trial;
  trial.images.resize(std::min(kTimedImages, session.dataset.size()));
  std::iota(trial.images.begin(), trial.images.end(), ImageIndex{0});
  session.evaluator->observe({&trial, 1});  // loading and warm-up
  const Stopwatch watch;
  const auto rows = session.evaluator->observe({&trial, 1}).front();
  for (const oracle::Observation& row : rows)
    if (!row.ok()) throw Error(ErrorKind::input, row.message);
  return watch.seconds() / static_cast<double>(trial.images.size());
}

void print_space(const space::Space& space) {
  std::cout << "transforms (" << space.transforms.size() << ", at most " << space.max_transforms << " in a chain):\n";
  for (const space::TransformGene& gene : space.transforms) {
    std::cout << "  " << gene.info.name;
    for (std::size_t i = 0; i < gene.ranges.size(); ++i)
      std::cout << (i ? ", " : " ") << gene.info.parameters[i].name << " [" << shortest(gene.ranges[i].low) << ", "
                << shortest(gene.ranges[i].high) << "]";
    std::cout << '\n';
  }
  std::cout << "knobs (" << space.knobs.size() << "):\n";
  for (const space::KnobGene& gene : space.knobs)
    std::cout << "  " << gene.info.name << " " << join(gene.values, ", ") << '\n';
}

std::vector<ImageIndex> first_images(const Session& session) {
  std::vector<ImageIndex> images(std::min(kTimedImages, session.dataset.size()));
  std::iota(images.begin(), images.end(), ImageIndex{0});
  return images;
}

/// A line per knob and reason: most values are without effect on most models.
void print_dropped(const std::vector<report::UnavailableKnob>& dropped) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const report::UnavailableKnob& row : dropped) {
    const std::string reason = row.reason == "no_effect" ? "without effect" : row.reason + ": " + row.message;
    by_reason[reason].push_back(row.knob + "=" + row.value);
  }
  std::cout << "left out (seen on " << kTimedImages << " images):\n";
  for (const auto& [reason, values] : by_reason) std::cout << "  " << reason << ": " << join(values, ", ") << '\n';
}

}  // namespace

int dry_run(const SearchOptions& options, Session& session) {
  space::Space space = space::make_space(options.space, session.catalogue);
  const double each_s = seconds_per_evaluation(session);
  const std::vector<report::UnavailableKnob> dropped =
      drop_unavailable(space, cached_probe(session, space.knobs, first_images(session)).values, options.space.knobs);
  print_space(space);
  print_dropped(dropped);
  const std::uint64_t most = options.budget + options.evaluations_after() + 2 * session.dataset.size();
  std::cout << "images: " << session.dataset.size() << '\n'
            << "evaluations: " << options.budget << " by " << strategy_of(options).name << ", at most "
            << options.evaluations_after() << " after it, " << 2 * session.dataset.size() << " for the baseline\n"
            << "time: at most about " << fixed(static_cast<double>(most) * each_s, 0) << " s ("
            << fixed(1.0 / each_s, 0) << " evaluations/s in the reference configuration)\n"
            << "memory: in each of " << options.session.workers << " workers about 200 MiB of LibTorch, up to "
            << options.session.memory_mib << " MiB of networks (--memory) and 1024 MiB of decoded images\n"
            << "Nothing was written.\n";
  return kExitOk;
}

}  // namespace robustcheck::app
