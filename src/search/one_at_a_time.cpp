#include <limits>

#include "fill_round.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

/// Shares of a side's range, the ends first.
constexpr double kShares[] = {1.0, 0.5, 0.75, 0.25, 0.875, 0.625, 0.375, 0.125};

class OneAtATime : public Strategy {
 public:
  explicit OneAtATime(Problem problem)
      : problem_(std::move(problem)), tried_(problem_.space), images_(telling_images(problem_.images, kTrialImages)) {
    Rng rng(problem_.seed, "one_at_a_time");
    for (const double share : kShares) {
      std::vector<space::Variance> pass = at(share, rng);
      if (share == kShares[0]) add_knobs(pass);
      rng.shuffle(pass);
      points_.insert(points_.end(), pass.begin(), pass.end());
    }
  }

  std::vector<space::Trial> ask(std::size_t evaluations_left) override {
    const auto next = [&]() -> std::optional<space::Variance> {
      if (next_ == points_.size()) return std::nullopt;
      return points_[next_++];
    };
    return fill_round(next, problem_.space, tried_, images_, evaluations_left, std::numeric_limits<int>::max());
  }

  void tell(std::span<const space::Trial>, std::span<const std::vector<oracle::Verdict>>) override {}

 private:
  std::vector<space::Variance> at(double share, Rng& rng) const {
    std::vector<space::Variance> pass;
    for (const space::TransformGene& gene : problem_.space.transforms)
      for (const int side : {-1, 1})
        if (space::has_side(gene, side)) pass.push_back({{space::step_at(gene, side * share, rng)}, {}, 0});
    return pass;
  }

  void add_knobs(std::vector<space::Variance>& pass) const {
    for (const space::KnobGene& gene : problem_.space.knobs)
      for (const std::string& value : gene.values) pass.push_back({{}, {{gene.info.name, value}}, 0});
  }

  Problem problem_;
  Tried tried_;
  std::vector<ImageIndex> images_;
  std::vector<space::Variance> points_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_one_at_a_time(Problem problem) {
  return std::make_unique<OneAtATime>(std::move(problem));
}

}  // namespace robustcheck::search
