#pragma once

#include <string>
#include <vector>

#include "robustcheck/app/session.h"
#include "robustcheck/oracle/observation.h"
#include "robustcheck/report/report.h"
#include "robustcheck/search/strategy.h"
#include "robustcheck/space/space.h"

namespace robustcheck::app {

/// The state of a value that the probe had no time for.
inline constexpr const char* kNotTried = "not_tried";

/// What one knob value does on this machine, seen on a few images.
struct ProbedValue {
  std::string knob, value;
  std::string state;    ///< applied, no_effect (bit-equal), unavailable, fails, kNotTried
  std::string message;  ///< why, for unavailable and fails; else what was rewritten ("63 of 63 weights rounded")
  bool emulated = false;
  double largest_difference = 0.0;  ///< of a score
  double violation = 0.0;           ///< mean V against the reference's predictions, see search::violation()
  std::uint64_t flips = 0;          ///< predictions that differ from the reference's
  std::uint64_t images = 0;
  double seconds = 0.0;  ///< forward time of the second run; the reference's has knob == ""
  std::string digest;    ///< of all scores; equal for values that are bit-equal
  std::string equal_to;  ///< an earlier "knob=value" with the same scores, "" if none
  std::string partner;   ///< what it was compared with, where that is not the reference: "int8=dynamic"
};

struct Probe {
  std::vector<ProbedValue> values;  ///< the first row is the reference
  std::uint64_t evaluations = 0;    ///< that it took, where it was made
  bool from_cache = false;
};

/// Runs every value of `knobs` on `images` (a batch or two) beside the reference. A value that acts only beside another
/// knob is compared with that knob alone, at each of its values until it moves something. timed: run twice and time the
/// second.
Probe probe_knobs(Session& session, const std::vector<space::KnobGene>& knobs, const std::vector<ImageIndex>& images,
                  bool timed);

/// As probe_knobs() untimed, from the user's cache ($XDG_CACHE_HOME/robustcheck, else ~/.cache/robustcheck) where the
/// same model, preprocessing, images, knobs, programs and machine were probed before. A cache that cannot be read or
/// written is passed over.
Probe cached_probe(Session& session, const std::vector<space::KnobGene>& knobs, const std::vector<ImageIndex>& images);

/// Removes from `space` what the probe found without effect, unavailable or failing, and emulated precisions unless the
/// user named the knob; returns what was removed, with reasons.
std::vector<report::UnavailableKnob> drop_unavailable(space::Space& space, const std::vector<ProbedValue>& probed,
                                                      const std::vector<std::string>& named_knobs);

/// What the values that are left in `space` did alone.
std::vector<search::KnobEffect> knob_effects(const space::Space& space, const std::vector<ProbedValue>& probed);

}  // namespace robustcheck::app
