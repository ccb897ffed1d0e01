#include "robustcheck/app/configuration_sweep.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <numeric>
#include <sstream>

#include "robustcheck/app/scores.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;
using oracle::Status;

struct Answer {
  std::vector<Observation> rows;
  double seconds = 0.0;
};

Answer observe(Session& session, const space::Assignment& config) {
  space::Trial trial{{{}, config, 0}, {}};
  trial.images.resize(session.dataset.size());
  std::iota(trial.images.begin(), trial.images.end(), ImageIndex{0});
  const double before = session.evaluator->timings().forward_s;
  Answer answer;
  answer.rows = session.evaluator->observe({&trial, 1}).front();
  answer.seconds = session.evaluator->timings().forward_s - before;
  return answer;
}

void compare_accuracy(ConfigurationClass& one, const Session& session, const std::vector<Observation>& reference,
                      const std::vector<Observation>& rows) {
  std::uint64_t lost = 0, gained = 0;
  one.right = Share{0, rows.size()};
  std::map<Label, std::pair<double, double>> change;  // right after - right before, images
  for (ImageIndex i = 0; i < rows.size(); ++i) {
    const Label label = *session.dataset[i].label;
    const bool before = reference[i].predicted == label, after = rows[i].predicted == label;
    one.right->count += after ? 1 : 0;
    lost += before && !after ? 1 : 0;
    gained += !before && after ? 1 : 0;
    change[label].first += (after ? 1.0 : 0.0) - (before ? 1.0 : 0.0);
    change[label].second += 1.0;
  }
  one.p_value = analysis::mcnemar_p_value(gained, lost);
  for (const auto& [label, counts] : change) {
    const double mean = counts.first / counts.second;
    if (mean >= one.worst_class_change) continue;
    one.worst_class_change = mean;
    one.worst_class = session.class_name(label);
  }
}

ConfigurationClass measured(const Session& session, const std::string& name, const space::Assignment& config,
                            const std::vector<Observation>& reference, const Answer& answer) {
  ConfigurationClass one;
  one.members = {name};
  one.config = config;
  one.seconds = answer.seconds;
  one.largest_difference = largest_difference(reference, answer.rows);
  for (std::size_t i = 0; i < answer.rows.size(); ++i) {
    if (!reference[i].ok()) continue;
    one.flipped.images += 1;
    one.errors += answer.rows[i].ok() ? 0 : 1;
    one.flipped.count += reference[i].predicted != answer.rows[i].predicted ? 1 : 0;
  }
  if (session.dataset.labelled) compare_accuracy(one, session, reference, answer.rows);
  return one;
}

std::string short_names(const std::vector<std::string>& members) {
  constexpr std::size_t kFew = 2;
  std::string text = join(std::span(members).first(std::min(kFew, members.size())), ", ");
  return members.size() > kFew ? text + " and " + std::to_string(members.size() - kFew) + " more" : text;
}

}  // namespace

ConfigurationSweep sweep_configurations(Session& session, const std::vector<space::KnobGene>& knobs,
                                        Progress& progress) {
  std::size_t values = 1, done = 1;
  for (const space::KnobGene& gene : knobs) values += gene.values.size();
  progress.phase("sweep", values * session.dataset.size());
  const Answer reference = observe(session, {});
  ConfigurationSweep sweep;
  sweep.classes = {measured(session, "reference", {}, reference.rows, reference)};
  sweep.rows = {reference.rows};
  std::map<std::string, std::size_t> class_of = {{digest_of(reference.rows), 0}};
  const auto add = [&](const std::string& knob, const std::string& value) {
    const std::string name = knob + "=" + value;
    const space::Assignment config = space::completed({{knob, value}});
    const Answer answer = observe(session, config);
    progress.update(++done * session.dataset.size(), name);
    if (const Observation* failed = first_failure(answer.rows)) {
      const bool unavailable = failed->status == Status::unavailable;
      sweep.unavailable.push_back({knob, value, unavailable ? "unavailable" : "fails", failed->message});
      return;
    }
    const auto [found, is_new] = class_of.try_emplace(digest_of(answer.rows), sweep.classes.size());
    if (!is_new) return sweep.classes[found->second].members.push_back(name);
    sweep.classes.push_back(measured(session, name, config, reference.rows, answer));
    sweep.rows.push_back(answer.rows);
  };
  try {
    for (const space::KnobGene& gene : knobs)
      for (const std::string& value : gene.values) add(gene.info.name, value);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    sweep.complete = false;
  }
  return sweep;
}

bool ConfigurationSweep::every_row_answered() const {
  return std::ranges::none_of(unavailable, [](const auto& row) { return row.reason == "fails"; }) &&
         std::ranges::none_of(classes, [](const ConfigurationClass& one) { return one.errors > 0; });
}

Json to_json(const ConfigurationSweep& sweep) {
  const auto share = [](const Share& one) -> Json {
    return {{"value", one.value()}, {"ci95", {one.ci95().low, one.ci95().high}}, {"images", one.images}};
  };
  Json classes = Json::array();
  for (const ConfigurationClass& one : sweep.classes)
    classes.push_back(
        {{"members", one.members},
         {"config", one.config},
         {"accuracy", one.right ? share(*one.right) : Json()},
         {"flips", one.flipped.count},
         {"flip_rate", share(one.flipped)},
         {"p_value", one.p_value ? Json(*one.p_value) : Json()},
         {"worst_class",
          one.worst_class.empty() ? Json() : Json{{"name", one.worst_class}, {"change", one.worst_class_change}}},
         {"largest_difference", one.largest_difference},
         {"errors", one.errors}});
  Json unavailable = Json::array();
  for (const report::UnavailableKnob& row : sweep.unavailable)
    unavailable.push_back({{"knob", row.knob}, {"value", row.value}, {"reason", row.reason}, {"message", row.message}});
  return {{"classes", classes}, {"unavailable_knobs", unavailable}};
}

std::string table(const ConfigurationSweep& sweep) {
  constexpr int kName = 44;
  std::ostringstream out;
  out << std::left << std::setw(kName) << "configurations (bit-equal ones together)" << std::right << std::setw(9)
      << "accuracy" << std::setw(7) << "flips" << std::setw(8) << "p" << std::setw(10) << "largest\n";
  for (const ConfigurationClass& one : sweep.classes) {
    std::ostringstream largest;
    largest << std::scientific << std::setprecision(1) << one.largest_difference;
    out << std::left << std::setw(kName) << short_names(one.members) << std::right << std::setw(9)
        << (one.right ? percent(one.right->value()) : "") << std::setw(7) << one.flipped.count << std::setw(8)
        << (one.p_value ? fixed(*one.p_value, 3) : "") << std::setw(10) << largest.str();
    if (one.errors > 0) out << "  no output: " << one.errors << " images";
    out << '\n';
  }
  std::size_t unavailable = 0;
  for (const report::UnavailableKnob& row : sweep.unavailable)
    if (row.reason == "fails")
      out << std::left << std::setw(kName) << row.knob + "=" + row.value
          << "  no output: " << one_line_text(row.message) << '\n';
    else
      ++unavailable;
  out << unavailable << " values do not run here (unavailable_knobs says why)\n";
  return out.str();
}

}  // namespace robustcheck::app
