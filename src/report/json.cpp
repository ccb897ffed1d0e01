#include <algorithm>
#include <ostream>

#include "robustcheck/report/report.h"

namespace robustcheck::report {
namespace {

Json interval(const analysis::Interval& ci95) { return {ci95.low, ci95.high}; }

Json to_json(const Baseline& baseline) {
  Json per_class = Json::array();
  for (const ClassRate& row : baseline.per_class)
    per_class.push_back(
        {{"name", row.name},
         {"accuracy", row.images ? Json(static_cast<double>(row.right) / static_cast<double>(row.images)) : Json()},
         {"images", row.images}});
  return {{"accuracy", baseline.accuracy ? Json(*baseline.accuracy) : Json()},
          {"per_class", per_class},
          {"images", baseline.images},
          {"eligible", baseline.eligible},
          {"noise", number_or_null(baseline.noise)},
          {"batch_dependence", number_or_null(baseline.batch_dependence)}};
}

Json to_json(const Prediction& prediction) {
  return {{"prediction", prediction.predicted >= 0 ? Json(prediction.predicted) : Json()},
          {"probability", prediction.probability ? Json(*prediction.probability) : Json()}};
}

/// What the distances of the pictures are measured against: moved pixels say nothing of what a person sees.
std::string compared_picture(const Counterexample& found, const space::Catalogue& catalogue) {
  const auto moves = [&](const space::Step& step) {
    const space::TransformInfo* info = catalogue.find_transform(step.transform);
    return info != nullptr && info->family == "geometry" && !info->local;
  };
  return std::ranges::any_of(found.variance.data, moves) ? "the picture after its geometric steps" : "the original";
}

Json to_json(const std::optional<space::Distances>& distances, const std::string& against) {
  if (!distances) return nullptr;
  Json json = space::to_json(*distances);
  json["against"] = against;
  return json;
}

Json to_json(const Example& example, const std::string& against) {
  return {{"image", example.image},
          {"sha256", example.sha256},
          {"label", example.label ? Json(*example.label) : Json()},
          {"reference", to_json(example.reference)},
          {"observed", to_json(example.observed)},
          {"case", example.case_file},
          {"distances", to_json(example.distances, against)}};
}

/// Members are null where one side is empty: there is nothing to tell apart.
Json attribution_json(const Counterexample& found) {
  Json genes = Json::array();
  for (const GeneShare& one : found.genes) genes.push_back({{"gene", one.gene}, {"share", one.share}});
  Json json = {{"data", nullptr},
               {"config", nullptr},
               {"both", nullptr},
               {"interaction", nullptr},
               {"interaction_ci95", nullptr},
               {"interaction_p_value", nullptr},
               {"needs_both", found.needs_both ? Json(*found.needs_both) : Json()},
               {"needs_both_reason", found.needs_both_reason.empty() ? Json() : Json(found.needs_both_reason)},
               {"genes", genes},
               {"genes_reason", found.genes_reason.empty() ? Json() : Json(found.genes_reason)},
               {"genes_images", found.genes_images}};
  if (!found.attribution) {
    if (found.variance.config.empty()) json["data"] = found.failure_rate();
    if (found.variance.data.empty()) json["config"] = found.failure_rate();
    return json;
  }
  json["data"] = found.attribution->data;
  json["config"] = found.attribution->config;
  json["both"] = found.attribution->both;
  json["interaction"] = found.attribution->interaction.value;
  json["interaction_ci95"] = interval(found.attribution->interaction.ci95);
  json["interaction_p_value"] = found.attribution->p_value;
  return json;
}

Json to_json(const std::optional<WorstClass>& worst) {
  if (!worst) return nullptr;
  return {{"name", worst->name}, {"failure_rate", worst->failure_rate}, {"images", worst->images}};
}

Json to_json(const std::optional<Minimised>& minimised) {
  if (!minimised) return nullptr;
  return {{"start_failures", minimised->start_failures},
          {"failures", minimised->failures},
          {"images", minimised->images},
          {"start_interaction", minimised->start_interaction}};
}

Json accuracy_json(const std::optional<AccuracyChange>& change) {
  if (!change) return nullptr;
  return {{"reference", change->reference}, {"observed", change->observed}, {"p_value", change->p_value},
          {"gained", change->gained},       {"lost", change->lost},         {"images", change->images}};
}

Json to_json(const std::optional<Tolerated>& tolerated) {
  if (!tolerated) return nullptr;
  return {{"value", tolerated->value},
          {"magnitude", tolerated->magnitude},
          {"low", tolerated->low},
          {"high", tolerated->high ? Json(*tolerated->high) : Json()}};
}

Json tolerance_json(const Report& report) {
  Json rows = Json::array();
  for (const Tolerance& row : report.tolerance)
    rows.push_back(
        {{"transform", row.transform},
         {"parameter", row.parameter},
         {"unit", row.unit},
         {"tested_to", row.tested_to},
         {"images", row.images},
         {"reference", to_json(row.reference)},
         {"worst", to_json(row.worst)},
         {"configuration", row.configuration ? space::to_json(*row.configuration, report.catalogue) : Json()}});
  return rows;
}

Json map_json(const Report& report) {
  Json cells = Json::array();
  for (const MapCell& cell : report.interaction_map)
    cells.push_back({{"transform", cell.transform},
                     {"knob", cell.knob},
                     {"value", cell.value},
                     {"variance", space::to_json(cell.variance, report.catalogue)},
                     {"failure_rate", cell.failure_rate},
                     {"interaction", cell.interaction.value},
                     {"ci95", interval(cell.interaction.ci95)},
                     {"images", cell.images}});
  return cells;
}

Json coverage_json(const std::optional<Coverage>& coverage) {
  if (!coverage) return nullptr;
  return {{"5", coverage->first5}, {"10", coverage->first10}, {"20", coverage->first20}};
}

Json to_json(const Counterexample& found, std::size_t rank, const Report& report) {
  const space::Catalogue& catalogue = report.catalogue;
  Json validity = space::to_json(report.space.validity);
  validity["invalid_pictures"] = found.invalid_pictures;
  Json examples = Json::array();
  const std::string against = compared_picture(found, catalogue);
  for (const Example& example : found.examples) examples.push_back(to_json(example, against));
  return {{"rank", rank},
          {"id", found.id},
          {"signature", found.signature},
          {"oracle", found.oracle},
          {"variance", space::to_json(found.variance, catalogue)},
          {"description", space::describe(found.variance, catalogue)},
          {"magnitude", found.magnitude},
          {"knobs_changed", found.knobs_changed},
          {"failure_rate", found.failure_rate()},
          {"ci95", interval(found.ci95)},
          {"images", found.images},
          {"p_value", found.p_value},
          {"weight", found.weight},
          {"test", found.test},
          {"minimal", found.minimal},
          {"minimised", to_json(found.minimised)},
          {"validity", validity},
          {"worst_class", to_json(found.worst_class)},
          {"attribution", attribution_json(found)},
          {"accuracy", accuracy_json(found.accuracy)},
          {"covers", found.covers ? Json(*found.covers) : Json()},
          {"representative", found.representative},
          {"examples", examples},
          {"outcomes", found.outcomes}};
}

Json to_json(const Kind& kind, const space::Catalogue& catalogue) {
  const auto share = [](std::uint64_t part, std::uint64_t of) {
    return of ? Json(static_cast<double>(part) / static_cast<double>(of)) : Json();
  };
  Json json = {{"id", kind.id},
               {"signature", kind.signature},
               {"oracle", kind.oracle},
               {"variance", space::to_json(kind.variance, catalogue)},
               {"magnitude", kind.magnitude},
               {"failure_rate", share(kind.failures, kind.images)},
               {"images", kind.images},
               {"minimal", kind.minimal},
               {"status", kind.status},
               {"explained_by", kind.explained_by.empty() ? Json() : Json(kind.explained_by)},
               {"explained_by_id", kind.explained_by_id.empty() ? Json() : Json(kind.explained_by_id)}};
  if (!kind.reason.empty()) json["reason"] = kind.reason;
  if (!kind.tested) return json;
  json["failures"] = kind.tested->failures;
  json["tested_images"] = kind.tested->images;
  json["p_value"] = kind.tested->p_value;
  json["weight"] = kind.tested->weight;
  json["test"] = kind.tested->test;
  json["interaction_p_value"] = kind.tested->interaction_p_value ? Json(*kind.tested->interaction_p_value) : Json();
  json["worst_class"] = to_json(kind.tested->worst_class);
  if (kind.status == "confirmed") json["outcomes"] = kind.tested->outcomes;
  return json;
}

Json rate_json(const std::optional<Rate>& rate) {
  if (!rate) return nullptr;
  return {{"failure_rate",
           rate->images ? Json(static_cast<double>(rate->failures) / static_cast<double>(rate->images)) : Json()},
          {"failures", rate->failures},
          {"images", rate->images}};
}

Json baseline_variances_json(const Report& report) {
  Json rows = Json::array();
  for (const BaselineVariance& row : report.baseline_variances)
    rows.push_back({{"signature", row.signature},
                    {"oracle", row.oracle},
                    {"variance", space::to_json(row.variance, report.catalogue)},
                    {"description", space::describe(row.variance, report.catalogue)},
                    {"found", row.found_here ? "here" : "there"},
                    {"here", rate_json(row.here)},
                    {"there", rate_json(row.there)},
                    {"here_only", row.here_only},
                    {"there_only", row.there_only},
                    {"no_output", row.no_output},
                    {"verdict", row.verdict},
                    {"p", row.p_value ? Json(*row.p_value) : Json()},
                    {"reason", row.reason.empty() ? Json() : Json(row.reason)}});
  return rows;
}

Json compared_with_json(const std::optional<ComparedWith>& with) {
  if (!with) return nullptr;
  return {{"sha256", with->sha256},
          {"model_sha256", with->model_sha256},
          {"same", with->same},
          {"differences", with->differences}};
}

Json kinds_json(const Report& report) {
  Json rows = Json::array();
  for (const Kind& kind : report.kinds) rows.push_back(to_json(kind, report.catalogue));
  return rows;
}

Json to_json(const Confirmation& confirmation) {
  return {{"rule", confirmation.rule},
          {"level", confirmation.level},
          {"interval_level", confirmation.interval_level},
          {"tests", confirmation.tests},
          {"family", confirmation.family},
          {"images", confirmation.images},
          {"smallest_weight", confirmation.smallest_weight}};
}

Json budget_json(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts.budget) json[name] = count;
  json["after_needed"] = counts.after_needed;
  json["candidates"] = counts.candidates;
  json["confirmed"] = counts.confirmed;
  return json;
}

Json counts_json(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

Json variants_json(const std::vector<VariantFile>& variants) {
  Json json = Json::array();
  for (const VariantFile& variant : variants)
    json.push_back({{"name", variant.name}, {"path", variant.path}, {"sha256", variant.sha256}});
  return json;
}

Json unavailable_json(const std::vector<UnavailableKnob>& knobs) {
  Json json = Json::array();
  for (const UnavailableKnob& row : knobs)
    json.push_back({{"knob", row.knob}, {"value", row.value}, {"reason", row.reason}, {"message", row.message}});
  return json;
}

Json robust_json(const std::optional<RobustAccuracy>& robust) {
  if (!robust) return nullptr;
  return {{"value", robust->value}, {"ci95", interval(robust->ci95)}, {"images", robust->images}};
}

Json robust_json(const std::optional<RobustAccuracyImage>& robust) {
  if (!robust) return nullptr;
  return {{"value", robust->value},
          {"ci95", interval(robust->ci95)},
          {"images", robust->images},
          {"broken", robust->broken},
          {"evaluations_per_image", robust->evaluations_per_image},
          {"most_evaluations", robust->most_evaluations}};
}

}  // namespace

Json skipped_json(const std::vector<Skipped>& skipped) {
  Json json = Json::object();
  for (const Skipped& row : skipped) json[row.reason] = row.count;
  return json;
}

Json comparison_json(const Report& report) {
  return {{"compared_with", compared_with_json(report.compared_with)},
          {"baseline_variances", baseline_variances_json(report)}};
}

Json to_json(const Report& report) {
  Json counterexamples = Json::array();
  for (std::size_t i = 0; i < report.counterexamples.size(); ++i)
    counterexamples.push_back(to_json(report.counterexamples[i], i + 1, report));
  Json space = space::to_json(report.space);
  for (const auto& [key, value] : report.settings.items()) space[key] = value;
  Json json = {
      {"schema_version", kSchemaVersion},
      {"tool", {{"name", "robustcheck"}, {"version", report.tool_version}}},
      {"status", report.status},
      {"seed", report.seed},
      {"command", report.command},
      {"model", {{"path", report.model_path}, {"sha256", report.model_sha256}}},
      {"variants", variants_json(report.variants)},
      {"dataset",
       {{"path", report.dataset_path},
        {"sha256", report.dataset_sha256},
        {"images", report.dataset_images},
        {"labelled", report.labelled},
        {"skipped", skipped_json(report.skipped)}}},
      {"preprocess", report.preprocess},
      {"space", space},
      {"environment", report.environment},
      {"baseline", to_json(report.baseline)},
      {"budget", budget_json(report.counts)},
      {"robust_accuracy", robust_json(report.robust_accuracy)},
      {"robust_accuracy_image", robust_json(report.robust_accuracy_image)},
      {"detectable_rate", report.confirmation.detectable_rate ? Json(*report.confirmation.detectable_rate) : Json()},
      {"confirmation", to_json(report.confirmation)},
      {"counterexamples", counterexamples},
      {"kinds", kinds_json(report)},
      {"compared_with", compared_with_json(report.compared_with)},
      {"baseline_variances", baseline_variances_json(report)},
      {"tolerance", tolerance_json(report)},
      {"interaction_map", map_json(report)},
      {"surrogate", nullptr},
      {"coverage", coverage_json(report.coverage)},
      {"unavailable_knobs", unavailable_json(report.unavailable_knobs)},
      {"dropped", counts_json(report.counts.dropped)},
      {"timing", report.timing}};
  if (!report.corpus.is_null()) json["corpus"] = report.corpus;
  return json;
}

void write_json(const Report& report, std::ostream& out) { out << json_text(to_json(report), 2) << '\n'; }

}  // namespace robustcheck::report
