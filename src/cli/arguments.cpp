#include "arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "numbers.h"
#include "robustcheck/base/cpus.h"

namespace robustcheck::cli {

using app::OutputOptions;
using app::SessionOptions;

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& target,
                      const std::string& help) {
  return command.add_option(name, target, help)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

void add_workers(CLI::App& command, std::size_t& workers) {
  workers = std::min<std::size_t>(usable_cpus(), 256);
  command
      .add_option(
          "--workers", workers,
          "worker processes [1, 256] (default: the processors that this process may use); results do not depend on it")
      ->transform(whole(1, 256))
      ->type_name("N")
      ->capture_default_str();
}

void add_timeout(CLI::App& command, double& timeout_s) {
  command.add_option("--timeout", timeout_s, "deadline of one batch, seconds [0.1, 86400]")
      ->transform(real(0.1, 86400.0))
      ->type_name("S")
      ->capture_default_str();
}

void add_bounds(CLI::App& command, SessionOptions& options) {
  command
      .add_option("--max-pools", options.max_pools,
                  "worker pools with other environment variables kept at once [1, 64]; results do not depend on it")
      ->transform(whole(1, 64))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--memory", options.memory_mib,
                  "MiB for the converted networks that one worker keeps [1, 1048576]; results do not depend on it")
      ->transform(whole(1, 1048576))
      ->type_name("MIB")
      ->capture_default_str();
}

void add_limit(CLI::App& command, std::size_t& limit) {
  command.add_option("--limit", limit, "use N images, spread evenly over the classes (0: all)")
      ->transform(whole(0))
      ->type_name("N")
      ->capture_default_str();
}

void add_session(CLI::App& command, SessionOptions& options) {
  command.add_option("--preprocess", options.preprocess, "preprocessing file (default: MODEL.json beside the model)")
      ->type_name("FILE");
  add_workers(command, options.workers);
  add_bounds(command, options);
  add_timeout(command, options.timeout_s);
  add_limit(command, options.limit);
  command
      .add_option("--variant", options.variants,
                  "another checkpoint, a value of the knob model_variant (may be given several times)")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE");
  command
      .add_option("--calibration-images", options.calibration_images,
                  "images of the search half that an int8 network is calibrated on [1, 10000]")
      ->transform(whole(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--max-bad-images", options.max_bad_images, "unreadable images that are tolerated")
      ->transform(whole(0))
      ->type_name("N")
      ->capture_default_str();
}

void add_output(CLI::App& command, OutputOptions& options) {
  auto names = std::make_shared<std::string>("auto");
  command
      .add_option("--progress", *names,
                  "auto, bar, plain, none, json (a JSON object a line): auto is a bar on a terminal, lines otherwise")
      ->check(CLI::IsMember(app::kProgressNames))
      ->type_name("MODE")
      ->capture_default_str()
      ->each([&options, names](const std::string& value) {
        const auto found = std::find(app::kProgressNames.begin(), app::kProgressNames.end(), value);
        options.progress = static_cast<app::ProgressMode>(found - app::kProgressNames.begin());
      });
  command.add_flag("-q,--quiet", options.quiet, "no progress");
}

void add_model_and_images(CLI::App& command, SessionOptions& options) {
  command.add_option("MODEL", options.model, "TorchScript file")->required();
  command
      .add_option("IMAGES", options.images,
                  "class directories (ImageFolder), a flat directory without labels, or a CSV path,label")
      ->required();
}

void add_space(CLI::App& command, space::SpaceRequest& request) {
  add_list(command, "--profile", request.profiles, "named spaces, joined (robustcheck list profiles)")
      ->capture_default_str();
  add_list(command, "--transforms", request.transforms,
           "only these transforms; -NAME drops one; none: search the configuration only");
  add_list(command, "--knobs", request.knobs, "only these knobs; -NAME drops one; none: search the data only");
  command.add_option("--max-transforms", request.max_transforms, "longest chain of transforms [1, 10]")
      ->transform(whole(1, 10))
      ->type_name("N")
      ->capture_default_str();
  add_list(command, "--validity", request.validity,
           "when a perturbed picture still counts as the same: off, or any of ssim=S (least structural similarity, "
           "default: the profile's), l0=S (or fewer pixels than this share changed, 0.02), linf=S (or no value by this "
           "share, 0.2), strong=S (at most one geometric step above this share of its range, 0.5); shares in [0, 1]");
}

}  // namespace robustcheck::cli
