#include <iostream>

#include "robustcheck/app/init_probe.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kImages = 200;

/// Names by index: the class directories or names of a list, numbers where its labels are indices.
std::vector<std::string> names_of(const Dataset& dataset) {
  std::vector<std::string> names = dataset.classes;
  for (const ImageFile& image : dataset.images)
    while (image.label && static_cast<std::size_t>(*image.label) >= names.size())
      names.push_back(std::to_string(names.size()));
  return names;
}

Session session_for(const InitOptions& options) {
  Session session;
  session.model = fs::absolute(options.session.model).lexically_normal();
  session.model_sha256 = sha256_file(session.model);
  session.catalogue = catalogue_with({});
  session.dataset = limited(list_images(options.session, {}), kImages);
  return session;
}

void write_new(const fs::path& path, const std::string& text, bool force) {
  if (fs::exists(path) && !force)
    throw Error(ErrorKind::usage, path.string() + ": is there already; --force replaces it");
  write_file(path, text);
}

std::string starter_config(const fs::path& out) {
  return "// Options of `robustcheck search` by name; the command line wins, then ROBUSTCHECK_* variables, then this.\n"
         "// `robustcheck schema config` has all of them, `robustcheck search --help` says what they mean. Paths are\n"
         "// relative to this file.\n"
         "{\n"
         "  // what may change: robustcheck list profiles\n"
         "  \"profile\": [\"moderate\", \"deployment\"],\n"
         "  // evaluations (one image through the model) that the search may spend\n"
         "  \"budget\": 20000,\n"
         "  \"seed\": 1,\n"
         "  // failure rate that is tolerated, and what makes the exit code 1: any, none, or a policy file\n"
         "  \"failure_limit\": 0.05,\n"
         "  \"fail_on\": \"any\",\n"
         "  \"out\": " +
         json_text(path_text(out)) + "\n}\n";
}

void say(const Found& found, const Session& session) {
  const image::Preprocessing& p = found.preprocessing;
  std::cout << "input      " << p.input.width << " x " << p.input.height << ", "
            << (p.channels == image::Channels::gray  ? "gray"
                : p.channels == image::Channels::bgr ? "bgr"
                                                     : "rgb");
  if (found.accepts.size() > 1)
    std::cout << " (the network takes " << found.accepts.size() << " of the sizes tried; this one "
              << (found.accuracy ? "scores best" : "is a guess") << ")";
  std::cout << "\noutput     " << kOutputKindNames[static_cast<std::size_t>(p.output)] << "\nscaling    "
            << found.scaling << (found.accuracy ? "" : " (a guess: the images have no labels)") << '\n';
  for (const std::string& line : found.tried) std::cout << "  tried    " << one_line_text(line) << '\n';
  if (!found.accuracy) return;
  std::cout << "accuracy   " << percent(*found.accuracy) << " on " << session.dataset.size() << " images\n"
            << "classes    " << one_line_text(join(p.classes, ", ")) << '\n';
  if (found.matched_classes)
    std::cout << "           The order was inferred from predictions (sorted names score clearly worse): check it.\n";
  if (*found.accuracy < 0.5) std::cout << "           Accuracy is low: check scaling, channels and classes by hand.\n";
}

}  // namespace

int run_init(const InitOptions& options) {
  const fs::path model = options.session.model;
  const fs::path preprocessing = fs::path(model).replace_extension(".json");
  const fs::path config = fs::path(model).replace_extension(".search.jsonc");
  if (preprocessing == model || config == model)
    throw Error(ErrorKind::usage, model.string() + ": " + preprocessing.filename().string() +
                                      " would replace the model; give it the ending .pt");
  for (const fs::path& path : {preprocessing, config})
    if (fs::exists(path) && !options.force)
      throw Error(ErrorKind::usage, path.string() + ": is there already; --force replaces it");
  for (const fs::path& path : {preprocessing, config}) check_writable(path);
  const Session session = session_for(options);
  const Found found = probe_model(session, options.session, names_of(session.dataset));
  say(found, session);
  write_new(preprocessing, json_text(image::to_json(found.preprocessing), 2) + "\n", options.force);
  write_new(config, starter_config("robustcheck-" + model.stem().string()), options.force);
  std::cout << "wrote      " << one_line_text(preprocessing.native()) << ", " << one_line_text(config.native())
            << "\nnext       robustcheck search " << shell_word(model.native()) << ' '
            << shell_word(options.session.images.native()) << " --config " << shell_word(config.native()) << '\n';
  return kExitOk;
}

}  // namespace robustcheck::app
