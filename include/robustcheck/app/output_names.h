#pragma once

#include <filesystem>
#include <vector>

#include "robustcheck/base/dataset.h"

namespace robustcheck::app {

/// Names of the pictures that are made of each image, `per_image` each, relative to an output directory and never
/// leading out of it: "a/b.jpg" gives "a/b.png", with several pictures per image "a/b-1.png", "a/b-2.png". A list that
/// names pictures outside its folder: relative to the folder that holds them all. No two are equal and none is the
/// folder of another; where they would be, the later one keeps its extension ("a/b.jpg.png") or gets a number. UTF-8:
/// as_text() of the image's name.
std::vector<std::filesystem::path> output_names(const Dataset& dataset, std::size_t per_image);

/// Throws Error{usage} that names --out where one of the `outputs` (paths) would replace an image or the list of them.
void check_no_input_is_written(const Dataset& dataset, const std::vector<std::filesystem::path>& outputs);
/// The same for a directory that holds an image or the list beside which other files would be written.
void check_holds_no_input(const Dataset& dataset, const std::filesystem::path& directory);

}  // namespace robustcheck::app
