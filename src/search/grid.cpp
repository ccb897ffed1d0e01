#include <algorithm>
#include <limits>
#include <numeric>

#include "fill_round.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

/// One gene at one level: a step, or a knob value.
struct Level {
  std::size_t gene = 0;
  space::Variance alone;
};

class Grid : public Strategy {
 public:
  explicit Grid(Problem problem)
      : problem_(std::move(problem)), tried_(problem_.space), images_(telling_images(problem_.images, kTrialImages)) {
    Rng rng(problem_.seed, "grid");
    add_levels(rng);
    std::size_t length = 0;
    for (std::size_t order = 1; order <= 3 && length * images_.size() < problem_.budget; ++order)
      length = add_combinations(order, rng);
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
  void add_levels(Rng& rng) {
    std::size_t gene_index = 0;
    for (const space::TransformGene& gene : problem_.space.transforms) {
      for (const double share : {-1.0, -0.5, 0.5, 1.0})
        if (space::has_side(gene, share < 0 ? -1 : 1))
          levels_.push_back({gene_index, {{space::step_at(gene, share, rng)}, {}, 0}});
      ++gene_index;
    }
    for (const space::KnobGene& gene : problem_.space.knobs) {
      for (const std::string& value : gene.values) levels_.push_back({gene_index, {{}, {{gene.info.name, value}}, 0}});
      ++gene_index;
    }
  }

  /// Every combination of `order` levels of different genes, shuffled; at most as many as the budget pays for.
  std::size_t add_combinations(std::size_t order, Rng& rng) {
    std::vector<space::Variance> points;
    extend({}, 0, 0, order, points);
    rng.shuffle(points);
    points_.insert(points_.end(), points.begin(), points.end());
    return points_.size();
  }

  void extend(const space::Variance& base, std::size_t first, std::size_t next_gene, std::size_t left,
              std::vector<space::Variance>& points) const {
    if (left == 0) {
      points.push_back(base);
      return;
    }
    for (std::size_t i = first; i < levels_.size(); ++i) {
      if (levels_[i].gene < next_gene) continue;
      space::Variance larger = base;
      larger.data.insert(larger.data.end(), levels_[i].alone.data.begin(), levels_[i].alone.data.end());
      larger.config.insert(levels_[i].alone.config.begin(), levels_[i].alone.config.end());
      extend(larger, i + 1, levels_[i].gene + 1, left - 1, points);
    }
  }

  Problem problem_;
  Tried tried_;
  std::vector<ImageIndex> images_;
  std::vector<Level> levels_;
  std::vector<space::Variance> points_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_grid(Problem problem) { return std::make_unique<Grid>(std::move(problem)); }

}  // namespace robustcheck::search
