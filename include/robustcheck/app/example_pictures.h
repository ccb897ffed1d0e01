#pragma once

#include <filesystem>
#include <string>

#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// What a report shows of one example, at most 224 px wide or high: <stem>-original.png and, where pixels change,
/// <stem>-perturbed.png and <stem>-difference.png (stretched so that the largest difference is white).
void write_example_pictures(Session& session, const space::Variance& variance, ImageIndex image,
                            const std::filesystem::path& stem);

}  // namespace robustcheck::app
