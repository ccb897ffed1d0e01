#include "robustcheck/analysis/policy.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/space/space.h"

namespace robustcheck::analysis {
namespace {

const std::vector<std::string> kForbidden = {"label", "consistency", "divergence", "numeric", "crash", "new", "worse"};
const std::vector<std::string> kSelectors = {"profile", "knob_class", "magnitude_at_most"};

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::usage, place + ": " + problem);
}

double share(const ObjectReader& reader, const std::string& key) {
  const double value = reader.number(key);
  if (!(value >= 0.0 && value <= 1.0)) fail(reader.place(key), shortest(value) + " is outside [0, 1]");
  return value;
}

std::string one_of(const std::string& value, const std::vector<std::string>& allowed, const std::string& what,
                   const std::string& place) {
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    fail(place, unknown_name(what, value, allowed));
  return value;
}

std::vector<std::string> knob_classes() {
  std::vector<std::string> classes;
  for (const space::KnobInfo& knob : space::all_knobs())
    if (std::find(classes.begin(), classes.end(), knob.knob_class) == classes.end()) classes.push_back(knob.knob_class);
  return classes;
}

/// "mild", or "mild,deployment" as --profile takes them.
std::vector<std::string> profiles_of(const ObjectReader& reader) {
  std::vector<std::string> allowed;
  for (const space::Profile& profile : space::all_profiles()) allowed.push_back(profile.name);
  std::vector<std::string> names = split(reader.text("profile"), ',');
  for (const std::string& name : names) one_of(name, allowed, "profile", reader.place("profile"));
  return names;
}

Selection selection_of(const ObjectReader& reader) {
  Selection selection;
  if (reader.has("profile")) selection.profiles = profiles_of(reader);
  if (reader.has("knob_class"))
    selection.knob_class = one_of(reader.text("knob_class"), knob_classes(), "knob class", reader.place("knob_class"));
  if (reader.has("magnitude_at_most")) selection.magnitude_at_most = share(reader, "magnitude_at_most");
  return selection;
}

void add_limits(const ObjectReader& reader, const Selection& selection, std::vector<Limit>& limits) {
  for (const std::string& measure : kMeasures) {
    if (!reader.has(measure)) continue;
    const bool selects = measure == "max_failure_rate" || measure == "max_worst_class_drop";
    if (!selects && !selection.all())
      fail(reader.place(measure), "is about the whole report; it takes no " + join(kSelectors, ", "));
    limits.push_back({measure, share(reader, measure), selection});
  }
}

void add_selected(const Json& list, const std::string& place, std::vector<Limit>& limits) {
  if (!list.is_array()) fail(place, "is no list [...]");
  std::vector<std::string> known = kMeasures;
  known.insert(known.end(), kSelectors.begin(), kSelectors.end());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ObjectReader reader(list[i], place + "/" + std::to_string(i));
    reader.only(known);
    const std::size_t before = limits.size();
    add_limits(reader, selection_of(reader), limits);
    if (limits.size() == before) fail(place + "/" + std::to_string(i), "states no limit: " + join(kMeasures, ", "));
  }
}

/// A day of the calendar: no 31 February, and 29 only in leap years.
bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t begin, std::size_t length) {
    int value = -1;
    const char* const end = text.data() + begin + length;
    return std::from_chars(text.data() + begin, end, value).ptr == end ? value : -1;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

Allowance allowance_of(const Json& json, const std::string& place) {
  const ObjectReader reader(json, place);
  reader.only({"signature", "reason", "expires"});
  Allowance allowance{reader.text("signature"), reader.text("reason"), reader.text("expires")};
  if (allowance.reason.empty()) fail(reader.place("reason"), "is empty; say why this failure is tolerated");
  if (!is_date(allowance.expires))
    fail(reader.place("expires"), "'" + allowance.expires + "' is no date YYYY-MM-DD of the calendar");
  return allowance;
}

}  // namespace

Policy policy_from_json(const Json& json, const std::string& place) {
  const ObjectReader reader(json, place);
  std::vector<std::string> known = kMeasures;
  known.insert(known.end(), {"limits", "forbid", "allow"});
  reader.only(known);
  Policy policy;
  add_limits(reader, {}, policy.limits);
  if (reader.has("limits")) add_selected(reader.at("limits"), reader.place("limits"), policy.limits);
  if (reader.has("forbid"))
    for (const std::string& name : reader.texts("forbid"))
      policy.forbid.push_back(one_of(name, kForbidden, "value", reader.place("forbid")));
  if (reader.has("allow")) {
    const Json& list = reader.at("allow");
    if (!list.is_array()) fail(reader.place("allow"), "is no list [...]");
    for (std::size_t i = 0; i < list.size(); ++i)
      policy.allow.push_back(allowance_of(list[i], reader.place("allow") + "/" + std::to_string(i)));
  }
  const auto about_failures = [](const Limit& limit) { return limit.measure != "max_detectable_rate"; };
  if (std::none_of(policy.limits.begin(), policy.limits.end(), about_failures) && policy.forbid.empty())
    fail(place,
         "states no rule about failures (" + join(kMeasures, ", ") + ", limits, forbid): every model would pass");
  return policy;
}

}  // namespace robustcheck::analysis
