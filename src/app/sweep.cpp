#include "robustcheck/app/sweep.h"

#include <algorithm>
#include <sstream>

#include "robustcheck/base/text.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

Json to_json(const std::optional<Share>& share) {
  if (!share) return nullptr;
  return {{"value", share->value()}, {"ci95", {share->ci95().low, share->ci95().high}}, {"images", share->images}};
}

Json to_json(const GroupMean& mean) {
  return {{"accuracy", mean.accuracy ? Json(*mean.accuracy) : Json()}, {"flip_rate", mean.flip_rate}};
}

Json to_json(const SweepRow& row, const Grid& grid) {
  return {{grid.group_title, row.point.group},
          {grid.level_title, row.point.level},
          {"variance", space::to_json(row.point.variance, transform::catalogue())},
          {"accuracy", to_json(row.right)},
          {"flip_rate", to_json(std::optional(row.flipped))},
          {"errors", row.errors},
          {"message", row.message.empty() ? Json() : Json(row.message)}};
}

std::vector<std::string> levels_of(const SweepResult& result) {
  std::vector<std::string> levels;
  for (const SweepRow& row : result.rows)
    if (std::find(levels.begin(), levels.end(), row.point.level) == levels.end()) levels.push_back(row.point.level);
  return levels;
}

const SweepRow* find_row(const SweepResult& result, const std::string& group, const std::string& level) {
  for (const SweepRow& row : result.rows)
    if (row.point.group == group && row.point.level == level) return &row;
  return nullptr;
}

std::string padded(std::string text, std::size_t width, bool left = false) {
  if (text.size() >= width) return text;
  const std::string space(width - text.size(), ' ');
  return left ? text + space : space + text;
}

/// Accuracy where there are labels, else the share that flipped.
std::string cell(const SweepRow& row) {
  return percent(row.right ? row.right->value() : row.flipped.value()) + (row.errors > 0 ? "*" : "");
}
std::string cell(const GroupMean& mean) { return percent(mean.accuracy.value_or(mean.flip_rate)); }

}  // namespace

std::vector<GroupMean> group_means(const SweepResult& result) {
  std::vector<GroupMean> means;
  std::vector<double> counts;
  for (const SweepRow& row : result.rows) {
    if (means.empty() || means.back().group != row.point.group) {
      means.push_back({row.point.group, row.right ? std::optional(0.0) : std::nullopt, 0.0});
      counts.push_back(0.0);
    }
    if (row.right) *means.back().accuracy += row.right->value();
    means.back().flip_rate += row.flipped.value();
    counts.back() += 1.0;
  }
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (means[i].accuracy) *means[i].accuracy /= counts[i];
    means[i].flip_rate /= counts[i];
  }
  return means;
}

GroupMean overall_mean(const std::vector<GroupMean>& means, const std::vector<std::string>& groups) {
  GroupMean overall{"mean", std::nullopt, 0.0};
  double count = 0.0, accuracy = 0.0;
  bool labelled = false;
  for (const GroupMean& mean : means) {
    if (!groups.empty() && std::find(groups.begin(), groups.end(), mean.group) == groups.end()) continue;
    count += 1.0;
    overall.flip_rate += mean.flip_rate;
    accuracy += mean.accuracy.value_or(0.0);
    labelled = mean.accuracy.has_value();
  }
  if (count == 0.0) return overall;
  overall.flip_rate /= count;
  if (labelled) overall.accuracy = accuracy / count;
  return overall;
}

Json to_json(const SweepResult& result, const Grid& grid) {
  Json rows = Json::array();
  for (const SweepRow& row : result.rows) rows.push_back(to_json(row, grid));
  const std::vector<GroupMean> means = group_means(result);
  Json groups = Json::array();
  for (const GroupMean& mean : means) {
    groups.push_back(to_json(mean));
    groups.back()[grid.group_title] = mean.group;
  }
  Json json = {{"clean", to_json(result.clean)}, {"rows", rows}, {"groups", groups}};
  json["mean"] = to_json(overall_mean(means, grid.headline));
  json["mean"]["groups"] = grid.headline.empty() ? means.size() : grid.headline.size();
  json["mean_of_all"] = to_json(overall_mean(means, {}));
  json["mean_of_all"]["groups"] = means.size();
  return json;
}

std::string table(const SweepResult& result, const Grid& grid) {
  constexpr std::size_t kName = 17, kCell = 9;
  std::ostringstream out;
  const std::vector<std::string> levels = levels_of(result);
  const std::vector<GroupMean> means = group_means(result);
  out << padded(grid.group_title, kName, true);
  for (const std::string& level : levels) out << padded(level, kCell);
  out << padded("mean", kCell) << padded("flips", kCell) << '\n';
  for (const GroupMean& mean : means) {
    out << padded(mean.group, kName, true);
    for (const std::string& level : levels) {
      const SweepRow* row = find_row(result, mean.group, level);
      out << padded(row ? cell(*row) : "", kCell);
    }
    out << padded(cell(mean), kCell) << padded(percent(mean.flip_rate), kCell) << '\n';
  }
  const GroupMean overall = overall_mean(means, grid.headline);
  const std::size_t groups = grid.headline.empty() ? means.size() : grid.headline.size();
  out << padded("mean of " + std::to_string(groups), kName + kCell * levels.size(), true)
      << padded(cell(overall), kCell) << padded(percent(overall.flip_rate), kCell) << '\n';
  return out.str();
}

}  // namespace robustcheck::app
