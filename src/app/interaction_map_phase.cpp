#include "robustcheck/app/interaction_map_phase.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "robustcheck/app/tolerance_phase.h"

namespace robustcheck::app {
namespace {

using report::MapCell;
using space::Variance;

constexpr std::size_t kMostCells = 48;
constexpr std::size_t kImages = 96;

auto place(const MapCell& cell) { return std::tie(cell.transform, cell.knob, cell.value); }

/// Cells that are worth measuring, in that order, each pair once.
class Suggestions {
 public:
  explicit Suggestions(const space::Space& space) : space_(space) {}

  /// Every pair of one step and one knob of a variance.
  void add(const Variance& variance) {
    for (const space::Step& step : variance.data)
      for (const auto& [knob, value] : variance.config) add(step, variance.seed, knob, value);
  }

  void add(const space::Step& step, std::uint64_t seed, const std::string& knob, const std::string& value) {
    space::Assignment config = space::compatible({{knob, value}}, space_);
    if (!config.contains(knob) || !seen_.insert({step.transform, knob, value}).second) return;
    cells_.push_back({step.transform, knob, value, {{step}, std::move(config), seed}, 0.0, {}, 0});
  }

  std::vector<MapCell> take() { return std::move(cells_); }

 private:
  const space::Space& space_;
  std::set<std::tuple<std::string, std::string, std::string>> seen_;
  std::vector<MapCell> cells_;
};

/// The transform at its tolerance at the reference, where the slightest help from a knob shows.
std::optional<space::Step> step_at_tolerance(const report::Tolerance& row, const space::Space& space) {
  const space::TransformGene* gene = space.find_transform(row.transform);
  if (gene == nullptr || !row.reference) return std::nullopt;
  const space::Parameter& parameter = gene->info.parameters[gene->info.index_of(row.parameter)];
  const double share = (row.reference->value - parameter.neutral) / (row.tested_to - parameter.neutral);
  const int side = row.tested_to < parameter.neutral ? -1 : 1;
  space::Step step = plain_step(*gene, side * share);
  if (space::is_neutral(step, gene->info)) return std::nullopt;
  return step;
}

std::vector<MapCell> suggested(const ConfirmOutcome& confirmed, const MapRequest& request) {
  Suggestions cells(request.space);
  for (const Confirmed& one : confirmed.confirmed)
    if (!always_on(one.found.oracle)) cells.add(one.found.variance);
  for (const Finalist& finalist : request.finalists)
    if (!always_on(finalist.oracle)) cells.add(finalist.variance);
  for (const search::Candidate& candidate : request.candidates)
    if (!always_on(candidate.oracle)) cells.add(candidate.variance);
  for (const report::Tolerance& row : request.tolerance)
    if (const auto step = step_at_tolerance(row, request.space))
      for (const Confirmed& one : confirmed.confirmed)
        for (const auto& [knob, value] : one.found.variance.config) cells.add(*step, 0, knob, value);
  return cells.take();
}

}  // namespace

std::vector<MapCell> interaction_map_phase(const ConfirmOutcome& confirmed, const MapRequest& request,
                                           UnseenOutcomes& unseen, Progress& progress) {
  std::vector<MapCell> cells;
  const UnseenOutcomes::Positions positions = unseen.spread(kImages);
  const std::uint64_t start = unseen.evaluations();
  for (MapCell& cell : suggested(confirmed, request)) {
    if (cells.size() == kMostCells) break;
    const std::vector<Variance> variances = {cell.variance, space::data_only(cell.variance),
                                             space::config_only(cell.variance)};
    if (unseen.evaluations() - start + unseen.cost(request.oracle, variances, positions) > request.allowance) continue;
    const std::vector<analysis::Outcomes> outcomes = unseen.measure(request.oracle, variances, positions);
    const analysis::Attribution found = analysis::attribute(outcomes[1], outcomes[2], outcomes[0]);
    cell.failure_rate = found.both;
    cell.interaction = found.interaction;
    cell.images = positions.size();
    cells.push_back(std::move(cell));
    progress.update(unseen.evaluations() - start);
  }
  std::stable_sort(cells.begin(), cells.end(), [](const MapCell& a, const MapCell& b) { return place(a) < place(b); });
  return cells;
}

}  // namespace robustcheck::app
