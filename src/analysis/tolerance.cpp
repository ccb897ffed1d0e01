#include "robustcheck/analysis/tolerance.h"

#include "robustcheck/base/proportion.h"

namespace robustcheck::analysis {
namespace {

/// A rate that is read from a rung: the measured one, or an end of its interval.
using Reading = double (*)(const Rung&);

double measured(const Rung& rung) {
  return rung.images ? static_cast<double>(rung.failures) / static_cast<double>(rung.images) : 0.0;
}
double at_most(const Rung& rung) { return rung.images ? wilson(rung.failures, rung.images).high : 0.0; }
double at_least(const Rung& rung) { return rung.images ? wilson(rung.failures, rung.images).low : 0.0; }

std::optional<double> crossing(const Rung& start, std::span<const Rung> ladder, double limit, Reading reading) {
  double share = start.share, rate = reading(start);
  if (rate >= limit) return share;
  for (const Rung& rung : ladder) {
    const double next = reading(rung);
    if (next >= limit) return share + (limit - rate) / (next - rate) * (rung.share - share);
    share = rung.share;
    rate = next;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Crossing> first_crossing(const Rung& start, std::span<const Rung> ladder, double limit) {
  const std::optional<double> share = crossing(start, ladder, limit, measured);
  if (!share) return std::nullopt;
  return Crossing{*share, *crossing(start, ladder, limit, at_most), crossing(start, ladder, limit, at_least)};
}

bool ends_ladder(const Rung& rung, double limit) { return at_least(rung) >= limit; }

}  // namespace robustcheck::analysis
