#include <algorithm>
#include <ostream>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

struct Rule {
  const char *id, *name, *text;
};
constexpr Rule kRules[] = {
    {"label", "WrongLabel", "An image that is classified correctly at the reference is classified wrongly."},
    {"consistency", "ChangedPrediction", "The prediction differs from the one at the reference."},
    {"divergence", "DivergentConfiguration", "The same picture is classified differently in another configuration."},
    {"numeric", "NonFiniteOutput", "The network's scores are no answer: NaN, +infinity, or all -infinity."},
    {"crash", "NoOutput", "The evaluation crashed, hung or ended with an error."},
};

/// Percent-encoded as RFC 3986 wants a path.
std::string uri_path(const std::string& path) {
  constexpr const char* kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      uri += c;
    else
      (uri += '%') += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return uri;
}

/// Relative to the checkout where the model lies in it: what code scanning can show.
Json artifact(const Document& document) {
  const std::string path = text(at(document.report, "model"), "path");
  const std::string root = document.directory + "/";
  if (!document.directory.empty() && path.starts_with(root))
    return {{"uri", uri_path(path.substr(root.size()))}, {"uriBaseId", "%SRCROOT%"}};
  return {{"uri", (path.starts_with('/') ? "file://" : "") + uri_path(path)}};
}

Json rules() {
  Json json = Json::array();
  for (const Rule& rule : kRules)
    json.push_back({{"id", rule.id},
                    {"name", rule.name},
                    {"shortDescription", {{"text", rule.text}}},
                    {"defaultConfiguration", {{"level", "error"}}}});
  return json;
}

Json properties(const Json& found) {
  Json json = Json::object();
  for (const char* key : {"id", "rank", "variance", "failure_rate", "ci95", "images", "magnitude", "knobs_changed",
                          "minimal", "attribution"})
    if (!at(found, key).is_null()) json[key] = at(found, key);
  return json;
}

Json result_of(const Document& document, const Json& found) {
  const double rate = number(found, "failure_rate").value_or(0.0);
  std::string message =
      clean(description(found)) + ": fails on " + percent(rate) + " of unseen images; " + blame(found) + ".";
  if (const std::string command = replay_command(document, found, 0); !command.empty())
    message += " Run it again: " + clean(command);
  Json result = {{"ruleId", text(found, "oracle")}, {"level", "error"}};
  for (std::size_t i = 0; i < std::size(kRules); ++i)
    if (text(found, "oracle") == kRules[i].id) result["ruleIndex"] = i;
  result["message"] = {{"text", message}};
  result["locations"] = {
      {{"physicalLocation", {{"artifactLocation", artifact(document)}}},
       {"logicalLocations", {{{"fullyQualifiedName", text(found, "signature")}, {"kind", "variance"}}}}}};
  result["partialFingerprints"] = {{"signature/v1", text(found, "signature")}};
  result["rank"] = std::clamp(100 * rate, 0.0, 100.0);
  if (const std::string reason = tolerated(document, found); !reason.empty()) {
    result["level"] = "note";
    result["suppressions"] = {{{"kind", "external"}, {"status", "accepted"}, {"justification", clean(reason)}}};
  }
  result["properties"] = properties(found);
  return result;
}

Json notifications(const Document& document) {
  Json json = Json::array();
  if (const std::string reason = unanswered(document); !reason.empty())
    json.push_back({{"level", "error"}, {"message", {{"text", complete(document) ? reason : verdict(document)}}}});
  for (const Json& knob : list(document.report, "unavailable_knobs"))
    json.push_back({{"level", "note"},
                    {"message",
                     {{"text", "not searched: " + text(knob, "knob") + "=" + plain(at(knob, "value")) + ": " +
                                   text(knob, "message")}}}});
  return json;
}

Json invocation(const Document& document) {
  Json arguments = Json::array();
  for (const Json& word : list(document.report, "command"))
    if (word.is_string()) arguments.push_back(word);
  return {{"executionSuccessful", complete(document)},
          {"arguments", arguments},
          {"toolExecutionNotifications", notifications(document)}};
}

}  // namespace

void write_sarif(const Document& document, std::ostream& out) {
  Json results = Json::array();
  for (const Json& found : list(document.report, "counterexamples")) results.push_back(result_of(document, found));
  Json driver = {{"name", "robustcheck"}, {"rules", rules()}};
  if (const std::string version = text(at(document.report, "tool"), "version"); !version.empty())
    driver["version"] = version;
  const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs",
                     {{{"tool", {{"driver", driver}}},
                       {"invocations", {invocation(document)}},
                       {"columnKind", "unicodeCodePoints"},
                       {"results", results}}}}};
  out << json_text(log, 2) << '\n';
}

}  // namespace robustcheck::report
