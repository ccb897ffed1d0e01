#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "robustcheck/app/options.h"
#include "robustcheck/base/dataset.h"
#include "robustcheck/eval/pool_set.h"
#include "robustcheck/eval/process_evaluator.h"
#include "robustcheck/image/preprocessing.h"
#include "robustcheck/report/report.h"
#include "robustcheck/space/catalogue.h"

namespace robustcheck::app {

/// A model, its preprocessing, images and the workers that run them.
struct Session {
  std::filesystem::path model;  ///< absolute
  std::string model_sha256;
  image::Preprocessing preprocessing;
  Dataset dataset;
  std::vector<report::VariantFile> variants;  ///< further checkpoints, values of model_variant
  std::vector<ImageIndex> calibration;        ///< what an int8 network is calibrated on
  space::Catalogue catalogue;                 ///< what a variance may name here
  std::unique_ptr<eval::PoolSet> pool;
  std::unique_ptr<eval::ProcessEvaluator> evaluator;

  /// The class's name, or its index as text.
  std::string class_name(int index) const;
};

struct ModelFile {
  std::filesystem::path path;  ///< absolute
  std::string sha256;
};

/// The images that the options name; says on stderr which files are none.
Dataset list_images(const SessionOptions& options, const std::vector<std::string>& classes);

/// Reads the preprocessing file, lists the images and prepares the workers (they start with their first job).
/// Throws Error{usage} without a preprocessing file, with a filled-in example; Error{input} for model and data.
Session open_session(const SessionOptions& options);
/// The same session with other preprocessing (the quick alternatives of a failed baseline).
Session with_preprocessing(const Session& session, const SessionOptions& options, const image::Preprocessing& changed);
/// The same images and workers with another network. `variants`: its further checkpoints.
Session with_model(const Session& session, const SessionOptions& options, const ModelFile& model,
                   const image::Preprocessing& preprocessing, std::vector<report::VariantFile> variants);

/// Writes a picture that was drawn here as PNG, through a worker. Throws Error{usage}.
void write_png(Session& session, image::Picture picture, const std::filesystem::path& path);

/// The preprocessing file of a model: `given`, else the .json beside it.
std::filesystem::path preprocessing_path(const std::filesystem::path& model, const std::filesystem::path& given);

/// CPU model, cores, versions and capabilities: the `environment` of a report.
Json environment(eval::PoolSet& pool, std::size_t workers);
eval::CapabilitiesReply capabilities(eval::PoolSet& pool);

}  // namespace robustcheck::app
