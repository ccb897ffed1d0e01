#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/saver.h"
#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// The pictures of one example, which are still to be made.
struct ExamplePictures {
  std::string name;  ///< of the case, without its ending: "cases/<id>-<k>"
  space::Variance variance;
  ImageIndex image = 0;
};

/// Gives each counterexample up to three example images, worst first, and writes a case for each; one that cannot be
/// written is no example. An image is observed as replay does it; one that fails only in its old batch (last bits) is
/// no example. Adds its evaluations to `evaluations` as it goes. A run that is not `complete` writes one example each:
/// somebody waits.
std::vector<ExamplePictures> write_examples(ConfirmOutcome& confirmed, Session& session, const Bench& bench,
                                            RunDirectory& directory, bool complete, std::uint64_t& evaluations,
                                            Saver& save);

/// <name>.png, the perturbed image at its own size, and what example_pictures.h tells.
void write_pictures(const std::vector<ExamplePictures>& examples, Session& session, RunDirectory& directory,
                    Saver& save);

}  // namespace robustcheck::app
