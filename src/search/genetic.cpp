#include "genetic.h"

#include <algorithm>
#include <cmath>

#include "combine.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kBlocks = 4;     // of kTrialImages: what a promoted variance is tried on at most
constexpr std::size_t kFewImages = 8;  // of the screen
constexpr std::size_t kFirstRows = 4;  // of the screen; doubled every round: a wide space fails at once
constexpr int kEarlyTrials = 3;        // beside the screen
constexpr double kSoftest = 0.3;       // share of its strength that softened data keeps
constexpr std::size_t kCombinations = 8;
constexpr std::size_t kPromotedPerRound = 4;
constexpr std::uint64_t kPromotionPeriod = 8;
constexpr std::size_t kFewestPolishMoves = 8;
constexpr std::uint64_t kPolishShare = 20;  // of the budget

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

}  // namespace

Genetic::Genetic(Problem problem)
    : problem_(std::move(problem)),
      operators_(problem_.space),
      novelty_(problem_.space, operators_),
      tried_(problem_.space),
      population_(problem_.space.catalogue()) {
  choose_images();
  screen_.emplace(problem_, few_.size());
}

void Genetic::choose_images() {
  const std::vector<ImageIndex> ladder = telling_images(problem_.images, kBlocks * kTrialImages);
  const std::size_t blocks = std::max<std::size_t>(1, ladder.size() / kTrialImages);
  for (std::size_t b = 0; b < blocks; ++b) blocks_.push_back(strided(ladder, b, blocks));
  const std::size_t stride = std::max<std::size_t>(1, blocks_.front().size() / kFewImages);
  for (std::size_t i = 0; i < blocks_.front().size(); ++i)
    (i % stride == stride / 2 && few_.size() < kFewImages ? few_ : rest_).push_back(blocks_.front()[i]);
  for (const SearchImage& image : problem_.images) margins_[image.index] = image.margin;
}

std::vector<space::Trial> Genetic::ask(std::size_t evaluations_left) {
  asked_.clear();
  pending_.clear();
  ++round_;
  fill();
  std::size_t cost = 0, count = 0;
  while (count < asked_.size() && cost + asked_[count].images.size() <= evaluations_left)
    cost += asked_[count++].images.size();
  asked_.resize(count);
  pending_.resize(count);
  return asked_;
}

void Genetic::fill() {
  fill_incomplete();
  const std::size_t due = combinations_due();
  if (combined_ < due && uses("combine"))
    fill_combinations(due);
  else if (!screen_->done())
    fill_screen();
  else if (!polish_done_ && uses("polish"))
    fill_polish();
  else if (round_ % kPromotionPeriod == 0 && uses("promote"))
    fill_promotions();
  if (asked_.empty()) fill_children();
}

void Genetic::push(Variance variance, const std::vector<ImageIndex>& images, Pending pending) {
  asked_.push_back({std::move(variance), images});
  pending_.push_back(pending);
}

void Genetic::propose(Variance variance, Purpose purpose) {
  variance = space::repaired(std::move(variance), problem_.space);
  if (tried_.first(variance)) push(std::move(variance), blocks_.front(), {purpose, 0});
}

void Genetic::fill_incomplete() {
  completing_ = std::move(incomplete_);
  incomplete_.clear();
  for (std::size_t i = 0; i < completing_.size(); ++i) push(completing_[i].variance, rest_, {Purpose::complete, i});
}

void Genetic::fill_screen() {
  const std::size_t most = blocks_.front().size() / std::max<std::size_t>(1, few_.size()) * kTrialsPerRound / 2;
  rows_ = screen_->take(std::min(most, kFirstRows << std::min<std::uint64_t>(round_ - 1, 16)));
  if (uses("early") && !problem_.space.transforms.empty()) fill_early();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Variance& alone = screen_->effects()[rows_[i]].alone;
    if (tried_.first(alone)) push(alone, few_, {Purpose::screen, i});
  }
}

/// Until most images break, whole chains under every strongest knob value; then strong knobs on data that breaks some.
void Genetic::fill_early() {
  Rng rng(problem_.seed, "early", round_);
  const bool breaks_most = population_.breaks_most();
  for (int i = 0; i < kEarlyTrials; ++i) {
    const Member* middling = i > 0 ? population_.middling_data(rng) : nullptr;
    Variance both;
    both.data =
        middling ? middling->variance.data : strong_chain(screen_->effects(), problem_.space, operators_, 1.0, rng);
    if (i > 0 && middling == nullptr && breaks_most) operators_.soften(both, rng.uniform(kSoftest, 1.0));
    both.config = breaks_most ? strong_knobs(screen_->effects(), rng)
                              : combination(screen_->effects(), problem_.space, problem_.seed, 0).config;
    propose(both, Purpose::member);
  }
}

/// All of them after the screen; in a large space a third of them after each third of it.
std::size_t Genetic::combinations_due() const {
  if (screen_->done()) return kCombinations;
  if (!screen_->large()) return 0;
  return kCombinations * static_cast<std::size_t>(screen_->progress() * 3.0) / 3;
}

void Genetic::fill_combinations(std::size_t due) {
  for (; combined_ < due; ++combined_)
    propose(combination(screen_->effects(), problem_.space, problem_.seed, combined_), Purpose::member);
}

void Genetic::plan_polish(std::size_t member, std::size_t most) {
  polished_ = member;
  polish_left_ = polish_moves(population_[member].variance, screen_->effects(), operators_, problem_.space, most);
  Rng(problem_.seed, "polish", member).shuffle(polish_left_);
}

void Genetic::fill_polish() {
  const std::size_t affordable = problem_.budget / kPolishShare / kTrialImages;
  if (!polished_ && !population_.empty())
    plan_polish(population_.strongest(), std::max(kFewestPolishMoves, affordable));
  while (asked_.size() < kTrialsPerRound && !polish_left_.empty()) {
    propose(std::move(polish_left_.back()), Purpose::polish);
    polish_left_.pop_back();
  }
  polish_done_ = polish_left_.empty();
}

void Genetic::fill_promotions() {
  for (const std::size_t i : population_.to_promote(blocks_.size(), kPromotedPerRound))
    push(population_[i].variance, blocks_[population_[i].blocks], {Purpose::promote, i});
}

void Genetic::tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) {
  for (std::size_t i = 0; i < trials.size(); ++i) learn(pending_[i], trials[i], verdicts[i]);
}

void Genetic::learn(const Pending& pending, const space::Trial& trial, std::span<const oracle::Verdict> verdicts) {
  switch (pending.purpose) {
    case Purpose::screen:
      return learn_row(rows_[pending.index], trial, verdicts);
    case Purpose::complete:
      return add_completed(completing_[pending.index], trial, verdicts);
    case Purpose::promote:
      return learn_more(population_[pending.index], verdicts);
    case Purpose::member:
      add_member(trial, verdicts);
      return;
    case Purpose::novel: {
      const Member& added = population_[add_member(trial, verdicts)];
      return novelty_.learn(screen_->effects(), trial.variance, added.violation, added.failure_rate());
    }
    case Purpose::polish:
      break;
  }
  const std::size_t added = add_member(trial, verdicts);
  if (population_[added].violation > population_[*polished_].violation && polish_left_.size() > 1)
    plan_polish(added, polish_left_.size());  // what is left of the pass goes on from here
}

void Genetic::learn_row(std::size_t effect, const space::Trial& trial, std::span<const oracle::Verdict> verdicts) {
  const double moved = violation(trial, verdicts);
  screen_->learn(effect, trial.variance, moved);
  if (rest_.empty()) {
    add_member(trial, verdicts);
    return;
  }
  const std::uint64_t failed = violations(verdicts);
  const double needed = std::max(1.0, std::ceil(problem_.failure_limit * static_cast<double>(few_.size())));
  if (static_cast<double>(failed) >= needed) incomplete_.push_back({trial.variance, moved, failed});
}

void Genetic::learn_more(Member& member, std::span<const oracle::Verdict> verdicts) {
  member.blocks += 1;
  member.images += verdicts.size();
  member.failures += violations(verdicts);
}

std::size_t Genetic::add_member(const space::Trial& trial, std::span<const oracle::Verdict> verdicts) {
  Member member;
  member.variance = trial.variance;
  member.images = verdicts.size();
  member.failures = violations(verdicts);
  member.violation = violation(trial, verdicts);
  return population_.add(std::move(member));
}

/// The few images of the screen belong to the same block.
void Genetic::add_completed(const Incomplete& few, const space::Trial& trial,
                            std::span<const oracle::Verdict> verdicts) {
  Member& member = population_[add_member(trial, verdicts)];
  const auto before = static_cast<double>(few_.size()), now = static_cast<double>(verdicts.size());
  member.violation = (member.violation * now + few.violation * before) / (now + before);
  member.images += few_.size();
  member.failures += few.failures;
}

double Genetic::violation(const space::Trial& trial, std::span<const oracle::Verdict> verdicts) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    sum += search::violation(verdicts[i].fitness, margins_.at(trial.images[i]));
  return verdicts.empty() ? 0.0 : sum / static_cast<double>(verdicts.size());
}

std::unique_ptr<Strategy> make_genetic(Problem problem) { return std::make_unique<Genetic>(std::move(problem)); }

}  // namespace robustcheck::search
