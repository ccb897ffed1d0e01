#include "fill_round.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

class Random : public Strategy {
 public:
  explicit Random(Problem problem)
      : problem_(std::move(problem)), tried_(problem_.space), images_(telling_images(problem_.images, kTrialImages)) {}

  std::vector<space::Trial> ask(std::size_t evaluations_left) override {
    Rng rng(problem_.seed, "random", round_++);
    return fill_round([&] { return draw(rng); }, problem_.space, tried_, images_, evaluations_left, kPatience);
  }

  void tell(std::span<const space::Trial>, std::span<const std::vector<oracle::Verdict>>) override {}

 private:
  space::Variance draw(Rng& rng) const {
    space::Variance variance;
    std::vector<space::TransformGene> genes = problem_.space.transforms;
    rng.shuffle(genes);
    genes.resize(std::min(genes.size(), rng.below(problem_.space.max_transforms + 1)));
    for (const space::TransformGene& gene : genes) variance.data.push_back(space::random_step(gene, rng));
    for (const space::KnobGene& gene : problem_.space.knobs)
      if (rng.chance(0.5)) variance.config[gene.info.name] = gene.values[rng.below(gene.values.size())];
    return variance;
  }

  Problem problem_;
  Tried tried_;
  std::vector<ImageIndex> images_;
  std::uint64_t round_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_random(Problem problem) { return std::make_unique<Random>(std::move(problem)); }

}  // namespace robustcheck::search
