#include "robustcheck/analysis/minimize.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>

namespace robustcheck::analysis {
namespace {

using space::Variance;

/// Shares of the distance to neutral that are tried, boldest first, rounded to two digits.
constexpr double kKeep[] = {0.0, 0.5, 0.75, 0.9};
/// Tried exactly: the promise of the header. Where strength is monotone it is tried first, and a no ends the softening.
constexpr double kLastKeep = 0.9;
/// A strength this close to neutral is not softened further: it would never end where any strength at all fails.
constexpr double kFaintest = 1e-3;

/// Asks each variance once; after the allowance ran out every answer is no.
class Asker {
 public:
  Asker(const StillFails& still_fails, const space::Catalogue& catalogue)
      : still_fails_(still_fails), catalogue_(catalogue) {}

  bool fails(const Variance& variance) {
    if (exhausted_ || (variance.data.empty() && variance.config.empty())) return false;
    const std::string key = space::to_json(variance, catalogue_).dump();
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    const std::optional<bool> answer = still_fails_(variance);
    exhausted_ = !answer.has_value();
    return known_[key] = answer.value_or(false);
  }
  bool exhausted() const { return exhausted_; }

 private:
  const StillFails& still_fails_;
  const space::Catalogue& catalogue_;
  std::map<std::string, bool> known_;
  bool exhausted_ = false;
};

std::size_t gene_count(const Variance& variance) { return variance.data.size() + variance.config.size(); }

/// Without the genes [begin, end): transforms in their order, then knobs by name.
Variance without(const Variance& variance, std::size_t begin, std::size_t end) {
  Variance smaller{{}, {}, variance.seed};
  std::size_t i = 0;
  const auto dropped = [&] { return i >= begin && i < end; };
  for (const space::Step& step : variance.data) {
    if (!dropped()) smaller.data.push_back(step);
    ++i;
  }
  for (const auto& entry : variance.config) {
    if (!dropped()) smaller.config.insert(entry);
    ++i;
  }
  return smaller;
}

/// A whole side at once: most of what a search adds to a failure is idle.
bool drop_sides(Variance& variance, Asker& asker) {
  if (variance.data.empty() || variance.config.empty()) return false;
  for (const Variance& smaller : {space::data_only(variance), space::config_only(variance)})
    if (asker.fails(smaller)) {
      variance = smaller;
      return true;
    }
  return false;
}

/// One pass over groups of `size` neighbours, the last first.
bool drop_groups(Variance& variance, std::size_t size, Asker& asker) {
  bool changed = false;
  for (std::size_t end = gene_count(variance); end > 0;) {
    const std::size_t begin = end > size ? end - size : 0;
    const Variance smaller = without(variance, begin, end);
    if (space::incompatible(smaller.config).empty() && asker.fails(smaller)) {
      variance = smaller;
      changed = true;
    }
    end = begin;
  }
  return changed;
}

/// Halves, quarters, ... (after ddmin, Zeller and Hildebrandt 2002), then single genes until none can go.
bool drop_genes(Variance& variance, Asker& asker) {
  bool changed = drop_sides(variance, asker);
  for (std::size_t size = gene_count(variance) / 2; size >= 2; size /= 2)
    changed = drop_groups(variance, size, asker) || changed;
  for (bool again = true; again; changed = changed || again) again = drop_groups(variance, 1, asker);
  return changed;
}

/// 0.30000000000000004 -> 0.3.
std::string shortest_decimal(double value) {
  std::array<char, 32> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.10g", value);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

/// Two significant digits, toward zero: what a person can type.
double two_digits(double distance) {
  if (distance == 0.0) return 0.0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(distance))) - 1.0);
  return std::trunc(distance / unit + std::copysign(1e-9, distance)) * unit;
}

/// The value at a distance from neutral; an integer moves by one at least.
double moved(const space::Parameter& parameter, double value, double distance) {
  const double target = std::stod(shortest_decimal(parameter.neutral + distance));
  if (!parameter.integer) return target;
  const double rounded = std::round(target);
  return rounded != value ? rounded : value + (value < parameter.neutral ? 1.0 : -1.0);
}

/// Milder values of one strength, in the order in which they are tried.
std::vector<double> milder_values(const space::Parameter& parameter, double value) {
  const double distance = value - parameter.neutral;
  std::vector<double> values;
  for (const double keep : kKeep) values.push_back(moved(parameter, value, two_digits(keep * distance)));
  values.push_back(moved(parameter, value, kLastKeep * distance));
  return values;
}

/// One strength of one step.
struct Place {
  std::size_t step = 0, index = 0;
};

Variance with_value(const Variance& variance, Place place, double value) {
  Variance changed = variance;
  changed.data[place.step].values[place.index] = value;
  return changed;
}

/// The first milder value that still fails, if there is one. `held`: the largest distance from neutral at which the
/// failure was lost; where strength is monotone nothing nearer to neutral is tried but the last value.
std::optional<double> milder_failure(const Variance& variance, Place place, const space::TransformInfo& info,
                                     double& held, Asker& asker) {
  const space::Parameter& parameter = info.parameters[place.index];
  const double value = variance.data[place.step].values[place.index];
  if (parameter.magnitude(value) < kFaintest) return std::nullopt;
  const auto fails = [&](double milder) {
    const Variance changed = with_value(variance, place, milder);
    if (space::is_neutral(changed.data[place.step], info)) return false;
    const bool still = asker.fails(changed);
    if (!still) held = std::max(held, std::abs(milder - parameter.neutral));
    return still;
  };
  const std::vector<double> values = milder_values(parameter, value);
  if (info.monotone && !fails(values.back())) return std::nullopt;
  for (const double milder : values) {
    const bool known = info.monotone && milder != values.back() && std::abs(milder - parameter.neutral) <= held;
    if (!known && fails(milder)) return milder;
  }
  return std::nullopt;
}

/// Softens one strength until no milder value still fails; what is left is cut to two digits where that still fails.
bool soften(Variance& variance, Place place, const space::TransformInfo& info, Asker& asker) {
  const space::Parameter& parameter = info.parameters[place.index];
  bool changed = false;
  double held = 0.0;
  while (const std::optional<double> milder = milder_failure(variance, place, info, held, asker)) {
    variance = with_value(variance, place, *milder);
    changed = true;
  }
  const double value = variance.data[place.step].values[place.index];
  if (value == parameter.neutral || parameter.integer) return changed;
  Variance rounded = with_value(variance, place, moved(parameter, value, two_digits(value - parameter.neutral)));
  if (rounded == variance || !asker.fails(rounded)) return changed;
  variance = std::move(rounded);
  return true;  // a milder value may still fail a tenth further on, where strength is not monotone
}

bool soften_all(Variance& variance, const space::Space& space, Asker& asker) {
  bool changed = false;
  for (std::size_t step = 0; step < variance.data.size(); ++step) {
    const space::TransformInfo& info = space.find_transform(variance.data[step].transform)->info;
    for (std::size_t i = 0; i < info.parameters.size(); ++i)
      if (info.parameters[i].strength) changed = soften(variance, {step, i}, info, asker) || changed;
  }
  return changed;
}

}  // namespace

Minimized minimize(const Variance& failing, const space::Space& space, const StillFails& still_fails) {
  const space::Catalogue catalogue = space.catalogue();
  Asker asker(still_fails, catalogue);
  Minimized result{failing, true};
  for (bool again = true; again;) {
    again = drop_genes(result.variance, asker);
    again = soften_all(result.variance, space, asker) || again;
  }
  result.minimal = !asker.exhausted();
  return result;
}

}  // namespace robustcheck::analysis
