#pragma once

#include <filesystem>

namespace robustcheck::runtime {

/// Throws ModelFailure{model_error} that says what the file is and what would be right, unless it looks like a
/// TorchScript file by its first bytes and the directory of its zip archive. Nothing of it is executed.
void require_torchscript(const std::filesystem::path& path);

}  // namespace robustcheck::runtime
