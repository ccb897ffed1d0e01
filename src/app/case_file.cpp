#include "robustcheck/app/case_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"
#include "robustcheck/oracle/oracle.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;
using oracle::Status;

Json scores_json(const Observation& observation) {
  Json scores = Json::array();
  for (const float score : observation.scores) scores.push_back(number_or_null(static_cast<double>(score)));
  return scores;
}

Json prediction_json(const Observation& observation) {
  return observation.answered() ? Json(observation.predicted) : Json();
}

/// null stands for what JSON cannot write: beside a prediction -infinity, a score like any other; else no answer.
std::vector<float> scores_of(const ObjectReader& reader) {
  using Limits = std::numeric_limits<float>;
  const Json& list = reader.at("scores");
  const bool predicts = reader.has("prediction") && !reader.at("prediction").is_null();
  const float unwritable = predicts ? -Limits::infinity() : Limits::quiet_NaN();
  if (!list.is_array()) throw Error(ErrorKind::usage, reader.place("scores") + ": is no list");
  std::vector<float> scores;
  for (const Json& score : list) {
    if (!score.is_number() && !score.is_null())
      throw Error(ErrorKind::usage, reader.place("scores") + ": holds something else than numbers");
    scores.push_back(score.is_null() ? unwritable : score.get<float>());
  }
  return scores;
}

Observation observed_from_json(const ObjectReader& reader, OutputKind output) {
  const auto status = static_cast<Status>(reader.choice("status", oracle::kStatusNames));
  return status == Status::ok ? oracle::make_observation(scores_of(reader), output)
                              : oracle::failed_observation(status, "");
}

std::string sha256_of(const ObjectReader& reader) {
  const std::string digits = reader.text("sha256");
  if (digits.size() != 64)
    throw Error(ErrorKind::usage, reader.place("sha256") + ": '" + digits + "' is no SHA-256 (64 hexadecimal digits)");
  return digits;
}

ImageFile file_from_json(const ObjectReader& reader) {
  ImageFile image;
  image.path = from_text(reader.text("path"));
  image.name = path_text(image.path.filename());
  image.sha256 = sha256_of(reader);
  return image;
}

std::vector<ImageFile> calibration_from_json(const Json& json, const std::string& place) {
  if (!json.is_array()) throw Error(ErrorKind::usage, place + ": is no list");
  std::vector<ImageFile> images;
  for (std::size_t i = 0; i < json.size(); ++i)
    images.push_back(file_from_json(ObjectReader(json[i], place + "/" + std::to_string(i))));
  return images;
}

std::vector<report::VariantFile> variants_from_json(const Json& json, const std::string& place) {
  const ObjectReader variants(json, place);
  std::vector<report::VariantFile> files;
  for (const auto& [name, file] : json.items()) {
    const ObjectReader reader(file, variants.place(name));
    files.push_back({name, from_text(reader.text("path")), sha256_of(reader)});
  }
  return files;
}

Json variants_json(const std::vector<report::VariantFile>& variants) {
  Json json = Json::object();
  for (const report::VariantFile& file : variants)
    json[file.name] = {{"path", as_text(file.path)}, {"sha256", file.sha256}};
  return json;
}

Json calibration_json(const std::vector<ImageFile>& images) {
  Json json = Json::array();
  for (const ImageFile& image : images) json.push_back({{"path", path_text(image.path)}, {"sha256", image.sha256}});
  return json;
}

ImageFile image_from_json(const ObjectReader& reader) {
  ImageFile image = file_from_json(reader);
  if (!reader.at("label").is_null())
    image.label = static_cast<Label>(reader.integer("label", 0, std::numeric_limits<int>::max()));
  return image;
}

bool same_score(float a, float b) {
  if (!std::isfinite(a) || !std::isfinite(b)) return !std::isfinite(a) && !std::isfinite(b);
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

void add_files(Case& one, const Session& session) {
  const space::Assignment& config = one.variance.config;
  if (const auto chosen = config.find("model_variant"); chosen != config.end())
    for (const report::VariantFile& file : session.variants)
      if (file.name == chosen->second) one.variants.push_back(file);
  if (config.contains("int8"))
    for (const ImageIndex image : session.calibration) one.calibration.push_back(session.dataset[image]);
}

Json to_json(const Case& one) {
  return {{"schema_version", report::kSchemaVersion},
          {"model", {{"path", path_text(one.model)}, {"sha256", one.model_sha256}}},
          {"preprocess", image::to_json(one.preprocessing)},
          {"image",
           {{"path", path_text(one.image.path)},
            {"sha256", one.image.sha256},
            {"label", one.image.label ? Json(*one.image.label) : Json()}}},
          {"variance", space::to_json(one.variance, catalogue_with(one.variants))},
          {"variants", variants_json(one.variants)},
          {"calibration", calibration_json(one.calibration)},
          {"oracle", one.oracle},
          {"reference", {{"prediction", prediction_json(one.reference)}, {"scores", scores_json(one.reference)}}},
          {"observed",
           {{"status", oracle::name(one.observed.status)},
            {"prediction", prediction_json(one.observed)},
            {"scores", scores_json(one.observed)}}}};
}

Case read_case(const std::filesystem::path& path) {
  const Json json = read_json(path);
  const std::string place = path.string();
  const ObjectReader reader(json, place);
  reader.only({"schema_version", "model", "preprocess", "image", "variance", "variants", "calibration", "oracle",
               "reference", "observed"});
  if (reader.integer("schema_version", 0, 1000000) != report::kSchemaVersion)
    throw Error(ErrorKind::input, reader.place("schema_version") + ": " + reader.at("schema_version").dump() +
                                      " is not " + std::to_string(report::kSchemaVersion) +
                                      ", which this version reads");
  const ObjectReader model(reader.at("model"), reader.place("model"));
  Case one;
  one.model = from_text(model.text("path"));
  one.model_sha256 = model.text("sha256");
  one.preprocessing = image::preprocessing_from_json(reader.at("preprocess"), reader.place("preprocess"));
  one.image = image_from_json(ObjectReader(reader.at("image"), reader.place("image")));
  if (const auto& classes = one.preprocessing.classes;
      one.image.label && !classes.empty() && static_cast<std::size_t>(*one.image.label) >= classes.size())
    throw Error(ErrorKind::usage, reader.place("image/label") + ": " + std::to_string(*one.image.label) +
                                      " is no index of the " + std::to_string(classes.size()) + " classes");
  if (reader.has("variants")) one.variants = variants_from_json(reader.at("variants"), reader.place("variants"));
  if (reader.has("calibration"))
    one.calibration = calibration_from_json(reader.at("calibration"), reader.place("calibration"));
  one.variance =
      space::variance_from_json(reader.at("variance"), catalogue_with(one.variants), reader.place("variance"));
  one.oracle = oracle::find_oracle(reader.text("oracle")).name;
  one.reference = oracle::make_observation(scores_of(ObjectReader(reader.at("reference"), reader.place("reference"))),
                                           one.preprocessing.output);
  one.observed =
      observed_from_json(ObjectReader(reader.at("observed"), reader.place("observed")), one.preprocessing.output);
  return one;
}

bool same_scores(const Observation& a, const Observation& b) {
  return a.status == b.status &&
         std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(), same_score);
}

void translate_label(Case& one, const std::vector<std::string>& classes, const std::string& place) {
  const std::vector<std::string>& own = one.preprocessing.classes;
  if (!one.image.label || own.empty() || classes.empty()) return;
  const std::string& name = own.at(static_cast<std::size_t>(*one.image.label));
  const auto found = std::find(classes.begin(), classes.end(), name);
  if (found == classes.end()) throw Error(ErrorKind::input, place + ": the model knows no class '" + name + "'");
  one.image.label = static_cast<Label>(found - classes.begin());
}

}  // namespace robustcheck::app
