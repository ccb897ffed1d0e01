#include "per_image.h"

#include <algorithm>
#include <cmath>

#include "strategies.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kImagesPerAsk = 256;
constexpr std::size_t kNewPerAsk = 64;
constexpr std::size_t kVariancesPerAsk = 64;
constexpr std::size_t kConfigurationsPerAsk = 8;
constexpr std::size_t kFirstImages = 16;  // of a variance that has no verdict yet
constexpr std::uint64_t kTellingShare = 12;
constexpr std::uint64_t kLeastBroken = 2;           // images, by a variance that goes to the telling images
constexpr double kAlike = 0.7;                      // of two variances that one image takes at once
constexpr int kAttempts = 20;                       // to find something for images that met all there is
constexpr double kNearest = 0.02, kFarthest = 0.3;  // shares of the range that a neighbour moves by

}  // namespace

PerImage::PerImage(Problem problem)
    : problem_(std::move(problem)),
      catalogue_(problem_.space.catalogue()),
      operators_(problem_.space),
      similarity_(problem_.space),
      tried_(problem_.space),
      model_(problem_.images),
      telling_(telling_images(problem_.images, kTrialImages)),
      known_(ImageModel::kSlots) {
  for (const SearchImage& image : problem_.images) {
    position_[image.index] = images_.size();
    images_.push_back({image.index});
  }
}

std::string PerImage::key_of(const Variance& variance) const { return space::to_json(variance, catalogue_).dump(); }

std::size_t PerImage::add(const Variance& variance) {
  const std::size_t slot = model_.add(similarity_.coordinates(variance));
  known_[slot] = Known{variance,
                       0,
                       round_,
                       false,
                       false,
                       std::vector<bool>(images_.size(), false),
                       std::vector<bool>(images_.size(), false)};
  slot_of_[key_of(variance)] = slot;
  return slot;
}

std::size_t PerImage::slot_of(const Variance& variance) {
  const auto found = slot_of_.find(key_of(variance));
  if (found != slot_of_.end()) return found->second;
  if (model_.full()) make_room();
  return add(variance);
}

std::vector<std::size_t> PerImage::slots() const {
  std::vector<std::size_t> result;
  for (std::size_t slot = 0; slot < known_.size(); ++slot)
    if (known_[slot]) result.push_back(slot);
  return result;
}

void PerImage::forget(std::size_t slot) {
  slot_of_.erase(key_of(known_[slot]->variance));
  known_[slot].reset();
  model_.release(slot);
}

/// Forgets an eighth: what broke least, the oldest first.
void PerImage::make_room() {
  std::vector<std::size_t> order = slots();
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return known_[a]->broken != known_[b]->broken ? known_[a]->broken < known_[b]->broken
                                                  : known_[a]->born < known_[b]->born;
  });
  order.resize(ImageModel::kSlots / 8);
  for (const std::size_t slot : order) forget(slot);
}

void PerImage::forget_unchosen() {
  for (const std::size_t slot : slots())
    if (!known_[slot]->tried) forget(slot);
}

Variance PerImage::near(const Variance& variance, Rng& rng) const {
  if (variance.data.empty() || rng.chance(0.2)) return operators_.child(variance, variance, rng);
  Variance result = variance;
  const double share = kNearest * std::pow(kFarthest / kNearest, rng.uniform());
  for (space::Step& step : result.data) {
    const space::TransformGene& gene = *problem_.space.find_transform(step.transform);
    for (std::size_t i = 0; i < gene.ranges.size(); ++i)
      step.values[i] += rng.normal() * share * (gene.ranges[i].high - gene.ranges[i].low);
  }
  return result;
}

std::size_t PerImage::parent(const std::vector<std::size_t>& tried, Rng& rng) const {
  const std::size_t a = tried[rng.below(tried.size())], b = tried[rng.below(tried.size())];
  if (known_[a]->broken != known_[b]->broken) return known_[a]->broken > known_[b]->broken ? a : b;
  return model_.effect(a) >= model_.effect(b) ? a : b;
}

Variance PerImage::proposal(Rng& rng) const {
  std::vector<std::size_t> tried = slots();
  std::erase_if(tried, [&](std::size_t slot) { return !known_[slot]->tried; });
  const double kind = rng.uniform();
  if (tried.empty() || kind < 0.25) return operators_.fresh(rng);
  if (kind < 0.5) {
    const std::size_t partner = parent(tried, rng);
    return operators_.child(known_[parent(tried, rng)]->variance, known_[partner]->variance, rng);
  }
  const std::size_t image = rng.below(images_.size());
  const std::size_t nearest = model_.nearest(image);
  if (images_[image].broken || nearest == kNone) return near(known_[parent(tried, rng)]->variance, rng);
  return near(known_[nearest]->variance, rng);
}

void PerImage::add_new(Rng& rng) {
  std::size_t added = 0;
  for (int failed = 0; added < kNewPerAsk && failed < kPatience;) {
    const Variance variance = space::repaired(proposal(rng), problem_.space);
    if (slot_of_.contains(key_of(variance)) || !tried_.unseen(variance)) {
      ++failed;
      continue;
    }
    add(variance);
    ++added;
  }
}

/// Positions of unbroken images that met fewest variances, in random order.
std::vector<std::size_t> PerImage::waiting(Rng& rng, std::size_t most) {
  std::uint64_t turn = UINT64_MAX;
  for (const Image& image : images_)
    if (!image.broken && !image.spent) turn = std::min(turn, image.turns);
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < images_.size(); ++i)
    if (!images_[i].broken && !images_[i].spent && images_[i].turns == turn) result.push_back(i);
  rng.shuffle(result);
  result.resize(std::min({result.size(), kImagesPerAsk, most}));
  return result;
}

/// Too many images take it before its first verdict, or the image takes one like it.
bool PerImage::too_much(std::size_t slot, std::size_t image, const Choices& chosen) const {
  const auto takers = chosen.by_slot.find(slot);
  if (!known_[slot]->tried && takers != chosen.by_slot.end() && takers->second >= kFirstImages) return true;
  const auto own = chosen.by_image.find(image);
  return own != chosen.by_image.end() &&
         std::ranges::any_of(own->second, [&](std::size_t other) { return model_.similarity(slot, other) > kAlike; });
}

std::size_t PerImage::best_for(std::size_t image, const std::vector<std::size_t>& allowed,
                               const Choices& chosen) const {
  std::size_t best = kNone;
  double best_score = 0.0;
  for (const std::size_t slot : allowed) {
    if (known_[slot]->met[image] || too_much(slot, image, chosen)) continue;
    const double score = model_.score(image, slot);
    if (best != kNone && score <= best_score) continue;
    best = slot;
    best_score = score;
  }
  return best;
}

PerImage::Choices PerImage::best_of(const std::vector<std::size_t>& allowed, const std::vector<std::size_t>& images,
                                    std::size_t each) const {
  Choices chosen;
  for (std::size_t pass = 0; pass < each; ++pass) {
    for (const std::size_t image : images) {
      const std::size_t slot = best_for(image, allowed, chosen);
      if (slot == kNone) continue;
      chosen.all.push_back({image, slot});
      ++chosen.by_slot[slot];
      chosen.by_image[image].push_back(slot);
    }
  }
  return chosen;
}

/// The variances that most images take, of few configurations.
std::vector<std::size_t> PerImage::kept(const std::vector<Choice>& choices) const {
  std::map<std::size_t, std::size_t> takers;
  std::map<space::Assignment, std::size_t> by_config;
  for (const Choice& choice : choices) {
    ++takers[choice.slot];
    ++by_config[known_[choice.slot]->variance.config];
  }
  std::vector<std::pair<std::size_t, space::Assignment>> configs;
  for (const auto& [config, count] : by_config) configs.push_back({count, config});
  std::ranges::stable_sort(configs, [](const auto& a, const auto& b) { return a.first > b.first; });
  configs.resize(std::min(configs.size(), kConfigurationsPerAsk));
  std::vector<std::size_t> result;
  for (const auto& [slot, count] : takers)
    if (std::ranges::any_of(configs, [&](const auto& one) { return one.second == known_[slot]->variance.config; }))
      result.push_back(slot);
  std::ranges::stable_sort(result, [&](std::size_t a, std::size_t b) { return takers[a] > takers[b]; });
  result.resize(std::min(result.size(), kVariancesPerAsk));
  return result;
}

std::vector<PerImage::Choice> PerImage::choose(const std::vector<std::size_t>& images, std::size_t each) {
  model_.fit();
  return best_of(kept(best_of(slots(), images, each).all), images, each).all;
}

/// The variance that broke most images, of a kind of failure that the telling images have not met if there is one.
std::size_t PerImage::due_for_telling(std::size_t evaluations_left) const {
  const bool last = std::ranges::all_of(images_, [](const Image& image) { return image.broken || image.spent; });
  const std::uint64_t allowed = (last ? problem_.budget : spent_) / kTellingShare;
  if (telling_.size() > evaluations_left || spent_telling_ + telling_.size() > allowed) return kNone;
  std::set<std::string> told;
  for (const auto& known : known_)
    if (known && known->told) told.insert(space::signature("", known->variance));
  std::size_t best = kNone;
  bool best_is_new = false;
  for (const std::size_t slot : slots()) {
    if (known_[slot]->told || known_[slot]->broken < kLeastBroken) continue;
    const bool is_new = !told.contains(space::signature("", known_[slot]->variance));
    const bool better = best == kNone || (is_new != best_is_new ? is_new : known_[slot]->broken > known_[best]->broken);
    if (!better) continue;
    best = slot;
    best_is_new = is_new;
  }
  return best;
}

std::vector<space::Trial> PerImage::ask(std::size_t evaluations_left) {
  asked_.clear();
  if (const std::size_t slot = due_for_telling(evaluations_left); slot != kNone) {
    known_[slot]->told = true;
    spent_telling_ += telling_.size();
    asked_.push_back({known_[slot]->variance, telling_});
    return asked_;
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Rng rng(problem_.seed, "per_image", round_++);
    const std::vector<std::size_t> images = waiting(rng, evaluations_left);
    if (images.empty()) break;
    while (ImageModel::kSlots - slots().size() < kNewPerAsk) make_room();
    add_new(rng);
    std::map<std::size_t, std::size_t> trial_of;
    const std::size_t each = std::max<std::size_t>(1, std::min(kTrialImages, evaluations_left) / images.size());
    for (const Choice& choice : choose(images, each)) {
      const auto [found, is_new] = trial_of.try_emplace(choice.slot, asked_.size());
      if (is_new) asked_.push_back({known_[choice.slot]->variance, {}});
      asked_[found->second].images.push_back(images_[choice.image].index);
      known_[choice.slot]->met[choice.image] = true;
      known_[choice.slot]->tried = true;
      tried_.first(known_[choice.slot]->variance);
    }
    forget_unchosen();
    if (!asked_.empty()) return asked_;
    if (attempt + 1 == kAttempts) {
      for (const std::size_t image : images) images_[image].spent = true;
      attempt = -1;
    }
  }
  return asked_;
}

void PerImage::tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) {
  for (std::size_t t = 0; t < trials.size(); ++t) {
    const auto ran = [](const oracle::Verdict& verdict) { return verdict.violated || verdict.fitness > -1.0; };
    for (const ImageIndex image : trials[t].images) ++images_[position_.at(image)].turns;
    if (std::ranges::none_of(verdicts[t], ran)) continue;
    const std::size_t slot = slot_of(trials[t].variance);
    Known& known = *known_[slot];
    known.tried = true;
    spent_ += trials[t].images.size();
    for (std::size_t i = 0; i < verdicts[t].size(); ++i) {
      const std::size_t position = position_.at(trials[t].images[i]);
      Image& image = images_[position];
      known.met[position] = true;
      if (!ran(verdicts[t][i])) continue;
      if (!known.observed[position]) model_.observe(position, slot, verdicts[t][i].fitness);
      known.observed[position] = true;
      if (!verdicts[t][i].violated || image.broken) continue;
      image.broken = true;
      model_.leave(position);
      ++known.broken;
    }
  }
}

std::unique_ptr<Strategy> make_per_image(Problem problem) { return std::make_unique<PerImage>(std::move(problem)); }

}  // namespace robustcheck::search
