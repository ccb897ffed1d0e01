#include "robustcheck/app/dry_run.h"

#include <iostream>
#include <numeric>

#include "robustcheck/app/progress.h"
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

}  // namespace

int dry_run(const SearchOptions& options, Session& session) {
  const space::Space space = space::make_space(options.space, session.catalogue);
  const double each_s = seconds_per_evaluation(session);
  print_space(space);
  const std::uint64_t most = options.budget + options.evaluations_after() + 2 * session.dataset.size();
  std::cout << "images: " << session.dataset.size() << '\n'
            << "evaluations: " << options.budget << " by " << options.strategy << ", at most "
            << options.evaluations_after() << " after it, " << 2 * session.dataset.size() << " for the baseline\n"
            << "time: at most about " << fixed(static_cast<double>(most) * each_s, 0) << " s ("
            << fixed(1.0 / each_s, 0) << " evaluations/s in the reference configuration)\n"
            << "Knob values without effect here are left out when the search starts. Nothing was written.\n";
  return kExitOk;
}

}  // namespace robustcheck::app
