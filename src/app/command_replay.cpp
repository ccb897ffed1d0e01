#include <algorithm>
#include <iostream>

#include "robustcheck/app/case_file.h"
#include "robustcheck/app/case_state.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// A file where the case says it is, else by name beside the case's run and under `folder`.
fs::path find_file(const fs::path& stored, const fs::path& case_path, const fs::path& folder, const std::string& what) {
  std::vector<fs::path> candidates = {stored};
  const fs::path run = fs::absolute(case_path).parent_path().parent_path();
  candidates.push_back(run / stored.filename());
  candidates.push_back(run.parent_path() / stored.filename());
  for (const fs::path& candidate : candidates)
    if (fs::is_regular_file(candidate)) return candidate;
  if (!folder.empty())
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().filename() == stored.filename()) return entry.path();
  throw Error(ErrorKind::input, case_path.string() + ": " + what + " " + stored.string() + " is not there" +
                                    (what == "image" ? "; give the folder that holds it with --images DIR"
                                                     : "; give another with --model FILE"));
}

void check_hash(const fs::path& path, const std::string& expected, const fs::path& case_path) {
  const std::string found = sha256_file(path);
  if (found != expected)
    throw Error(ErrorKind::input, path.string() + ": has SHA-256 " + found.substr(0, 12) + "..., but " +
                                      case_path.string() + " was made with " + expected.substr(0, 12) + "...");
}

void locate_image(ImageFile& image, const fs::path& case_path, const ReplayOptions& options) {
  image.path = find_file(image.path, case_path, options.images, "image");
  check_hash(image.path, image.sha256, case_path);
}

/// Another model reads pictures and names its classes in its own way, where a file beside it says so.
void put_model(Case& one, const fs::path& model, const fs::path& case_path) {
  one.model = model;
  const fs::path beside = fs::path(model).replace_extension(".json");
  if (!fs::exists(beside)) return;
  const image::Preprocessing preprocessing = image::read_preprocessing(beside);
  translate_label(one, preprocessing.classes, case_path.string());
  one.preprocessing = preprocessing;
}

Case located(const fs::path& path, const ReplayOptions& options) {
  Case one = read_case(path);
  if (options.model.empty()) {
    one.model = find_file(one.model, path, {}, "model");
    check_hash(one.model, one.model_sha256, path);
  } else {
    put_model(one, options.model, path);
  }
  for (report::VariantFile& variant : one.variants) {
    variant.path = find_file(variant.path, path, {}, "variant").string();
    check_hash(variant.path, variant.sha256, path);
  }
  locate_image(one.image, path, options);
  for (ImageFile& image : one.calibration) locate_image(image, path, options);
  return one;
}

bool same_files(const std::vector<ImageFile>& a, const std::vector<ImageFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ImageFile& x, const ImageFile& y) { return x.sha256 == y.sha256; });
}

bool same_files(const std::vector<report::VariantFile>& a, const std::vector<report::VariantFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.name == y.name && x.sha256 == y.sha256; });
}

bool share_workers(const Case& a, const Case& b) {
  return a.model == b.model && a.preprocessing == b.preprocessing && same_files(a.variants, b.variants) &&
         same_files(a.calibration, b.calibration);
}

/// Workers for a run of cases that share everything but image and variance.
Session session_for(const std::vector<Case>& cases, std::size_t begin, std::size_t end, const ReplayOptions& options) {
  Session session;
  session.model = fs::absolute(cases[begin].model).lexically_normal();
  session.preprocessing = cases[begin].preprocessing;
  for (std::size_t i = begin; i < end; ++i) session.dataset.images.push_back(cases[i].image);
  for (const ImageFile& image : cases[begin].calibration) {
    session.calibration.push_back(static_cast<ImageIndex>(session.dataset.size()));
    session.dataset.images.push_back(image);
  }
  session.variants = cases[begin].variants;
  session.catalogue = catalogue_with(session.variants);
  SessionOptions worker;
  worker.timeout_s = options.timeout_s;
  return with_preprocessing(session, worker, session.preprocessing);
}

void print(const CaseResult& result, const Case& one, const fs::path& path, const space::Catalogue& catalogue) {
  std::cout << name(result.state) << ' ' << path.string() << ' ' << space::describe(one.variance, catalogue);
  if (!result.reason.empty()) std::cout << " (" << result.reason << ')';
  std::cout << std::endl;
}

}  // namespace

int run_replay(const ReplayOptions& options) {
  std::vector<Case> cases;
  for (const fs::path& path : options.cases) cases.push_back(located(path, options));
  bool failing = false, not_run = false;
  for (std::size_t begin = 0; begin < cases.size();) {
    std::size_t end = begin + 1;
    while (end < cases.size() && share_workers(cases[begin], cases[end])) ++end;
    Session session = session_for(cases, begin, end, options);
    for (std::size_t i = begin; i < end; ++i) {
      const CaseResult result = run_case(cases[i], static_cast<ImageIndex>(i - begin), session);
      failing = failing || result.failing();
      not_run = not_run || result.state == CaseState::not_run;
      print(result, cases[i], options.cases[i], session.catalogue);
    }
    begin = end;
  }
  if (failing) return kExitFound;
  return not_run ? kExitIncomplete : kExitOk;
}

}  // namespace robustcheck::app
