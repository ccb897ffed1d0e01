#include <algorithm>
#include <iostream>
#include <numeric>

#include "robustcheck/app/baseline.h"
#include "robustcheck/app/configuration_sweep.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/output_directory.h"
#include "robustcheck/app/output_names.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/saver.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/sweep.h"
#include "robustcheck/app/sysnoise.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/image/sheet.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

using oracle::Observation;

fs::path output_folder(const SweepOptions& options) {
  return options.out.empty() ? fs::path("robustcheck-sweep-" + options.session.model.stem().string()) : options.out;
}

bool is_of_sweep(const fs::path& relative) { return relative == "sweep.json" || relative == "sweep.png"; }

bool right(const Observation& observed, const ImageFile& image) {
  return observed.predicted == image.label.value_or(-1);
}

SweepRow measured(const GridPoint& point, const std::vector<Observation>& observed,
                  const std::vector<Observation>& reference, const Dataset& dataset) {
  SweepRow row{point, std::nullopt, {}, 0, ""};
  if (dataset.labelled) row.right = Share{0, dataset.size()};
  for (ImageIndex i = 0; i < dataset.size(); ++i) {
    if (row.right) row.right->count += right(observed[i], dataset[i]) ? 1 : 0;
    if (!reference[i].ok()) continue;
    if (!observed[i].ok()) {
      row.errors += 1;
      if (row.message.empty()) row.message = observed[i].message;
    }
    row.flipped.images += 1;
    row.flipped.count += observed[i].predicted != reference[i].predicted ? 1 : 0;
  }
  return row;
}

SweepResult run_grid(const Grid& grid, Session& session, const std::vector<Observation>& reference,
                     Progress& progress) {
  SweepResult result{grid.name, std::nullopt, {}, true};
  const Dataset& dataset = session.dataset;
  if (dataset.labelled) {
    result.clean = Share{0, dataset.size()};
    for (ImageIndex i = 0; i < dataset.size(); ++i) result.clean->count += right(reference[i], dataset[i]) ? 1 : 0;
  }
  progress.phase("sweep", grid.points.size() * dataset.size());
  space::Trial trial;
  trial.images.resize(dataset.size());
  std::iota(trial.images.begin(), trial.images.end(), ImageIndex{0});
  try {
    for (const GridPoint& point : grid.points) {
      trial.variance = point.variance;
      result.rows.push_back(measured(point, session.evaluator->observe({&trial, 1}).front(), reference, dataset));
      progress.update(result.rows.size() * dataset.size(), point.group);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    result.complete = false;
  }
  return result;
}

image::HeatMap heat_map(const SweepResult& result, const Grid& grid, const std::string& model) {
  const bool labelled = result.clean.has_value();
  image::HeatMap map{(labelled ? "error rate" : "share of flipped predictions") + std::string(" of ") + model + ", " +
                         grid.group_title + " by " + grid.level_title,
                     {},
                     {},
                     {}};
  for (const SweepRow& row : result.rows) {
    if (map.rows.empty() || map.rows.back() != row.point.group) {
      map.rows.push_back(row.point.group);
      map.values.emplace_back();
    }
    const std::string& level = row.point.level;
    auto column = std::find(map.columns.begin(), map.columns.end(), level);
    if (column == map.columns.end()) column = map.columns.insert(map.columns.end(), level);
    map.values.back().resize(static_cast<std::size_t>(column - map.columns.begin()));
    map.values.back().push_back(row.right ? 1.0 - row.right->value() : row.flipped.value());
  }
  for (auto& row : map.values) row.resize(map.columns.size());
  return map;
}

void print(const SweepResult& result, const Grid& grid, const fs::path& out, std::size_t images) {
  if (result.clean)
    std::cout << "accuracy on " << images << " images; clean: " << percent(result.clean->value()) << " ["
              << fixed(100 * result.clean->ci95().low, 1) << ", " << fixed(100 * result.clean->ci95().high, 1)
              << "] %\nflips: share of predictions that differ from the clean one\n\n";
  else
    std::cout << "share of " << images << " images whose prediction differs from the clean one (no labels)\n\n";
  std::cout << table(result, grid) << "\nintervals: " << one_line_text((out / "sweep.json").native())
            << ", picture: " << one_line_text((out / "sweep.png").native()) << '\n';
  for (const SweepRow& row : result.rows)
    if (row.errors > 0)
      std::cout << "* " << row.point.group << ' ' << row.point.level << ": " << row.errors
                << " images gave no output and count as wrong (" << one_line_text(row.message) << ")\n";
}

bool is_of_configurations(const std::string& profile) {
  return std::ranges::find(kSweptProfiles, profile) != kSweptProfiles.end();
}

/// Opens the session and measures the reference, as every sweep begins.
struct Start {
  Session session;
  BaselineResult baseline;
};

Start start(const SweepOptions& options, Progress& progress) {
  progress.phase("load", 0);
  Start started{open_session(options.session), {}};
  check_holds_no_input(started.session.dataset, output_folder(options));
  progress.phase("baseline", 2 * started.session.dataset.size());
  started.baseline = measure_baseline(started.session, options.session, options.min_accuracy);
  return started;
}

Json header(const SweepOptions& options, const Session& session) {
  return {{"schema_version", report::kSchemaVersion},
          {"tool", {{"name", "robustcheck"}, {"version", version_line().substr(version_line().find(' ') + 1)}}},
          {"command", options.command},
          {"profile", options.profile},
          {"model", {{"path", path_text(session.model)}, {"sha256", session.model_sha256}}},
          {"dataset",
           {{"path", path_text(session.dataset.path)},
            {"sha256", session.dataset.sha256},
            {"images", session.dataset.size()},
            {"labelled", session.dataset.labelled},
            {"skipped", report::skipped_json(session.dataset.skipped)}}},
          {"preprocess", image::to_json(session.preprocessing)}};
}

int exit_code(bool complete, bool answered) {
  if (!complete) {
    std::cout << "interrupted: partial, what was measured is above\n";
    return kExitInterrupted;
  }
  return answered ? kExitOk : kExitIncomplete;
}

/// Where a sweep writes; what cannot be written does not hold up the rest.
struct Output {
  OutputDirectory directory;
  fs::path path;
  Saver save{};

  void document(const Json& json) {
    save.result([&] {
      directory.add("sweep.json");
      write_file(path / "sweep.json", json_text(json, 2) + "\n");
    });
  }
  void picture(Session& session, const image::HeatMap& map) {
    save.extra([&] {
      directory.add("sweep.png");
      write_png(session, image::draw(map), path / "sweep.png");
    });
  }
};

int sweep_grid(const SweepOptions& options, Output& output, Progress& progress) {
  const Grid& grid = find_grid(options.profile);
  const Stopwatch watch;
  Start started = start(options, progress);
  Session& session = started.session;
  const SweepResult result = run_grid(grid, session, started.baseline.reference, progress);
  progress.finish();
  session.pool->set_interrupt({});  // the picture is made all the same
  Json json = header(options, session);
  json["status"] = result.complete ? "complete" : "partial";
  json.update(to_json(result, grid));
  json["timing"] = {{"total_s", watch.seconds()}};
  output.document(json);
  print(result, grid, output.path, session.dataset.size());
  const bool answered = std::ranges::none_of(result.rows, [](const SweepRow& row) { return row.errors > 0; });
  const int code = exit_code(result.complete, answered);
  std::cout.flush();
  if (!result.rows.empty()) output.picture(session, heat_map(result, grid, session.model.filename().string()));
  return output.save.exit_code(code);
}

/// Forward time relative to the reference's, by the first member's name.
Json relative_speed(const ConfigurationSweep& sweep) {
  Json json = Json::object();
  for (const ConfigurationClass& one : sweep.classes)
    json[one.members.front()] = one.seconds > 0 ? Json(sweep.classes.front().seconds / one.seconds) : Json();
  return json;
}

/// None where a signal comes first: what was swept is kept.
std::optional<Sysnoise> combined(const SweepOptions& options, Session& session, const ConfigurationSweep& sweep,
                                 const space::Space& space, Progress& progress) {
  try {
    return sysnoise(session, sweep, space.knobs, options.session.split_seed, progress);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    return std::nullopt;
  }
}

int sweep_knobs(const SweepOptions& options, Output& output, Progress& progress) {
  const Stopwatch watch;
  Start started = start(options, progress);
  Session& session = started.session;
  const bool is_sysnoise = options.profile == "sysnoise";
  const space::Space space = space::make_space(
      {.profiles = {is_sysnoise ? "deployment" : options.profile}, .transforms = {}, .knobs = {}}, session.catalogue);
  const ConfigurationSweep sweep = sweep_configurations(session, space.knobs, progress);
  std::optional<Sysnoise> noise;
  if (is_sysnoise && sweep.complete) noise = combined(options, session, sweep, space, progress);
  progress.finish();
  const bool complete = sweep.complete && (noise || !is_sysnoise);
  Json json = header(options, session);
  json["status"] = complete ? "complete" : "partial";
  json.update(to_json(sweep));
  if (noise) json["sysnoise"] = to_json(*noise);
  json["timing"] = {{"total_s", watch.seconds()}, {"speed", relative_speed(sweep)}};
  output.document(json);
  std::cout << (noise ? table(*noise) : table(sweep))
            << "\nmore: " << one_line_text((output.path / "sweep.json").native()) << '\n';
  return output.save.exit_code(exit_code(complete, sweep.every_row_answered()));
}

}  // namespace

int run_sweep(const SweepOptions& options) {
  catch_interrupts();
  if (!is_of_configurations(options.profile)) {
    std::vector<std::string> names = kSweptProfiles;
    for (const Grid& grid : all_grids()) names.push_back(grid.name);
    if (std::ranges::find(names, options.profile) == names.end())
      throw Error(ErrorKind::usage, "--profile: " + unknown_name("grid", options.profile, names));
  }
  const fs::path out = output_folder(options);
  Output output{{out, &is_of_sweep}, out};
  output.directory.open(options.force);
  output.directory.remove({"sweep.json", "sweep.png"});  // a sweep that fails leaves none
  Progress progress(options.output);
  return is_of_configurations(options.profile) ? sweep_knobs(options, output, progress)
                                               : sweep_grid(options, output, progress);
}

}  // namespace robustcheck::app
