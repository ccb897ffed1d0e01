#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "robustcheck/app/baseline.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using image::Preprocessing;
using oracle::Observation;

constexpr std::size_t kImages = 200;
constexpr double kClearlyBetter = 0.15;

struct Alternative {
  std::string name;
  Preprocessing preprocessing;
};

std::vector<Alternative> alternatives(const Preprocessing& original) {
  std::vector<Alternative> list;
  const auto add = [&](const std::string& name, auto change) {
    Preprocessing changed = original;
    change(changed);
    if (!(changed == original)) list.push_back({name, changed});
  };
  add("channel order (rgb instead of bgr, or the reverse)", [](Preprocessing& p) {
    if (p.channels == image::Channels::rgb)
      p.channels = image::Channels::bgr;
    else if (p.channels == image::Channels::bgr)
      p.channels = image::Channels::rgb;
  });
  add("scale (1/255)", [](Preprocessing& p) { p.scale = 1.0 / 255.0; });
  add("scale (1: the network wants 0 to 255)", [](Preprocessing& p) { p.scale = 1.0; });
  add("normalisation (no mean and std)", [](Preprocessing& p) {
    std::fill(p.mean.begin(), p.mean.end(), 0.0);
    std::fill(p.std.begin(), p.std.end(), 1.0);
  });
  add("normalisation (mean 0.5, std 0.5, scale 1/255)", [](Preprocessing& p) {
    p.scale = 1.0 / 255.0;
    std::fill(p.mean.begin(), p.mean.end(), 0.5);
    std::fill(p.std.begin(), p.std.end(), 0.5);
  });
  return list;
}

std::vector<ImageIndex> some_images(const Dataset& dataset) {
  std::vector<ImageIndex> images;
  const std::size_t count = std::min(kImages, dataset.size());
  for (std::size_t i = 0; i < count; ++i) images.push_back(static_cast<ImageIndex>(i * dataset.size() / count));
  return images;
}

double accuracy(const Dataset& dataset, const std::vector<ImageIndex>& images,
                const std::vector<Observation>& observed) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < images.size(); ++i) right += observed[i].predicted == *dataset[images[i]].label ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(images.size());
}

/// Accuracy if every predicted index meant the label that it meets most often (each label used once, largest count
/// first).
double accuracy_after_relabelling(const Dataset& dataset, const std::vector<Observation>& reference) {
  std::map<std::pair<int, Label>, std::size_t> counts;
  for (ImageIndex i = 0; i < dataset.size(); ++i) counts[{reference[i].predicted, *dataset[i].label}] += 1;
  std::vector<std::pair<std::size_t, std::pair<int, Label>>> order;
  for (const auto& [pair, count] : counts) order.push_back({count, pair});
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::set<int> predictions;
  std::set<Label> labels;
  std::size_t right = 0;
  for (const auto& [count, pair] : order)
    if (!predictions.contains(pair.first) && !labels.contains(pair.second)) {
      predictions.insert(pair.first);
      labels.insert(pair.second);
      right += count;
    }
  return static_cast<double>(right) / static_cast<double>(dataset.size());
}

}  // namespace

std::string likely_cause(Session& session, const SessionOptions& options, const BaselineResult& baseline) {
  const std::vector<ImageIndex> images = some_images(session.dataset);
  std::string best_name;
  double best = *baseline.summary.accuracy + kClearlyBetter;
  const double relabelled = accuracy_after_relabelling(session.dataset, baseline.reference);
  if (relabelled > best) {
    best = relabelled;
    best_name = "class order: another order of 'classes' (or of the class directories)";
  }
  for (const Alternative& alternative : alternatives(session.preprocessing)) {
    Session other = with_preprocessing(session, options, alternative.preprocessing);
    const space::Trial trial{{}, images};
    const double found = accuracy(session.dataset, images, other.evaluator->observe({&trial, 1}).front());
    if (found > best) {
      best = found;
      best_name = alternative.name;
    }
  }
  return best_name.empty() ? "" : "likely cause: " + best_name + " gives " + percent(best);
}

}  // namespace robustcheck::app
