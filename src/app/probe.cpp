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

/// Counts what it runs.
class Runner {
 public:
  explicit Runner(Session& session) : session_(session) {}

  Run run(const space::Assignment& config, const std::vector<ImageIndex>& images) {
    const space::Trial trial{{{}, config, 0}, images};
    const double before = session_.evaluator->timings().forward_s;
    Run result;
    result.rows = session_.evaluator->observe({&trial, 1}).front();
    result.seconds = session_.evaluator->timings().forward_s - before;
    evaluations_ += images.size();
    return result;
  }

  /// Of a configuration that fails a second run would tell nothing.
  Run run(const space::Assignment& config, const std::vector<ImageIndex>& images, bool timed) {
    Run first = run(config, images);
    return timed && first_failure(first.rows) == nullptr ? run(config, images) : first;
  }

  std::string note(const space::Assignment& config) const { return session_.evaluator->note(config); }
  std::uint64_t evaluations() const { return evaluations_; }

 private:
  Session& session_;
  std::uint64_t evaluations_ = 0;
};

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
space::Assignment runnable(Runner& runner, const space::Assignment& alone, const std::vector<ImageIndex>& images) {
  const space::Assignment config = space::completed(alone);
  if (config.size() == alone.size()) return config;
  const auto is_available = [&](const space::Assignment& one) {
    const Run tried = runner.run(one, {images.front()});
    const Observation* failed = first_failure(tried.rows);
    return failed == nullptr || failed->status != Status::unavailable;
  };
  return !is_available(config) && is_available(alone) ? alone : config;
}

/// The configurations in which the value may act: with each value of the knob that it needs, as `knobs` has them.
std::vector<space::Assignment> beside_its_partner(const space::Assignment& config, const std::string& own,
                                                  const std::vector<space::KnobGene>& knobs) {
  std::vector<space::Assignment> all = {config};
  for (const auto& [partner, first] : config) {
    if (partner == own) continue;
    for (const space::KnobGene& gene : knobs)
      for (const std::string& value : gene.values)
        if (gene.info.name == partner && value != first) {
          all.push_back(config);
          all.back()[partner] = value;
        }
  }
  return all;
}

/// "int8=dynamic"; "" for a value that stands alone.
std::string partner_of(const space::Assignment& config, const std::string& own) {
  std::string text;
  for (const auto& [knob, value] : config)
    if (knob != own) text += (text.empty() ? "" : ", ") + knob + "=" + value;
  return text;
}

/// What every value is run on and compared with.
struct Bed {
  Runner& runner;
  const std::vector<space::KnobGene>& knobs;
  const std::vector<ImageIndex>& images;
  Run reference;
  bool timed = false;
};

/// One value in one configuration.
ProbedValue probe_in(const Bed& bed, ProbedValue row, const space::Assignment& config) {
  const Run changed = bed.runner.run(config, bed.images, bed.timed);
  row.seconds = changed.seconds;
  row.partner = partner_of(config, row.knob);
  if (const Observation* failed = first_failure(changed.rows)) {
    row.state = failed->status == Status::unavailable ? "unavailable" : "fails";
    row.message = failed->message;
    return row;
  }
  compare(config.size() == 1 ? bed.reference.rows : bed.runner.run(without(config, row.knob), bed.images).rows,
          changed.rows, row);
  row.message = bed.runner.note(config);
  row.digest = digest_of(changed.rows);
  return row;
}

/// The first configuration in which it moves something; else what the first one said, of all of them.
ProbedValue probe_value(const Bed& bed, const ProbedValue& blank) {
  const space::Assignment config = runnable(bed.runner, {{blank.knob, blank.value}}, bed.images);
  std::optional<ProbedValue> first;
  for (const space::Assignment& one : beside_its_partner(config, blank.knob, bed.knobs)) {
    ProbedValue row = probe_in(bed, blank, one);
    if (row.state == "applied" || config.size() == 1) return row;
    if (!first)
      first = std::move(row);
    else if (first->state == "no_effect" && row.state == "no_effect")
      first->partner += " and " + row.partner;
  }
  return *first;
}

/// As probe_value; where the time of the run ended first, the value is not tried.
ProbedValue probe_in_time(const Bed& bed, const ProbedValue& blank) {
  try {
    return probe_value(bed, blank);
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

Probe probe_knobs(Session& session, const std::vector<space::KnobGene>& knobs, const std::vector<ImageIndex>& images,
                  bool timed) {
  const eval::CapabilitiesReply machine = capabilities(*session.pool);
  Runner runner(session);
  const Bed bed{runner, knobs, images, runner.run({}, images, timed), timed};
  Probe probe;
  probe.values = {{"", "", "applied", "", false, 0.0, 0.0, 0, images.size(), bed.reference.seconds}};
  for (const space::KnobGene& gene : knobs)
    for (const std::string& value : gene.values) {
      ProbedValue row = probe_in_time(bed, {gene.info.name, value, "", "", is_emulated(gene.info.name, value, machine),
                                            0.0, 0.0, 0, images.size(), 0.0});
      if (row.state == "applied") row.equal_to = earlier_with(probe.values, row.digest);
      probe.values.push_back(row);
    }
  probe.evaluations = runner.evaluations();
  return probe;
}

std::vector<report::UnavailableKnob> drop_unavailable(space::Space& space, const std::vector<ProbedValue>& probed,
                                                      const std::vector<std::string>& named_knobs) {
  std::vector<report::UnavailableKnob> dropped;
  for (const ProbedValue& row : probed) {
    if (row.knob.empty()) continue;
    const bool named = std::find(named_knobs.begin(), named_knobs.end(), row.knob) != named_knobs.end();
    if (row.state == "no_effect")
      dropped.push_back(
          {row.knob, row.value, "no_effect", bit_equal(row, row.partner.empty() ? "the reference" : row.partner)});
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
