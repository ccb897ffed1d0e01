#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/session.h"
#include "robustcheck/base/dataset.h"
#include "robustcheck/image/preprocessing.h"
#include "robustcheck/oracle/observation.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::app {

/// One (image, variance) pair that `replay` runs again (DESIGN, Contract "A case").
struct Case {
  std::filesystem::path model;
  std::string model_sha256;
  image::Preprocessing preprocessing;
  ImageFile image;
  space::Variance variance;
  std::string oracle;
  oracle::Observation reference;
  oracle::Observation observed;
  std::vector<report::VariantFile> variants{};  ///< that the variance names
  std::vector<ImageFile> calibration{};         ///< where the variance has an int8 network
};

/// Adds the files of `session` that the variance of `one` needs beside model and image.
void add_files(Case& one, const Session& session);

Json to_json(const Case& one);
/// Throws Error{usage} that names the place.
Case read_case(const std::filesystem::path& path);

/// True when both have the same status and bit-equal scores (NaN equals NaN: JSON has one null for both).
bool same_scores(const oracle::Observation& a, const oracle::Observation& b);

/// Gives the case's class the index that it has among `classes`, those of another model. Throws Error{input} where that
/// model does not know it; `place` names the case.
void translate_label(Case& one, const std::vector<std::string>& classes, const std::string& place);

}  // namespace robustcheck::app
