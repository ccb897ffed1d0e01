#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "robustcheck/space/catalogue.h"
#include "robustcheck/space/space.h"

namespace robustcheck::app {

/// A variance that somebody else proposes to be tested.
struct Proposed {
  std::string oracle;  ///< numeric or crash, where a report says so; empty: the one that guides the run
  space::Variance variance;
};

/// What --candidates names.
struct CandidatesFile {
  std::vector<Proposed> proposed;  ///< each once, in the order of the file
  std::string guide;               ///< the guiding oracle of a report; empty: the file holds variances only
  std::string sha256;
};

/// Variances as JSON lines or as a list, or a report.json (or its run directory): its counterexamples and kinds.
/// Throws Error{usage} that names file, line and value: no variance, the reference itself, nothing at all.
CandidatesFile read_candidates(const std::filesystem::path& path, const space::Catalogue& catalogue);

/// What the proposed variances are made of: their transforms over the registered ranges, their knob values.
space::Space space_of(const CandidatesFile& file, const space::Catalogue& catalogue, const space::Validity& validity);

}  // namespace robustcheck::app
