#pragma once

#include <span>
#include <vector>

#include "operators.h"
#include "screen.h"

namespace robustcheck::search {

/// The strongest genes together: as many transforms as a chain holds, every knob that moved anything. serial 0 takes
/// the effects as they are; later ones multiply them by exp(N(0, 0.7)), 1 without transforms, from 3 on with fewer
/// genes.
space::Variance combination(std::span<const Effect> effects, const space::Space& space, std::uint64_t seed,
                            std::size_t serial);

/// A chain of at most this magnitude from the transforms that promise most there (effect x share of their end that the
/// magnitude allows x exp(N(0, 0.7))), each at its end or at the limit. At magnitude 1 as long as a chain may be, below
/// it as often one shorter.
std::vector<space::Step> strong_chain(std::span<const Effect> effects, const space::Space& space,
                                      const Operators& operators, double magnitude, Rng& rng);

/// What may make `base` stronger: each of its transforms mirrored, or dropped where there is no other side, each knob
/// reset; then each other gene added at its screened end, the strongest first. At most `most`.
std::vector<space::Variance> polish_moves(const space::Variance& base, std::span<const Effect> effects,
                                          const Operators& operators, const space::Space& space, std::size_t most);

/// One knob to all of them (every order of magnitude as likely) at the values that moved the output most when alone,
/// with a random factor (Thompson-like).
space::Assignment strong_knobs(std::span<const Effect> effects, Rng& rng);

}  // namespace robustcheck::search
