#include "fill_round.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

constexpr double kActive = 0.4;

class SparseRandom : public Strategy {
 public:
  explicit SparseRandom(Problem problem)
      : problem_(std::move(problem)), tried_(problem_.space), images_(telling_images(problem_.images, kTrialImages)) {}

  std::vector<space::Trial> ask(std::size_t evaluations_left) override {
    Rng rng(problem_.seed, "sparse_random", round_++);
    return fill_round([&] { return draw(rng); }, problem_.space, tried_, images_, evaluations_left, kPatience);
  }

  void tell(std::span<const space::Trial>, std::span<const std::vector<oracle::Verdict>>) override {}

 private:
  space::Variance draw(Rng& rng) const {
    space::Variance variance;
    std::vector<space::TransformGene> genes = problem_.space.transforms;
    rng.shuffle(genes);
    genes.resize(std::min(genes.size(), problem_.space.max_transforms));
    for (const space::TransformGene& gene : genes)
      if (rng.chance(kActive)) variance.data.push_back(space::random_step(gene, rng));
    for (const space::KnobGene& gene : problem_.space.knobs)
      if (rng.chance(kActive)) variance.config[gene.info.name] = gene.values[rng.below(gene.values.size())];
    return variance;
  }

  Problem problem_;
  Tried tried_;
  std::vector<ImageIndex> images_;
  std::uint64_t round_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_sparse_random(Problem problem) {
  return std::make_unique<SparseRandom>(std::move(problem));
}

}  // namespace robustcheck::search
