#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "robustcheck/app/options.h"
#include "robustcheck/app/probe.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// Empty: there is no place for a cache.
fs::path cache_folder() {
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder != 0)
    return fs::path(folder) / "robustcheck";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0)
    return fs::path(home) / ".cache" / "robustcheck";
  return {};
}

/// Everything that an answer may depend on.
std::string key_of(const Session& session, const std::vector<space::KnobGene>& knobs,
                   const std::vector<ImageIndex>& images) {
  Json json = {{"worker", sha256_file(eval::find_worker())},
               {"machine", environment(*session.pool, 0)},
               {"model", session.model_sha256},
               {"preprocess", image::to_json(session.preprocessing)},
               {"knobs", Json::array()},
               {"images", Json::array()},
               {"calibration", Json::array()},
               {"variants", Json::array()}};
  for (const space::KnobGene& gene : knobs) json["knobs"].push_back({gene.info.name, gene.values});
  for (const ImageIndex image : images) json["images"].push_back(session.dataset[image].sha256);
  for (const ImageIndex image : session.calibration) json["calibration"].push_back(session.dataset[image].sha256);
  for (const report::VariantFile& variant : session.variants)
    json["variants"].push_back({variant.name, variant.sha256});
  return sha256_hex(json.dump());
}

Json to_json(const Probe& probe) {
  Json rows = Json::array();
  for (const ProbedValue& row : probe.values)
    rows.push_back({{"knob", row.knob},
                    {"value", row.value},
                    {"state", row.state},
                    {"message", row.message},
                    {"emulated", row.emulated},
                    {"largest_difference", row.largest_difference},
                    {"violation", row.violation},
                    {"flips", row.flips},
                    {"images", row.images},
                    {"digest", row.digest},
                    {"equal_to", row.equal_to},
                    {"partner", row.partner}});
  return {{"evaluations", probe.evaluations}, {"values", rows}};
}

Probe from_json(const Json& json) {
  Probe probe{{}, json.at("evaluations"), true};
  for (const Json& row : json.at("values"))
    probe.values.push_back({row.at("knob"), row.at("value"), row.at("state"), row.at("message"), row.at("emulated"),
                            row.at("largest_difference"), row.at("violation"), row.at("flips"), row.at("images"), 0.0,
                            row.at("digest"), row.at("equal_to"), row.at("partner")});
  return probe;
}

/// Nothing where there is no such file, or where it is damaged: then the probe is made again.
std::optional<Probe> read_cached(const fs::path& file) {
  try {
    if (fs::exists(file)) return from_json(read_json(file));
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

/// False where nothing can be written: then the next run makes the probe again.
bool write_cached(const fs::path& file, const Probe& probe) {
  try {
    fs::create_directories(file.parent_path());
    write_file(file, to_json(probe).dump() + "\n");
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

}  // namespace

Probe cached_probe(Session& session, const std::vector<space::KnobGene>& knobs, const std::vector<ImageIndex>& images) {
  const fs::path folder = cache_folder();
  if (folder.empty()) return probe_knobs(session, knobs, images, /*timed=*/false);
  const fs::path file = folder / ("probe-" + key_of(session, knobs, images) + ".json");
  if (const auto known = read_cached(file)) return *known;
  Probe probe = probe_knobs(session, knobs, images, /*timed=*/false);
  const bool whole =
      std::none_of(probe.values.begin(), probe.values.end(), [](const auto& row) { return row.state == kNotTried; });
  if (whole && !write_cached(file, probe)) spdlog::debug("{}: the probe cannot be kept", file.string());
  return probe;
}

}  // namespace robustcheck::app
