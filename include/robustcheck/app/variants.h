#pragma once

#include <string>
#include <vector>

#include "robustcheck/app/options.h"
#include "robustcheck/report/report.h"
#include "robustcheck/space/catalogue.h"

namespace robustcheck::app {

/// The checkpoints given with --variant NAME=FILE, paths absolute, without their hashes. Throws Error{usage}: no NAME=,
/// a name that holds other than letters, digits, '.', '_' and '-', that is given twice, or that is the reference's.
std::vector<report::VariantFile> parse_variants(const std::vector<std::string>& arguments);

/// All transforms and knobs; model_variant has the names of `variants` as values.
space::Catalogue catalogue_with(const std::vector<report::VariantFile>& variants);

}  // namespace robustcheck::app
