#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/accounts.h"
#include "robustcheck/app/baseline.h"
#include "robustcheck/app/candidates_file.h"
#include "robustcheck/app/compare_phase.h"
#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/deadline.h"
#include "robustcheck/app/examples.h"
#include "robustcheck/app/explain_phase.h"
#include "robustcheck/app/minimize_phase.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/saver.h"
#include "robustcheck/app/screen_phase.h"
#include "robustcheck/app/search_phase.h"
#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// Files that a run starts from, read and checked before it does.
struct RunInputs {
  std::optional<CandidatesFile> candidates;  ///< --candidates
  std::optional<OldReport> old_report;       ///< --baseline
};

/// One search from the opened session to the report.
class SearchRun {
 public:
  /// All must outlive this.
  SearchRun(const SearchOptions& options, const RunInputs& inputs, const Strictness& strictness,
            const Deadline& deadline, Session& session, RunDirectory& directory, Progress& progress, Saver& save)
      : options_(options),
        inputs_(inputs),
        strictness_(strictness),
        deadline_(deadline),
        session_(session),
        directory_(directory),
        progress_(progress),
        save_(save) {}

  /// Throws Error{incomplete} where the time was over before anything was searched.
  report::Report run();
  Ending ending() const { return ending_; }
  /// Of the examples, after the report: it is worth more.
  void write_pictures() { app::write_pictures(pictures_, session_, directory_, save_); }
  /// Ends with what ended the run before its time, if anything did.
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  struct Halves {
    std::vector<search::SearchImage> search, confirmation;
  };

  void start();
  void split();
  void probe();
  void search_and_confirm();
  bool follow_up();
  void end_by(std::exception_ptr error);
  void search();
  /// In place of searching and screening.
  void propose();
  void screen();
  void minimise();
  void confirm();
  void explain();
  void compare();
  void drop_unconfirmed_rows();
  void write_cases();
  void finish();
  void say_what_was_not_made();
  Json settings() const;
  /// What analysis::deployment_of() reads of a report.
  Json deployment() const;
  report::Counts counts() const;
  Json timing() const;

  std::uint64_t after_budget() const;
  std::uint64_t after_spent() const;
  /// Of what testing takes at least.
  std::uint64_t tests_cost() const;
  ScreenRequest screen_request() const;
  ConfirmRequest confirm_request() const;
  /// The phase that comes must have ended by this share of --max-seconds.
  void until(double share);
  std::function<bool()> ends_by(double share) const;
  void note_stop(bool stopped);
  void mark(const std::string& phase);

  const SearchOptions& options_;
  const RunInputs& inputs_;
  const Strictness& strictness_;
  const Deadline& deadline_;
  Session& session_;
  RunDirectory& directory_;
  Progress& progress_;
  Saver& save_;
  std::vector<ExamplePictures> pictures_;
  std::exception_ptr error_;  ///< after the search, whose findings are kept
  report::Report report_;
  BaselineResult baseline_;
  std::optional<Bench> bench_;
  std::optional<ValidityGate> gate_;
  Halves halves_;
  std::vector<search::KnobEffect> knob_effects_;
  SearchOutcome searched_;
  ScreenOutcome screened_;
  MinimizeOutcome minimized_;
  ConfirmOutcome confirmed_;
  Explanation explained_;
  CompareOutcome compared_;
  std::uint64_t probe_evaluations_ = 0;
  bool probe_from_cache_ = false;
  std::uint64_t case_evaluations_ = 0;
  Json phases_ = Json::object();
  Json environment_;
  Stopwatch watch_, phase_watch_;
  Ending ending_ = Ending::complete;
};

}  // namespace robustcheck::app
