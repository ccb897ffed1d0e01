#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "robustcheck/app/case_file.h"
#include "robustcheck/app/case_state.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// The files below --images by their content, listed once a file is missed: base names repeat.
class Moved {
 public:
  explicit Moved(fs::path folder) : folder_(std::move(folder)) {}

  std::optional<fs::path> find(const std::string& sha256) {
    if (!folder_.empty() && !listed_) list();
    const auto found = by_content_.find(sha256);
    return found == by_content_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  void list() {
    std::error_code error;
    if (!fs::is_directory(folder_, error))
      throw Error(ErrorKind::usage, "--images " + folder_.string() + ": no such directory");
    constexpr auto kPassOver = fs::directory_options::skip_permission_denied;
    for (const auto& entry : fs::recursive_directory_iterator(folder_, kPassOver, error))
      if (std::error_code ignored; entry.is_regular_file(ignored)) add(entry.path());
    listed_ = true;
  }
  void add(const fs::path& path) {
    if (access(path.c_str(), R_OK) == 0) by_content_.try_emplace(sha256_file(path), path);
  }

  fs::path folder_;
  bool listed_ = false;
  std::map<std::string, fs::path> by_content_;
};

/// A file as a case names it.
struct Wanted {
  std::string what;
  fs::path stored;
  std::string sha256;
};

/// The file with that content: where the case says, beside its run by name, or anywhere in `moved`.
fs::path find_file(const Wanted& wanted, const fs::path& case_path, Moved* moved) {
  const auto& [what, stored, sha256] = wanted;
  const fs::path run = fs::absolute(case_path).parent_path().parent_path();
  std::string other;
  for (const fs::path& place : {stored, run / stored.filename(), run.parent_path() / stored.filename()}) {
    std::error_code error;
    if (!fs::is_regular_file(place, error)) continue;
    const std::string found = sha256_file(place);
    if (found == sha256) return place;
    if (other.empty())
      other = place.string() + ": has SHA-256 " + found.substr(0, 12) + "..., but " + case_path.string() +
              " was made with " + sha256.substr(0, 12) + "...";
  }
  if (moved != nullptr)
    if (const std::optional<fs::path> found = moved->find(sha256)) return *found;
  const std::string remedy = moved != nullptr  ? "; give the folder that holds it with --images DIR"
                             : what == "model" ? "; give another with --model FILE"
                                               : "";
  const std::string missing = case_path.string() + ": " + what + " " + stored.string() + " is not there";
  throw Error(ErrorKind::input, (other.empty() ? missing : other) + remedy);
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

Case located(const fs::path& path, const ReplayOptions& options, Moved& moved) {
  Case one = read_case(path);
  if (options.model.empty())
    one.model = find_file({"model", one.model, one.model_sha256}, path, nullptr);
  else
    put_model(one, options.model, path);
  for (report::VariantFile& variant : one.variants)
    variant.path = find_file({"variant", variant.path, variant.sha256}, path, nullptr).string();
  one.image.path = find_file({"image", one.image.path, one.image.sha256}, path, &moved);
  for (ImageFile& image : one.calibration) image.path = find_file({"image", image.path, image.sha256}, path, &moved);
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

void print(const CaseResult& result, const fs::path& path, const std::string& variance) {
  std::cout << name(result.state) << ' ' << one_line_text(path.native());
  if (!variance.empty()) std::cout << ' ' << one_line_text(variance);
  if (!result.reason.empty()) std::cout << " (" << one_line_text(result.reason) << ')';
  std::cout << std::endl;
}

/// What came of all cases.
struct Replayed {
  bool failing = false, not_run = false;
  std::optional<Error> unreadable{};  ///< the first error of a case; the others are run all the same

  void refuse(const fs::path& path, const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw error;
    if (!unreadable) unreadable = error;
    print({CaseState::not_run, error.what()}, path, "");
  }
};

/// Cases that share their workers.
void run_group(const std::vector<Case>& cases, const std::vector<fs::path>& paths, std::size_t begin, std::size_t end,
               const ReplayOptions& options, Replayed& replayed) {
  Session session = session_for(cases, begin, end, options);
  for (std::size_t i = begin; i < end; ++i) try {
      const CaseResult result = run_case(cases[i], static_cast<ImageIndex>(i - begin), session);
      replayed.failing = replayed.failing || result.failing();
      replayed.not_run = replayed.not_run || result.state == CaseState::not_run;
      print(result, paths[i], space::describe(cases[i].variance, session.catalogue));
    } catch (const Error& error) {
      replayed.refuse(paths[i], error);
    }
}

}  // namespace

int run_replay(const ReplayOptions& options) {
  Moved moved(options.images);
  Replayed replayed;
  std::vector<Case> cases;
  std::vector<fs::path> paths;
  for (const fs::path& path : options.cases) try {
      cases.push_back(located(path, options, moved));
      paths.push_back(path);
    } catch (const Error& error) {
      replayed.refuse(path, error);
    }
  for (std::size_t begin = 0; begin < cases.size();) {
    std::size_t end = begin + 1;
    while (end < cases.size() && share_workers(cases[begin], cases[end])) ++end;
    run_group(cases, paths, begin, end, options, replayed);
    begin = end;
  }
  if (replayed.unreadable && !replayed.failing) throw *replayed.unreadable;
  if (replayed.failing) return kExitFound;
  return replayed.not_run ? kExitIncomplete : kExitOk;
}

}  // namespace robustcheck::app
