#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "robustcheck/eval/evaluator.h"
#include "robustcheck/eval/pool_set.h"

namespace robustcheck::eval {

/// Forms fixed, padded batches from the order of the trials and runs them in the pool of their
/// environment.
/// Trials of one configuration are joined into one stream of (image, steps, seed), cut into batches of the `batch_size`
/// knob (reference: kReferenceBatch, or Preprocessing::batch where the file was traced for one size); the last one is
/// padded with copies of its first item. Jobs are grouped by configuration so that switching is rare. A batch that
/// fails as a whole is run again image by image (batch filled with copies of one image), so that only the images that
/// cause it fail; a configuration or a trial in which all of the first images fail alone in the same way fails without
/// further ado. A `batch_size` other than that of a file that was traced for one size is unavailable, without a run.
class ProcessEvaluator : public Evaluator {
 public:
  static constexpr std::size_t kReferenceBatch = 32;

  /// `preprocessing` must be that of the pools' setup.
  ProcessEvaluator(PoolSet& pools, const image::Preprocessing& preprocessing);

  std::vector<std::vector<oracle::Observation>> observe(std::span<const space::Trial> trials) override;
  /// As `replay` makes it: the image at position 0, the batch filled with copies. Fresh: in a new worker.
  oracle::Observation observe_exact(const space::Variance& variance, ImageIndex image, bool fresh = false);

  /// What the worker said about a configuration that has run (runtime::Logits::note), "" for nothing.
  std::string note(const space::Assignment& config) const;
  const Timings& timings() const { return timings_; }   ///< summed over all jobs
  std::uint64_t forwards() const { return forwards_; }  ///< rows computed, padding included

 private:
  std::size_t batch_size(const space::Assignment& config) const;
  bool fits_file(const Request& job) const;
  /// Answers in order; what does not fit the file is refused and not run.
  std::vector<Reply> run(std::span<const Request> jobs);
  std::vector<Reply> run_fitting(std::span<const Request> jobs);
  void count(const Request& job, const Reply& reply);

  PoolSet& pools_;
  image::Preprocessing preprocessing_;
  Timings timings_;
  std::uint64_t forwards_ = 0;
  std::map<space::Assignment, std::string> notes_;
  std::set<space::Assignment> proven_;  ///< configurations that have answered a job
};

}  // namespace robustcheck::eval
