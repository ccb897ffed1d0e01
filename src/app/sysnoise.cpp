#include "robustcheck/app/sysnoise.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "robustcheck/app/judge.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/search/archive.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;

struct Source {
  std::string name;
  std::vector<std::string> knobs;
};

/// As the paper groups them; `colour` is its YUV conversion, `upsample` acts in networks that enlarge.
const std::vector<Source>& sources() {
  static const std::vector<Source> kSources = {
      {"decoder", {"decoder"}},          {"resize", {"resize_filter"}},
      {"colour", {"yuv", "yuv_matrix"}}, {"precision", {"precision", "int8"}},
      {"ceil mode", {"pool_ceil_mode"}}, {"upsample", {"upsample_mode"}},
  };
  return kSources;
}

class Noise {
 public:
  Noise(Session& session, const ConfigurationSweep& sweep, const std::vector<space::KnobGene>& knobs,
        std::uint64_t split_seed)
      : session_(session), sweep_(sweep) {
    for (ImageIndex i = 0; i < session.dataset.size(); ++i)
      (in_confirmation_half(session.dataset[i], split_seed) ? confirmation_ : search_).push_back(i);
    if (search_.empty() || confirmation_.empty())
      throw Error(ErrorKind::input, session.dataset.path.string() + ": one half of the images is empty; give more");
    keep_what_acts(knobs);
  }

  Sysnoise run(Progress& progress) {
    Sysnoise result;
    result.clean = right(sweep_.rows.front(), confirmation_);
    for (const Source& source : sources()) result.rows.push_back(row_of(source));
    progress.phase("combine", 0);
    const Combination greedy = greedy_combination(result);
    result.combined = {greedy, searched_combination(greedy)};
    return result;
  }

 private:
  /// The values that form a class of their own.
  void keep_what_acts(const std::vector<space::KnobGene>& knobs) {
    for (const space::KnobGene& gene : knobs) {
      if (!belongs(gene.info.name)) continue;
      space::KnobGene kept{gene.info, {}};
      for (const std::string& value : gene.values)
        if (class_of(gene.info.name + "=" + value) != nullptr) kept.values.push_back(value);
      if (!kept.values.empty()) space_.knobs.push_back(std::move(kept));
    }
  }

  static bool belongs(const std::string& knob) {
    return std::ranges::any_of(
        sources(), [&](const Source& source) { return std::ranges::find(source.knobs, knob) != source.knobs.end(); });
  }

  const std::vector<Observation>* class_of(const std::string& name) const {
    for (std::size_t c = 1; c < sweep_.classes.size(); ++c)
      if (sweep_.classes[c].members.front() == name) return &sweep_.rows[c];
    return nullptr;
  }

  Share right(const std::vector<Observation>& rows, const std::vector<ImageIndex>& images) const {
    Share share{0, images.size()};
    for (const ImageIndex i : images) share.count += rows[i].predicted == *session_.dataset[i].label ? 1 : 0;
    return share;
  }

  SysnoiseRow row_of(const Source& source) const {
    SysnoiseRow row{source.name, 0, 0.0, 0.0, ""};
    const double clean = right(sweep_.rows.front(), confirmation_).value();
    double least = 2.0;
    for (const auto& [name, rows] : values_of(source)) {
      const double change = right(*rows, confirmation_).value() - clean;
      row.values += 1;
      row.mean_change += change;
      if (right(*rows, search_).value() >= least) continue;
      least = right(*rows, search_).value();
      row.worst = name;
      row.worst_change = change;
    }
    if (row.values > 0) row.mean_change /= static_cast<double>(row.values);
    return row;
  }

  std::vector<std::pair<std::string, const std::vector<Observation>*>> values_of(const Source& source) const {
    std::vector<std::pair<std::string, const std::vector<Observation>*>> found;
    for (const space::KnobGene& gene : space_.knobs) {
      if (std::ranges::find(source.knobs, gene.info.name) == source.knobs.end()) continue;
      for (const std::string& value : gene.values) {
        const std::string name = gene.info.name + "=" + value;
        found.emplace_back(name, class_of(name));
      }
    }
    return found;
  }

  std::vector<Observation> observe(const space::Assignment& config, const std::vector<ImageIndex>& images) {
    const space::Trial trial{{{}, config, 0}, images};
    std::vector<Observation> all(session_.dataset.size());
    std::vector<Observation> rows = session_.evaluator->observe({&trial, 1}).front();
    for (std::size_t i = 0; i < images.size(); ++i) all[images[i]] = std::move(rows[i]);
    return all;
  }

  Combination confirmed(const std::string& how, const space::Assignment& config, std::uint64_t evaluations) {
    const std::vector<Observation> rows = observe(config, confirmation_);
    Combination one{how, config, right(rows, confirmation_), 0.0, 1.0, evaluations};
    std::uint64_t lost = 0, gained = 0;
    for (const ImageIndex i : confirmation_) {
      const Label label = *session_.dataset[i].label;
      const bool before = sweep_.rows.front()[i].predicted == label, after = rows[i].predicted == label;
      lost += before && !after ? 1 : 0;
      gained += !before && after ? 1 : 0;
    }
    one.change = one.right.value() - right(sweep_.rows.front(), confirmation_).value();
    one.p_value = analysis::mcnemar_p_value(gained, lost);
    return one;
  }

  Combination greedy_combination(const Sysnoise& result) {
    std::vector<std::size_t> order(result.rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {},
                             [&](std::size_t i) { return result.rows[i].values ? result.rows[i].worst_change : 1.0; });
    space::Assignment config;
    std::uint64_t evaluations = 0, best = right(sweep_.rows.front(), search_).count;
    for (const std::size_t i : order) {
      const space::Assignment before = config;
      for (const auto& [name, rows] : values_of(sources()[i])) {
        space::Assignment tried = before;
        tried[name.substr(0, name.find('='))] = name.substr(name.find('=') + 1);
        tried = space::compatible(tried, space_);
        const std::uint64_t count = right(observe(tried, search_), search_).count;
        evaluations += search_.size();
        if (count < best) {
          best = count;
          config = tried;
        }
      }
    }
    return confirmed("greedy", config, evaluations);
  }

  Combination searched_combination(const Combination& greedy) {
    const oracle::Oracle& oracle = oracle::find_oracle("label");
    Bench bench(*session_.evaluator, session_.dataset, sweep_.rows.front(), oracle);
    search::Problem problem{space_, {}, 1, greedy.evaluations, 0.05};
    for (const ImageIndex i : search_)
      if (bench.eligible(oracle, i))
        problem.images.push_back({i, session_.dataset[i].label, sweep_.rows.front()[i].margin()});
    if (space_.knobs.empty() || problem.images.empty()) return confirmed("search", {}, 0);
    const auto strategy = search::find_strategy("genetic").make(problem);
    search::Archive archive(session_.catalogue, problem.failure_limit);
    std::uint64_t spent = 0;
    while (spent < problem.budget) {
      const std::vector<space::Trial> trials = strategy->ask(problem.budget - spent);
      if (trials.empty()) break;
      const Judged judged = bench.run(trials);
      for (std::size_t t = 0; t < trials.size(); ++t) {
        archive.add(oracle.name, trials[t], judged.guide[t]);
        spent += trials[t].images.size();
      }
      strategy->tell(trials, judged.guide);
    }
    return confirmed("search", worst_of(archive.ranked(), greedy.config), spent);
  }

  space::Assignment worst_of(const std::vector<search::Candidate>& candidates, const space::Assignment& greedy) {
    constexpr std::size_t kMeasured = 5;
    space::Assignment worst = greedy;
    std::uint64_t least = right(observe(greedy, search_), search_).count;
    for (std::size_t i = 0; i < std::min(kMeasured, candidates.size()); ++i) {
      const std::uint64_t count = right(observe(candidates[i].variance.config, search_), search_).count;
      if (count >= least) continue;
      least = count;
      worst = candidates[i].variance.config;
    }
    return worst;
  }

  Session& session_;
  const ConfigurationSweep& sweep_;
  std::vector<ImageIndex> search_, confirmation_;
  space::Space space_;
};

std::string points(double change) { return (change > 0 ? "+" : "") + fixed(100.0 * change, 2); }

std::string shown(const space::Assignment& config) {
  std::vector<std::string> parts;
  for (const auto& [knob, value] : config) parts.push_back(knob + "=" + value);
  return parts.empty() ? "nothing loses accuracy" : join(parts, ", ");
}

}  // namespace

Sysnoise sysnoise(Session& session, const ConfigurationSweep& sweep, const std::vector<space::KnobGene>& knobs,
                  std::uint64_t split_seed, Progress& progress) {
  if (!session.dataset.labelled)
    throw Error(ErrorKind::input, session.dataset.path.string() + ": has no labels, which sysnoise needs");
  return Noise(session, sweep, knobs, split_seed).run(progress);
}

Json to_json(const Sysnoise& result) {
  const auto share = [](const Share& one) -> Json {
    return {{"value", one.value()}, {"ci95", {one.ci95().low, one.ci95().high}}, {"images", one.images}};
  };
  Json rows = Json::array();
  for (const SysnoiseRow& row : result.rows)
    rows.push_back({{"source", row.source},
                    {"values", row.values},
                    {"mean_change", row.values ? Json(row.mean_change) : Json()},
                    {"worst_change", row.values ? Json(row.worst_change) : Json()},
                    {"worst", row.values ? Json(row.worst) : Json()}});
  Json combined = Json::array();
  for (const Combination& one : result.combined)
    combined.push_back({{"how", one.how},
                        {"config", one.config},
                        {"accuracy", share(one.right)},
                        {"change", one.change},
                        {"p_value", one.p_value},
                        {"evaluations", one.evaluations}});
  return {{"clean", share(result.clean)}, {"sources", rows}, {"combined", combined}};
}

std::string table(const Sysnoise& result) {
  std::ostringstream out;
  out << "accuracy " << percent(result.clean.value()) << " on " << result.clean.images
      << " unseen images; changes in points (values chosen on the other half)\n\n"
      << std::left << std::setw(12) << "source" << std::right << std::setw(7) << "values" << std::setw(9) << "mean"
      << std::setw(9) << "worst" << "  value\n";
  for (const SysnoiseRow& row : result.rows) {
    out << std::left << std::setw(12) << row.source << std::right << std::setw(7) << row.values;
    if (row.values > 0)
      out << std::setw(9) << points(row.mean_change) << std::setw(9) << points(row.worst_change) << "  " << row.worst;
    else
      out << "  no value has an effect here";
    out << '\n';
  }
  for (const Combination& one : result.combined)
    out << "combined, " << std::left << std::setw(7) << one.how << std::right << std::setw(9) << points(one.change)
        << "  p " << fixed(one.p_value, 3) << ", " << one.evaluations << " evaluations: " << shown(one.config) << '\n';
  return out.str();
}

}  // namespace robustcheck::app
