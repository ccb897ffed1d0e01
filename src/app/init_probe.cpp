#include "robustcheck/app/init_probe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using image::Channels;
using image::Preprocessing;
using image::Size;
using oracle::Observation;

constexpr std::array kSides = {224, 32, 28, 64, 96, 128, 160, 192, 256, 299, 384};
constexpr double kNoise = 0.01;          // two of 200 images choose nothing
constexpr std::size_t kFewImages = 60;   // tell sizes apart
constexpr int kLargestScored = 256;      // of a network that takes any size: larger ones take long
constexpr double kClearlyBetter = 0.05;  // before names in sorted order are given up

struct Scaling {
  std::string name;
  Channels channels;
  double scale;
  std::vector<double> mean, std;
};

std::vector<Scaling> scalings(bool gray) {
  constexpr double kUnit = 1.0 / 255.0;
  if (gray)
    return {{"mean 0.5, std 0.5", Channels::gray, kUnit, {0.5}, {0.5}},
            {"0 to 1", Channels::gray, kUnit, {0.0}, {1.0}},
            {"mean and std of MNIST", Channels::gray, kUnit, {0.1307}, {0.3081}},
            {"mean and std of Fashion-MNIST", Channels::gray, kUnit, {0.2860}, {0.3530}},
            {"0 to 255", Channels::gray, 1.0, {0.0}, {1.0}}};
  const std::vector<double> mean = {0.485, 0.456, 0.406}, deviation = {0.229, 0.224, 0.225};
  const std::vector<double> half(3, 0.5), zero(3, 0.0), one(3, 1.0);
  return {{"mean and std of ImageNet", Channels::rgb, kUnit, mean, deviation},
          {"mean 0.5, std 0.5", Channels::rgb, kUnit, half, half},
          {"0 to 1", Channels::rgb, kUnit, zero, one},
          {"mean and std of CIFAR-10", Channels::rgb, kUnit, {0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}},
          {"0 to 255", Channels::rgb, 1.0, zero, one},
          {"bgr, means of Caffe", Channels::bgr, 1.0, {103.939, 116.779, 123.68}, one},
          {"bgr, 0 to 1", Channels::bgr, kUnit, zero, one}};
}

void apply(const Scaling& scaling, Preprocessing& p) {
  p.channels = scaling.channels;
  p.scale = scaling.scale;
  p.mean = scaling.mean;
  p.std = scaling.std;
}

/// One model, looked at through several preprocessings.
class Prober {
 public:
  Prober(const Session& session, const SessionOptions& options, const std::vector<std::string>& names)
      : session_(session), options_(options), names_(names) {}

  Found run() {
    find_size();
    settle_output();
    choose("size", size_alternatives(), kFewImages);
    choose("scaling", scaling_alternatives(), session_.dataset.size());
    choose("resize", resize_alternatives(), session_.dataset.size());
    return std::move(found_);
  }

 private:
  using Alternatives = std::vector<std::pair<std::string, Preprocessing>>;

  std::vector<ImageIndex> images(std::size_t count) const {
    std::vector<ImageIndex> all(session_.dataset.size());
    std::iota(all.begin(), all.end(), ImageIndex{0});
    return count < all.size() ? spread_over_classes(session_.dataset, all, count) : all;
  }

  std::vector<Observation> observe(const Preprocessing& p, std::size_t count) {
    Session session = with_preprocessing(session_, options_, p);
    space::Trial trial;
    trial.images = images(count);
    return session.evaluator->observe({&trial, 1}).front();
  }

  bool gives_output(const Preprocessing& p) {
    for (const Observation& row : observe(p, 2)) {
      if (row.ok()) return true;
      const bool better =
          row.message.find(oracle::kRemedy) != std::string::npos && message_.find(oracle::kRemedy) == std::string::npos;
      if (message_.empty() || better) message_ = row.message;
    }
    return false;
  }

  void find_size() {
    for (const bool gray : {false, true}) {
      for (const int side : kSides) {
        Preprocessing p;
        p.input = {side, side};
        apply(scalings(gray).front(), p);
        if (!gives_output(p)) continue;
        if (found_.accepts.empty()) found_.preprocessing = p;
        found_.accepts.push_back(p.input);
      }
      if (!found_.accepts.empty()) break;
    }
    if (found_.accepts.empty())
      throw Error(ErrorKind::input, session_.model.string() + ": takes none of the usual square inputs, gray or " +
                                        "colour; write the preprocessing file by hand. It says: " + message_);
    found_.scaling = scalings(gray()).front().name;
  }

  bool gray() const { return found_.preprocessing.channels == Channels::gray; }

  void settle_output() {
    const std::vector<Observation> rows = observe(found_.preprocessing, 32);
    found_.preprocessing.output = output_kind(rows);
    outputs_ = std::find_if(rows.begin(), rows.end(), [](const Observation& row) { return row.ok(); })->scores.size();
    if (names_.size() > outputs_)
      throw Error(ErrorKind::input, session_.dataset.path.string() + ": has " + std::to_string(names_.size()) +
                                        " class directories, but the model gives " + std::to_string(outputs_) +
                                        " outputs per image");
  }

  /// Best accuracy over the two orders of the classes; sets `classes`. None without labels.
  std::optional<double> score(Preprocessing& p, bool& matched, std::size_t count) {
    if (!session_.dataset.labelled) return std::nullopt;
    std::vector<std::vector<std::uint64_t>> votes(names_.size(), std::vector<std::uint64_t>(outputs_, 0));
    const std::vector<Observation> rows = observe(p, count);
    const std::vector<ImageIndex> seen = images(count);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].predicted >= 0)
        ++votes[static_cast<std::size_t>(*session_.dataset[seen[i]].label)]
               [static_cast<std::size_t>(rows[i].predicted)];
    const std::vector<int> by_votes = matched_order(votes, outputs_);
    std::uint64_t sorted = 0, voted = 0;
    for (std::size_t k = 0; k < outputs_; ++k) {
      if (k < names_.size()) sorted += votes[k][k];
      if (by_votes[k] >= 0) voted += votes[static_cast<std::size_t>(by_votes[k])][k];
    }
    const auto all = static_cast<double>(rows.size());
    const double by_name = static_cast<double>(sorted) / all, by_vote = static_cast<double>(voted) / all;
    matched = names_.size() < outputs_ || by_vote > by_name + kClearlyBetter;
    p.classes.clear();
    for (std::size_t k = 0; k < outputs_; ++k) {
      const int own = matched ? by_votes[k] : static_cast<int>(k);
      p.classes.push_back(own >= 0 ? names_[static_cast<std::size_t>(own)] : "output_" + std::to_string(k));
    }
    return matched ? by_vote : by_name;
  }

  /// Keeps the alternative with the best accuracy; of those within noise the first.
  void choose(const std::string& what, const Alternatives& alternatives, std::size_t count) {
    found_.accuracy.reset();
    for (const auto& [name, candidate] : alternatives) {
      Preprocessing p = candidate;
      bool matched = false;
      const std::optional<double> accuracy = score(p, matched, count);
      if (!accuracy) return;  // nothing to choose by
      found_.tried.push_back(what + " " + name + ": " + percent(*accuracy));
      if (found_.accuracy && *accuracy < *found_.accuracy + kNoise) continue;
      found_.accuracy = accuracy;
      found_.preprocessing = p;
      found_.matched_classes = matched;
      if (what == "scaling") found_.scaling = name;
    }
  }

  Alternatives scaling_alternatives() const {
    Alternatives list;
    for (const Scaling& scaling : scalings(gray())) {
      Preprocessing p = found_.preprocessing;
      apply(scaling, p);
      list.emplace_back(scaling.name, p);
    }
    return list;
  }

  Alternatives size_alternatives() const {
    Alternatives list;
    for (const Size& size : found_.accepts) {
      if (size.width > kLargestScored && found_.accepts.size() > 1) continue;
      Preprocessing p = found_.preprocessing;
      p.input = size;
      list.emplace_back(std::to_string(size.width), p);
    }
    return list;
  }

  Alternatives resize_alternatives() const {
    Preprocessing crop = found_.preprocessing, bicubic = found_.preprocessing;
    crop.rule = image::ResizeRule::shorter_side;
    crop.shorter_side = crop.input.height * 8 / 7;
    crop.crop = crop.input;
    bicubic.filter = "pillow-bicubic";
    return {{"exact, bilinear", found_.preprocessing},
            {"shorter side " + std::to_string(crop.shorter_side) + ", centre crop", crop},
            {"bicubic", bicubic}};
  }

  const Session& session_;
  const SessionOptions& options_;
  const std::vector<std::string>& names_;
  Found found_;
  std::size_t outputs_ = 0;
  std::string message_;
};

bool sums_to_one(const Observation& row, bool exponentials) {
  double sum = 0.0;
  for (const float score : row.scores) {
    const double value = exponentials ? std::exp(static_cast<double>(score)) : static_cast<double>(score);
    if (!(value >= -1e-6 && value <= 1.0 + 1e-4)) return false;
    sum += value;
  }
  return std::abs(sum - 1.0) < 1e-3;
}

}  // namespace

OutputKind output_kind(const std::vector<Observation>& rows) {
  const auto all = [&](bool exponentials) {
    return std::all_of(rows.begin(), rows.end(),
                       [&](const Observation& row) { return !row.ok() || sums_to_one(row, exponentials); });
  };
  if (all(false)) return OutputKind::probs;
  return all(true) ? OutputKind::log_probs : OutputKind::logits;
}

std::vector<int> matched_order(const std::vector<std::vector<std::uint64_t>>& votes, std::size_t outputs) {
  std::vector<std::tuple<std::uint64_t, std::size_t, std::size_t>> cells;
  for (std::size_t c = 0; c < votes.size(); ++c)
    for (std::size_t k = 0; k < outputs; ++k) cells.emplace_back(votes[c][k], c, k);
  std::stable_sort(cells.begin(), cells.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  std::vector<int> order(outputs, -1);
  std::vector<bool> taken(votes.size(), false);
  for (const auto& [count, c, k] : cells) {
    if (taken[c] || order[k] >= 0) continue;
    taken[c] = true;
    order[k] = static_cast<int>(c);
  }
  return order;
}

Found probe_model(const Session& session, const SessionOptions& options, const std::vector<std::string>& names) {
  return Prober(session, options, names).run();
}

}  // namespace robustcheck::app
