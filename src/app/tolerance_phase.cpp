#include "robustcheck/app/tolerance_phase.h"

#include <algorithm>
#include <cmath>

#include "robustcheck/analysis/tolerance.h"

namespace robustcheck::app {
namespace {

using analysis::Rung;
using space::TransformGene;
using space::Variance;

constexpr std::size_t kRungs = 8;
constexpr std::size_t kImages = 96;

/// A transform on one side of neutral: -1 toward the low ends of its strengths, 1 toward the high ones.
struct Side {
  const TransformGene* gene = nullptr;
  int side = 1;

  bool operator==(const Side&) const = default;
};

/// The first strength that has this side.
std::size_t leading(const Side& row) {
  const std::vector<space::Parameter>& parameters = row.gene->info.parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double end = row.side < 0 ? row.gene->ranges[i].low : row.gene->ranges[i].high;
    if (parameters[i].strength && end != parameters[i].neutral) return i;
  }
  return 0;
}

/// The leading parameter's value at a share of the range; a whole number is the next stronger one.
double value_at(const Side& row, double share) {
  const std::size_t i = leading(row);
  const space::Parameter& parameter = row.gene->info.parameters[i];
  const double end = row.side < 0 ? row.gene->ranges[i].low : row.gene->ranges[i].high;
  const double value = parameter.neutral + share * (end - parameter.neutral);
  if (!parameter.integer) return value;
  return end < parameter.neutral ? std::floor(value) : std::ceil(value);
}

Variance variance_at(const Side& row, double share, const space::Assignment& config,
                     const space::Catalogue& catalogue) {
  space::Step step = plain_step(*row.gene, row.side * share);
  return space::canonical({{std::move(step)}, config, 0}, catalogue);
}

double share_of(std::size_t rung) { return static_cast<double>(rung) / static_cast<double>(kRungs); }

class Ladder {
 public:
  Ladder(const ToleranceRequest& request, UnseenOutcomes& unseen)
      : request_(request),
        unseen_(unseen),
        positions_(unseen.spread(kImages)),
        end_(unseen.evaluations() + request.allowance) {}

  /// Where failures reach the limit under `config`.
  std::optional<report::Tolerated> climb(const Side& row, const space::Assignment& config) {
    const Rung start = config.empty() ? Rung{} : measured(0.0, {{}, config, 0});
    std::vector<Rung> ladder;
    for (std::size_t k = 1; k <= kRungs; ++k) {
      if (analysis::ends_ladder(ladder.empty() ? start : ladder.back(), request_.failure_limit)) break;
      ladder.push_back(measured(share_of(k), variance_at(row, share_of(k), config, request_.catalogue)));
    }
    const auto found = analysis::first_crossing(start, ladder, request_.failure_limit);
    if (!found) return std::nullopt;
    const space::Parameter& parameter = row.gene->info.parameters[leading(row)];
    report::Tolerated tolerated{value_at(row, found->share), 0.0, value_at(row, found->low), std::nullopt};
    tolerated.magnitude = parameter.magnitude(tolerated.value);
    if (found->high) tolerated.high = value_at(row, *found->high);
    return tolerated;
  }

  std::uint64_t images() const { return positions_.size(); }
  /// The allowance did not pay for a rung: the last row is incomplete.
  bool exhausted() const { return exhausted_; }

 private:
  Rung measured(double share, const Variance& variance) {
    const std::span<const Variance> one(&variance, 1);
    exhausted_ = exhausted_ || unseen_.evaluations() + unseen_.cost(request_.oracle, one, positions_) > end_;
    if (exhausted_) return {share, 0, 0};
    const analysis::Outcomes outcomes = unseen_.measure(request_.oracle, one, positions_).front();
    return {share, analysis::failures(outcomes), outcomes.size()};
  }

  const ToleranceRequest& request_;
  UnseenOutcomes& unseen_;
  UnseenOutcomes::Positions positions_;
  std::uint64_t end_;
  bool exhausted_ = false;
};

int side_of(const space::Step& step, const space::TransformInfo& info) {
  for (std::size_t i = 0; i < info.parameters.size(); ++i)
    if (info.parameters[i].magnitude(step.values[i]) > 0.0) return step.values[i] < info.parameters[i].neutral ? -1 : 1;
  return 1;
}

void add(std::vector<Side>& rows, const TransformGene* gene, int side) {
  if (gene == nullptr || !space::has_side(*gene, side)) return;
  if (std::find(rows.begin(), rows.end(), Side{gene, side}) == rows.end()) rows.push_back({gene, side});
}

std::vector<Side> rows_of(const ConfirmOutcome& confirmed, const space::Space& space) {
  std::vector<Side> rows;
  for (const Confirmed& one : confirmed.confirmed)
    for (const space::Step& step : one.found.variance.data)
      if (const TransformGene* gene = space.find_transform(step.transform); gene != nullptr)
        add(rows, gene, side_of(step, gene->info));
  for (std::size_t i = 0, used = rows.size(); i < used; ++i) add(rows, rows[i].gene, -rows[i].side);
  for (const TransformGene& gene : space.transforms)
    for (const int side : {1, -1}) add(rows, &gene, side);
  return rows;
}

/// 1 where it was not measured.
double rate_of_configuration(const Confirmed& one) {
  if (one.found.variance.data.empty()) return analysis::rate(one.failing.front());
  return one.found.attribution ? one.found.attribution->config : 1.0;
}

/// Of the counterexamples whose configuration alone is up to `most` the best one with the transform, else the one whose
/// configuration alone fails most.
const Confirmed* worst_up_to(double most, const ConfirmOutcome& confirmed, const std::string& transform) {
  const Confirmed* worst = nullptr;
  for (const Confirmed& one : confirmed.confirmed) {
    if (one.found.variance.config.empty() || always_on(one.found.oracle) || rate_of_configuration(one) > most) continue;
    const std::vector<space::Step>& data = one.found.variance.data;
    if (std::any_of(data.begin(), data.end(), [&](const space::Step& step) { return step.transform == transform; }))
      return &one;
    if (worst == nullptr || rate_of_configuration(one) > rate_of_configuration(*worst)) worst = &one;
  }
  return worst;
}

std::optional<space::Assignment> worst_configuration(const ConfirmOutcome& confirmed, const std::string& transform,
                                                     double failure_limit) {
  const Confirmed* worst = worst_up_to(failure_limit, confirmed, transform);
  if (worst == nullptr) worst = worst_up_to(1.0, confirmed, transform);
  if (worst == nullptr) return std::nullopt;
  return worst->found.variance.config;
}

report::Tolerance measure_row(const Side& row, const std::optional<space::Assignment>& worst, Ladder& ladder) {
  const space::Parameter& parameter = row.gene->info.parameters[leading(row)];
  report::Tolerance result{
      row.gene->info.name, parameter.name, parameter.unit, value_at(row, 1.0), ladder.images(), {}, {}, worst};
  result.reference = ladder.climb(row, {});
  if (worst) result.worst = ladder.climb(row, *worst);
  return result;
}

}  // namespace

space::Step plain_step(const TransformGene& gene, double share) {
  Rng unused(0, "plain step");
  space::Step step = space::step_at(gene, share, unused);
  for (std::size_t i = 0; i < step.values.size(); ++i) {
    const space::Parameter& parameter = gene.info.parameters[i];
    if (!parameter.strength) step.values[i] = std::clamp(parameter.neutral, gene.ranges[i].low, gene.ranges[i].high);
  }
  return step;
}

std::vector<report::Tolerance> tolerance_phase(const ConfirmOutcome& confirmed, const ToleranceRequest& request,
                                               UnseenOutcomes& unseen, Progress& progress) {
  std::vector<report::Tolerance> rows;
  Ladder ladder(request, unseen);
  const std::uint64_t start = unseen.evaluations();
  for (const Side& row : rows_of(confirmed, request.space)) {
    const auto worst = worst_configuration(confirmed, row.gene->info.name, request.failure_limit);
    report::Tolerance measured = measure_row(row, worst, ladder);
    if (ladder.exhausted()) break;
    rows.push_back(std::move(measured));
    progress.update(unseen.evaluations() - start);
  }
  return rows;
}

}  // namespace robustcheck::app
