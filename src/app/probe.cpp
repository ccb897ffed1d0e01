#include "robustcheck/app/probe.h"

#include <algorithm>

#include "robustcheck/app/case_file.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/scores.h"
#include "robustcheck/base/error.h"
#include "robustcheck/oracle/oracle.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;
using oracle::Status;

struct Run {
  std::vector<Observation> rows;
  double seconds = 0.0;
};

Run run(Session& session, const space::Assignment& config, const std::vector<ImageIndex>& images) {
  const space::Trial trial{{{}, config, 0}, images};
  const double before = session.evaluator->timings().forward_s;
  Run result;
  result.rows = session.evaluator->observe({&trial, 1}).front();
  result.seconds = session.evaluator->timings().forward_s - before;
  return result;
}

/// Of a configuration that fails a second run would tell nothing.
Run run(Session& session, const space::Assignment& config, const std::vector<ImageIndex>& images, bool timed) {
  Run first = run(session, config, images);
  return timed && first_failure(first.rows) == nullptr ? run(session, config, images) : first;
}

space::Assignment without(space::Assignment config, const std::string& knob) {
  config.erase(knob);
  return config;
}

double mean_violation(const std::vector<Observation>& reference, const std::vector<Observation>& rows) {
  const oracle::Oracle& consistency = oracle::find_oracle("consistency");
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    sum += search::violation(consistency.judge(reference[i], rows[i], std::nullopt).fitness, reference[i].margin());
  return sum / static_cast<double>(rows.size());
}

void compare(const std::vector<Observation>& reference, const std::vector<Observation>& rows, ProbedValue& probed) {
  bool equal = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    equal = equal && same_scores(reference[i], rows[i]);
    probed.flips += reference[i].predicted != rows[i].predicted ? 1 : 0;
  }
  probed.violation = mean_violation(reference, rows);
  probed.largest_difference = largest_difference(reference, rows);
  probed.state = equal ? "no_effect" : "applied";
}

bool is_emulated(const std::string& knob, const std::string& value, const eval::CapabilitiesReply& machine) {
  if (knob != "precision") return false;
  return ((value == "bf16" || value == "autocast_bf16") && !machine.native_bf16) ||
         (value == "fp16" && !machine.native_fp16);
}

/// One knob value with what it needs; alone where that is not to be had: a file may bring it with it.
space::Assignment runnable(Session& session, const space::Assignment& alone, const std::vector<ImageIndex>& images) {
  const space::Assignment config = space::completed(alone);
  if (config.size() == alone.size()) return config;
  const auto is_available = [&](const space::Assignment& one) {
    const Run tried = run(session, one, {images.front()});
    const Observation* failed = first_failure(tried.rows);
    return failed == nullptr || failed->status != Status::unavailable;
  };
  return !is_available(config) && is_available(alone) ? alone : config;
}

/// One value alone.
ProbedValue probe_value(Session& session, const ProbedValue& blank, const Run& reference,
                        const std::vector<ImageIndex>& images, bool timed) {
  ProbedValue row = blank;
  const space::Assignment config = runnable(session, {{row.knob, row.value}}, images);
  const Run changed = run(session, config, images, timed);
  row.seconds = changed.seconds;
  if (const Observation* failed = first_failure(changed.rows)) {
    row.state = failed->status == Status::unavailable ? "unavailable" : "fails";
    row.message = failed->message;
    return row;
  }
  compare(config.size() == 1 ? reference.rows : run(session, without(config, row.knob), images).rows, changed.rows,
          row);
  row.message = session.evaluator->note(config);
  row.digest = digest_of(changed.rows);
  return row;
}

/// As probe_value; where the time of the run ended first, the value is not tried.
ProbedValue probe_in_time(Session& session, const ProbedValue& blank, const Run& reference,
                          const std::vector<ImageIndex>& images, bool timed) {
  try {
    return probe_value(session, blank, reference, images, timed);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted || interrupted()) throw;
    ProbedValue row = blank;
    row.state = kNotTried;
    row.message = "not tried: --max-seconds ended the probe first";
    return row;
  }
}

/// "bit-equal to the reference on 64 images (63 of 63 weights rounded)"
std::string bit_equal(const ProbedValue& row, const std::string& other) {
  return "bit-equal to " + other + " on " + std::to_string(row.images) + " images" +
         (row.message.empty() ? "" : " (" + row.message + ")");
}

std::string earlier_with(const std::vector<ProbedValue>& probed, const std::string& digest) {
  for (const ProbedValue& row : probed)
    if (!row.knob.empty() && row.state == "applied" && row.digest == digest) return row.knob + "=" + row.value;
  return "";
}
}  // namespace

std::vector<ProbedValue> probe_knobs(Session& session, const std::vector<space::KnobGene>& knobs,
                                     const std::vector<ImageIndex>& images, bool timed) {
  const eval::CapabilitiesReply machine = capabilities(*session.pool);
  const Run reference = run(session, {}, images, timed);
  std::vector<ProbedValue> probed = {{"", "", "applied", "", false, 0.0, 0.0, 0, images.size(), reference.seconds}};
  for (const space::KnobGene& gene : knobs)
    for (const std::string& value : gene.values) {
      ProbedValue row = probe_in_time(
          session,
          {gene.info.name, value, "", "", is_emulated(gene.info.name, value, machine), 0.0, 0.0, 0, images.size(), 0.0},
          reference, images, timed);
      if (row.state == "applied") row.equal_to = earlier_with(probed, row.digest);
      probed.push_back(row);
    }
  return probed;
}

std::vector<report::UnavailableKnob> drop_unavailable(space::Space& space, const std::vector<ProbedValue>& probed,
                                                      const std::vector<std::string>& named_knobs) {
  std::vector<report::UnavailableKnob> dropped;
  for (const ProbedValue& row : probed) {
    if (row.knob.empty()) continue;
    const bool named = std::find(named_knobs.begin(), named_knobs.end(), row.knob) != named_knobs.end();
    if (row.state == "no_effect")
      dropped.push_back({row.knob, row.value, "no_effect", bit_equal(row, "the reference")});
    else if (!row.equal_to.empty())
      dropped.push_back({row.knob, row.value, "no_effect", bit_equal(row, row.equal_to)});
    else if (row.state != "applied")
      dropped.push_back({row.knob, row.value, row.state == kNotTried ? "unavailable" : row.state, row.message});
    else if (row.emulated && !named)
      dropped.push_back({row.knob, row.value, "emulated",
                         "this CPU has no " + row.value + " units; name it with --knobs to search it all the same"});
  }
  for (const report::UnavailableKnob& row : dropped)
    for (space::KnobGene& gene : space.knobs)
      if (gene.info.name == row.knob) std::erase(gene.values, row.value);
  std::erase_if(space.knobs, [](const space::KnobGene& gene) { return gene.values.empty(); });
  return dropped;
}

std::vector<search::KnobEffect> knob_effects(const space::Space& space, const std::vector<ProbedValue>& probed) {
  std::vector<search::KnobEffect> effects;
  for (const ProbedValue& row : probed) {
    const space::KnobGene* gene = space.find_knob(row.knob);
    if (gene != nullptr && std::ranges::find(gene->values, row.value) != gene->values.end())
      effects.push_back({row.knob, row.value, row.violation});
  }
  return effects;
}

}  // namespace robustcheck::app
