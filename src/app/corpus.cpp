#include "robustcheck/app/corpus.h"

#include <algorithm>
#include <set>

#include "robustcheck/app/case_file.h"
#include "robustcheck/app/case_state.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> case_files(const fs::path& corpus) {
  std::vector<fs::path> files;
  if (!fs::is_directory(corpus)) throw Error(ErrorKind::usage, "--corpus " + corpus.string() + ": no such directory");
  for (const auto& entry : fs::directory_iterator(corpus))
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void locate_image(Case& one, const fs::path& file, const Session& session) {
  const auto same = [&](const ImageFile& image) { return image.sha256 == one.image.sha256; };
  const auto& images = session.dataset.images;
  const fs::path own = file.parent_path() / one.image.path;  // absolute paths stay as they are
  if (fs::is_regular_file(own))
    one.image.path = fs::absolute(own).lexically_normal();
  else if (const auto found = std::find_if(images.begin(), images.end(), same); found != images.end())
    one.image.path = found->path;
  else
    throw Error(ErrorKind::input, file.string() + ": its image " + own.string() + " is not there");
  if (sha256_file(one.image.path) != one.image.sha256)
    throw Error(ErrorKind::input, one.image.path.string() + ": is another image than the one of " + file.string());
}

void check_checkpoints(const Case& one, const fs::path& file, const Session& session) {
  for (const report::VariantFile& variant : one.variants)
    if (std::none_of(session.variants.begin(), session.variants.end(),
                     [&](const report::VariantFile& known) { return known.name == variant.name; }))
      throw Error(ErrorKind::input,
                  file.string() + ": needs a checkpoint; give it with --variant " + variant.name + "=FILE");
}

std::vector<Case> read_cases(const std::vector<fs::path>& files, const Session& session) {
  std::vector<Case> cases;
  for (const fs::path& file : files) {
    Case one = read_case(file);
    locate_image(one, file, session);
    translate_label(one, session.preprocessing.classes, file.string());
    check_checkpoints(one, file, session);
    cases.push_back(std::move(one));
  }
  return cases;
}

/// Workers for the model of `session` on the images of the cases.
Session session_for(const std::vector<Case>& cases, const Session& session, const SessionOptions& options) {
  Session other;
  other.model = session.model;
  other.variants = session.variants;
  other.catalogue = session.catalogue;
  for (const Case& one : cases) other.dataset.images.push_back(one.image);
  for (const ImageIndex image : session.calibration) {
    other.calibration.push_back(static_cast<ImageIndex>(other.dataset.size()));
    other.dataset.images.push_back(session.dataset[image]);
  }
  return with_preprocessing(other, options, session.preprocessing);
}

std::size_t number_of(const std::vector<CorpusRow>& rows, const std::string& state) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const CorpusRow& row) { return row.state == state; }));
}

CorpusRow row_of(const fs::path& file, const Case& one, const CaseResult& result) {
  const std::string state = result.failing() ? name(CaseState::fails) : name(result.state);
  return {file.filename().string(), space::signature(one.oracle, one.variance), state, result.reason};
}

void copy_case(const fs::path& file, const fs::path& corpus, const std::string& id) {
  Case one = read_case(file);
  const fs::path image = fs::path("images") / (one.image.sha256.substr(0, 16) + one.image.path.extension().string());
  write_file(corpus / image, read_file(one.image.path));
  one.image.path = image;
  write_file(corpus / (id + ".json"), json_text(to_json(one), 2) + "\n");
}

}  // namespace

void check_corpus(const fs::path& corpus, bool may_be_empty) {
  if (may_be_empty) {
    std::error_code error;
    fs::create_directories(corpus, error);
    if (error) throw Error(ErrorKind::usage, "--corpus " + corpus.string() + ": cannot be created: " + error.message());
    check_writable(corpus / "new.json");
  }
  if (case_files(corpus).empty() && !may_be_empty)
    throw Error(ErrorKind::usage, "--corpus " + corpus.string() +
                                      ": holds no case (*.json); copy one from cases/ of a run, or let "
                                      "--update-corpus add what is found");
}

std::vector<CorpusRow> replay_corpus(const fs::path& corpus, const Session& session, const SessionOptions& options) {
  if (!fs::exists(corpus)) return {};
  const std::vector<fs::path> files = case_files(corpus);
  const std::vector<Case> cases = read_cases(files, session);
  std::vector<CorpusRow> rows;
  if (cases.empty()) return rows;
  Session workers = session_for(cases, session, options);
  for (std::size_t i = 0; i < cases.size(); ++i)
    rows.push_back(row_of(files[i], cases[i], run_case(cases[i], static_cast<ImageIndex>(i), workers)));
  return rows;
}

Json to_json(const std::vector<CorpusRow>& rows) {
  Json list = Json::array();
  for (const CorpusRow& row : rows) {
    list.push_back({{"case", row.file}, {"signature", row.signature}, {"state", row.state}});
    if (!row.reason.empty()) list.back()["reason"] = row.reason;
  }
  return {{"failing", number_of(rows, "fails")}, {"not_run", number_of(rows, "not_run")}, {"cases", list}};
}

std::string summary(const std::vector<CorpusRow>& rows, const fs::path& corpus) {
  if (rows.empty())
    return "corpus: " + one_line_text(corpus.native()) + " holds no case (*.json): nothing was tested\n";
  std::string text =
      "corpus: " + std::to_string(number_of(rows, "fails")) + " of " + std::to_string(rows.size()) + " cases fail" +
      (number_of(rows, "not_run") == 0 ? std::string("\n")
                                       : ", " + std::to_string(number_of(rows, "not_run")) + " could not be run\n");
  for (const CorpusRow& row : rows)
    if (row.state != name(CaseState::fixed))
      text += "  " + one_line_text((corpus / row.file).native()) + "  " + one_line_text(row.signature) +
              (row.reason.empty() ? "" : " (" + one_line_text(row.reason) + ")") + "\n";
  return text;
}

std::size_t update_corpus(const fs::path& corpus, const std::vector<CorpusRow>& rows, const report::Report& report,
                          const fs::path& run) {
  std::set<std::string> held;
  for (const CorpusRow& row : rows) held.insert(row.signature);
  std::size_t added = 0;
  for (const report::Counterexample& found : report.counterexamples) {
    if (!found.minimal || found.examples.empty() || !held.insert(found.signature).second) continue;
    fs::create_directories(corpus / "images");
    copy_case(run / found.examples.front().case_file, corpus, found.id);
    ++added;
  }
  return added;
}

}  // namespace robustcheck::app
