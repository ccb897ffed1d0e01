#include "genetic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "robustcheck/base/proportion.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kBlocks = 4;     // of kTrialImages: what a promoted variance is tried on at most
constexpr std::size_t kFewImages = 8;  // of the screen
constexpr std::size_t kCombinations = 8;
constexpr std::size_t kLargeScreen = 60;  // above it, combine after every third
constexpr std::size_t kPromotedPerRound = 4;
constexpr std::uint64_t kPromotionPeriod = 4;
constexpr std::uint64_t kPairPeriod = 2;
constexpr std::size_t kPairParents = 10;  // pairs with the largest excess
constexpr double kExplore = 0.8;
constexpr double kLeastMargin = 0.05;  // an image at the boundary already says little about a gene
constexpr double kWeights[] = {0.0, 0.5, 1.0, 2.0};

/// Every `step`-th of `images` from `first` on.
std::vector<ImageIndex> strided(const std::vector<ImageIndex>& images, std::size_t first, std::size_t step) {
  std::vector<ImageIndex> chosen;
  for (std::size_t i = first; i < images.size(); i += step) chosen.push_back(images[i]);
  return chosen;
}

std::uint64_t violations(std::span<const oracle::Verdict> verdicts) {
  return static_cast<std::uint64_t>(
      std::count_if(verdicts.begin(), verdicts.end(), [](const oracle::Verdict& v) { return v.violated; }));
}

std::string strongest_gene(const Variance& variance, const space::Catalogue& catalogue) {
  std::string strongest = "configuration";
  double largest = 0.0;
  for (const space::Step& step : variance.data) {
    const double magnitude = space::magnitude({{step}, {}, 0}, catalogue);
    if (magnitude > largest) {
      largest = magnitude;
      strongest = step.transform;
    }
  }
  return strongest;
}

Variance joined(const Variance& a, const Variance& b) {
  Variance result = a;
  result.data.insert(result.data.end(), b.data.begin(), b.data.end());
  for (const auto& [knob, value] : b.config) result.config[knob] = value;
  return result;
}

}  // namespace

Genetic::Genetic(Problem problem)
    : problem_(std::move(problem)),
      catalogue_(problem_.space.catalogue()),
      operators_(problem_.space),
      tried_(problem_.space) {
  const std::vector<ImageIndex> ladder = telling_images(problem_.images, kBlocks * kTrialImages);
  const std::size_t blocks = std::max<std::size_t>(1, ladder.size() / kTrialImages);
  for (std::size_t b = 0; b < blocks; ++b) blocks_.push_back(strided(ladder, b, blocks));
  const std::size_t stride = std::max<std::size_t>(1, blocks_.front().size() / kFewImages);
  for (std::size_t i = 0; i < blocks_.front().size(); ++i)
    (i % stride == stride / 2 && few_.size() < kFewImages ? few_ : rest_).push_back(blocks_.front()[i]);
  for (const SearchImage& image : problem_.images) margins_[image.index] = std::max(kLeastMargin, image.margin);
  plan_screen();
}

void Genetic::plan_screen() {
  Rng rng(problem_.seed, "screen");
  std::size_t index = 0;
  for (const space::TransformGene& gene : problem_.space.transforms) {
    for (const int side : {-1, 1})
      if (space::has_side(gene, side)) effects_.push_back({index, {{space::step_at(gene, side, rng)}, {}, 0}});
    ++index;
  }
  rng.shuffle(effects_);
  std::vector<Effect> knobs;
  for (const space::KnobGene& gene : problem_.space.knobs) {
    for (const std::string& value : gene.values) {
      Variance alone = space::repaired({{}, {{gene.info.name, value}}, 0}, problem_.space);
      if (!alone.config.empty()) knobs.push_back({index, std::move(alone)});
    }
    ++index;
  }
  rng.shuffle(knobs);
  effects_.insert(effects_.end(), knobs.begin(), knobs.end());
  if (effects_.size() > kLargeScreen) rng.shuffle(effects_);  // early combinations need both sides
}

std::vector<space::Trial> Genetic::ask(std::size_t evaluations_left) {
  asked_.clear();
  pending_.clear();
  ++round_;
  for (const auto& [variance, effect] : to_complete_) {
    asked_.push_back({variance, rest_});
    pending_.push_back({Purpose::complete, effect});
  }
  to_complete_.clear();
  const std::size_t due = combinations_due();
  if (combined_ < due)
    fill_combinations(due);
  else if (screened_ < effects_.size())
    fill_screen();
  else if (!polish_done_)
    fill_polish();
  else if (round_ % kPromotionPeriod == 0)
    fill_promotions();
  else if (round_ % kPairPeriod == 0 && !problem_.space.transforms.empty() && !problem_.space.knobs.empty())
    fill_pairs();
  if (asked_.empty()) fill_children();
  std::size_t cost = 0, count = 0;
  while (count < asked_.size() && cost + asked_[count].images.size() <= evaluations_left)
    cost += asked_[count++].images.size();
  asked_.resize(count);
  pending_.resize(count);
  return asked_;
}

/// All of them after the screen; in a large space a third of them after each third of it.
std::size_t Genetic::combinations_due() const {
  if (screened_ == effects_.size()) return kCombinations;
  const std::size_t thirds = effects_.size() > kLargeScreen ? 3 : 1;
  return kCombinations * (screened_ * thirds / effects_.size()) / thirds;
}

void Genetic::propose(Variance variance, Purpose purpose) {
  variance = space::repaired(std::move(variance), problem_.space);
  if (!tried_.first(variance)) return;
  asked_.push_back({std::move(variance), blocks_.front()});
  pending_.push_back({purpose, 0});
}

void Genetic::fill_screen() {
  const std::size_t count = std::max<std::size_t>(
      kTrialsPerRound, blocks_.front().size() / std::max<std::size_t>(1, few_.size()) * kTrialsPerRound / 2);
  for (std::size_t i = 0; i < count && screened_ < effects_.size(); ++i, ++screened_) {
    tried_.first(effects_[screened_].alone);
    asked_.push_back({effects_[screened_].alone, few_});
    pending_.push_back({Purpose::screen, screened_});
  }
}

void Genetic::fill_combinations(std::size_t due) {
  while (combined_ < due) propose(combination(combined_++), Purpose::member);
}

Variance Genetic::combination(std::size_t serial) {
  Rng rng(problem_.seed, "combine", serial);
  std::vector<std::pair<double, const Effect*>> order;
  for (std::size_t i = 0; i < screened_; ++i)
    order.emplace_back(effects_[i].violation * (serial == 0 ? 1.0 : std::exp(0.7 * rng.normal())), &effects_[i]);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t genes = problem_.space.transforms.size() + problem_.space.knobs.size();
  const std::size_t most = serial < 3 ? genes : 2 + rng.below(std::max<std::size_t>(1, genes - 1));
  std::vector<std::uint8_t> used(genes, 0);
  Variance variance;
  std::size_t taken = 0;
  for (const auto& [effect, gene] : order) {
    const bool full = !gene->alone.data.empty() && variance.data.size() == problem_.space.max_transforms;
    if (effect <= 0.0 || taken == most || full || used[gene->gene] != 0) continue;
    used[gene->gene] = 1;
    variance = joined(variance, gene->alone);
    ++taken;
  }
  return variance;
}

std::vector<Variance> Genetic::polish_moves() {
  const Variance& base = members_[*polished_].variance;
  std::vector<Variance> moves;
  for (std::size_t i = 0; i < base.data.size(); ++i) {
    Variance mirrored = base;
    if (!operators_.mirror(mirrored.data[i]))
      mirrored.data.erase(mirrored.data.begin() + static_cast<std::ptrdiff_t>(i));
    moves.push_back(std::move(mirrored));
  }
  const auto active = [&](const Effect& effect) {
    return std::any_of(base.data.begin(), base.data.end(),
                       [&](const space::Step& step) { return step.transform == effect.alone.data.front().transform; });
  };
  for (const Effect& effect : effects_) {
    Variance changed = base;
    if (effect.alone.data.empty()) {
      const auto& [knob, value] = *effect.alone.config.begin();
      if (changed.config.contains(knob) && changed.config[knob] == value)
        changed.config.erase(knob);
      else
        changed.config[knob] = value;
    } else {
      if (active(effect)) continue;
      if (changed.data.size() == problem_.space.max_transforms) changed.data.pop_back();
      changed = joined(changed, effect.alone);
    }
    moves.push_back(std::move(changed));
  }
  return moves;
}

void Genetic::fill_polish() {
  if (members_.empty()) {
    polish_done_ = true;
    return;
  }
  if (!polished_) {
    const auto best = std::max_element(members_.begin(), members_.end(),
                                       [](const Member& a, const Member& b) { return a.violation < b.violation; });
    polished_ = static_cast<std::size_t>(best - members_.begin());
    polish_left_ = polish_moves();
    Rng(problem_.seed, "polish").shuffle(polish_left_);
  }
  while (asked_.size() < kTrialsPerRound && !polish_left_.empty()) {
    propose(std::move(polish_left_.back()), Purpose::polish);
    polish_left_.pop_back();
  }
  polish_done_ = polish_left_.empty();
}

void Genetic::fill_promotions() {
  std::map<std::string, std::size_t> best;  // by set of genes
  const auto worth = [&](std::size_t i) {
    return severity(members_[i].failures, members_[i].images, members_[i].magnitude);
  };
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto [found, added] = best.emplace(members_[i].set_cell, i);
    if (!added && worth(i) > worth(found->second)) found->second = i;
  }
  std::vector<std::size_t> order;
  for (const auto& [cell, member] : best)
    if (members_[member].blocks < blocks_.size() && members_[member].failures > 0) order.push_back(member);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
  order.resize(std::min(order.size(), kPromotedPerRound));
  for (const std::size_t i : order) {
    asked_.push_back({members_[i].variance, blocks_[members_[i].blocks]});
    pending_.push_back({Purpose::promote, i});
  }
}

const Genetic::Member& Genetic::choose_parent(Rng& rng) {
  if (rng.chance(kExplore)) {
    const auto& cells = round_ % 2 == 1 ? set_cells_ : gene_cells_;
    const auto& cell = std::next(cells.begin(), static_cast<std::ptrdiff_t>(rng.below(cells.size())))->second;
    return members_[cell[rng.below(cell.size())]];
  }
  const double weight = kWeights[rng.below(std::size(kWeights))];
  const auto score = [&](std::size_t i) { return members_[i].violation - weight * members_[i].magnitude; };
  const auto rank = static_cast<std::size_t>(-3.0 * std::log(1.0 - rng.uniform()));
  std::vector<std::size_t> order(members_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto nth = order.begin() + static_cast<std::ptrdiff_t>(std::min(rank, order.size() - 1));
  std::nth_element(order.begin(), nth, order.end(),
                   [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  return members_[*nth];
}

void Genetic::fill_children() {
  Rng rng(problem_.seed, "evolve", round_);
  for (int attempts = 0; asked_.size() < kTrialsPerRound && attempts < kPatience; ++attempts) {
    if (members_.empty()) {
      propose(operators_.fresh(rng), Purpose::member);
      continue;
    }
    const Member& partner = choose_parent(rng);  // one draw per statement: C++ leaves the order of arguments open
    const Member& parent = choose_parent(rng);
    propose(operators_.child(parent.variance, partner.variance, rng), Purpose::member);
  }
}

/// One to three knobs at the values that moved the output most when alone, with a random factor (Thompson-like).
space::Assignment Genetic::strong_knobs(Rng& rng) const {
  std::vector<std::pair<double, const Effect*>> order;
  for (const Effect& effect : effects_)
    if (effect.alone.data.empty()) order.emplace_back(effect.violation * std::exp(rng.normal()), &effect);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  space::Assignment config;
  const std::size_t count = 1 + rng.below(3);
  for (const auto& [strength, effect] : order)
    if (config.size() < count) config.insert(*effect->alone.config.begin());
  return config;
}

const Genetic::Member& Genetic::choose_pair_parent(Rng& rng) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (members_[i].excess.value_or(0.0) > 0.0) order.push_back(i);
  if (order.empty() || rng.chance(0.3)) return choose_parent(rng);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return *members_[a].excess > *members_[b].excess; });
  return members_[order[rng.below(std::min(order.size(), kPairParents))]];
}

void Genetic::propose_pair(const Variance& variance, Rng& rng) {
  Variance together = space::repaired(variance, problem_.space);
  if (together.config.empty()) together.config = strong_knobs(rng);
  if (together.data.empty() || !tried_.first(together)) return;
  Variance alone = space::data_only(together);
  if (tried_.first(alone)) {
    asked_.push_back({std::move(alone), blocks_.front()});
    pending_.push_back({Purpose::member, 0});
  }
  asked_.push_back({std::move(together), blocks_.front()});
  pending_.push_back({Purpose::together, 0});
}

void Genetic::fill_pairs() {
  Rng rng(problem_.seed, "pairs", round_);
  for (int attempts = 0; asked_.size() < kTrialsPerRound && attempts < kPatience; ++attempts) {
    const Member& parent = choose_pair_parent(rng);
    Variance child = parent.variance;
    if (!parent.excess || rng.chance(0.3)) child.config = strong_knobs(rng);
    const Variance changed = operators_.child(child, choose_parent(rng).variance, rng);
    child.data = changed.data;
    if (parent.excess && rng.chance(0.3)) child.config = changed.config;
    propose_pair(child, rng);
  }
}

void Genetic::tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) {
  for (std::size_t i = 0; i < trials.size(); ++i) learn(pending_[i], trials[i], verdicts[i]);
}

void Genetic::learn(const Pending& pending, const space::Trial& trial, std::span<const oracle::Verdict> verdicts) {
  const std::uint64_t failed = violations(verdicts);
  if (pending.purpose == Purpose::screen) {
    effects_[pending.index].violation = violation(trial, verdicts);
    effects_[pending.index].failures = failed;
    const double needed = std::max(1.0, std::ceil(problem_.failure_limit * static_cast<double>(few_.size())));
    if (static_cast<double>(failed) >= needed && !rest_.empty())
      to_complete_.emplace_back(trial.variance, pending.index);
    if (rest_.empty()) add_member(trial, verdicts, nullptr);
    return;
  }
  if (pending.purpose == Purpose::promote) {
    Member& member = members_[pending.index];
    member.blocks += 1;
    member.images += verdicts.size();
    member.failures += failed;
    return;
  }
  add_member(trial, verdicts, pending.purpose == Purpose::complete ? &effects_[pending.index] : nullptr);
  const std::size_t added = members_.size() - 1;
  note_excess(members_[added], pending.purpose);
  if (pending.purpose == Purpose::polish && members_[added].violation > members_[*polished_].violation &&
      polish_left_.size() > 1) {
    polished_ = added;  // what is left of the pass goes on from here
    std::vector<Variance> moves = polish_moves();
    Rng(problem_.seed, "polish", added).shuffle(moves);
    moves.resize(std::min(moves.size(), polish_left_.size()));
    polish_left_ = std::move(moves);
  }
}

/// Data alone is remembered; what adds a configuration to it is compared with it.
void Genetic::note_excess(Member& member, Purpose purpose) {
  const std::string key = space::to_json(space::data_only(member.variance), catalogue_).dump();
  if (member.variance.config.empty()) data_failures_[key] = member.failures;
  const auto alone = data_failures_.find(key);
  if (purpose != Purpose::together || alone == data_failures_.end()) return;
  member.excess =
      (static_cast<double>(member.failures) - static_cast<double>(alone->second)) / static_cast<double>(member.images);
}

void Genetic::add_member(const space::Trial& trial, std::span<const oracle::Verdict> verdicts, const Effect* screened) {
  Member member;
  member.variance = trial.variance;
  member.magnitude = space::magnitude(trial.variance, catalogue_);
  member.images = verdicts.size();
  member.failures = violations(verdicts);
  member.violation = violation(trial, verdicts);
  if (screened != nullptr) {  // the few images of the screen belong to the same block
    const auto few = static_cast<double>(few_.size()), now = static_cast<double>(verdicts.size());
    member.violation = (member.violation * now + screened->violation * few) / (now + few);
    member.images += few_.size();
    member.failures += screened->failures;
  }
  member.set_cell = space::signature("", trial.variance);
  member.gene_cell = strongest_gene(trial.variance, catalogue_);
  set_cells_[member.set_cell].push_back(members_.size());
  gene_cells_[member.gene_cell].push_back(members_.size());
  members_.push_back(std::move(member));
}

double Genetic::violation(const space::Trial& trial, std::span<const oracle::Verdict> verdicts) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    sum += std::clamp(1.0 + verdicts[i].fitness / margins_.at(trial.images[i]), 0.0, 2.0);
  return verdicts.empty() ? 0.0 : sum / static_cast<double>(verdicts.size());
}

std::unique_ptr<Strategy> make_genetic(Problem problem) { return std::make_unique<Genetic>(std::move(problem)); }

}  // namespace robustcheck::search
