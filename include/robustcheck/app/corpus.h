#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "robustcheck/app/session.h"
#include "robustcheck/base/json.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {

/// A case that was committed once, on the model that is searched now.
struct CorpusRow {
  std::string file;       ///< relative to the corpus
  std::string signature;  ///< of its oracle and variance
  std::string state;      ///< fails, fixed, not_run
  std::string reason;     ///< of not_run
};

/// Throws Error{usage} for a corpus that is no directory or holds no case: a test that is asked for is not skipped.
/// With `may_be_empty` (--update-corpus) it need not be there yet.
void check_corpus(const std::filesystem::path& corpus, bool may_be_empty);

/// Runs every *.json of `corpus`, in sorted order, on the model, preprocessing and checkpoints of `session`: a
/// regression test. Images lie in the corpus itself (what update_corpus writes) or where the case says. A label follows
/// its class name. Empty for a corpus that is not there. Throws Error{input} for an image that is gone or changed, a
/// class or checkpoint that the session does not know.
std::vector<CorpusRow> replay_corpus(const std::filesystem::path& corpus, const Session& session,
                                     const SessionOptions& options);

/// The `corpus` member of report.json.
Json to_json(const std::vector<CorpusRow>& rows);
/// "corpus: 2 of 12 cases fail", and the failing ones by file.
std::string summary(const std::vector<CorpusRow>& rows, const std::filesystem::path& corpus);

/// Adds the first example of every minimal counterexample whose signature `corpus` does not hold, with a copy of its
/// image: the corpus can be committed and moved. Returns how many.
std::size_t update_corpus(const std::filesystem::path& corpus, const std::vector<CorpusRow>& rows,
                          const report::Report& report, const std::filesystem::path& run);

}  // namespace robustcheck::app
