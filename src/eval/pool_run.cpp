#include "pool_run.h"

#include <algorithm>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::eval {
namespace {

constexpr double kGraceSeconds = 2.0;  // for jobs under way after an interrupt
constexpr int kMostSetupDeaths = 2;    // in a row, then the model is to blame
constexpr int kCannotExecute = 126;    // exit codes of a program that the loader gave up
constexpr int kNotFound = 127;

Clock::duration seconds(double value) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value));
}

/// One call of run(): hands jobs to slots until all are answered.
class Run {
 public:
  Run(const PoolSetup& setup, std::span<Slot> slots, std::span<const Request> jobs)
      : setup_(setup),
        options_(setup.options),
        slots_(slots),
        jobs_(jobs),
        queue_(jobs, slots.size()),
        replies_(jobs.size()),
        free_slots_(slots.size()) {}

  std::vector<Reply> complete(const std::function<bool()>& interrupted) {
    while (answered_ < jobs_.size()) {
      if (!stopping_ && interrupted && interrupted()) stop();
      if (!stopping_) dispatch();
      if (stopping_ && free_slots_ == slots_.size()) throw Error(ErrorKind::interrupted, "interrupted");
      wait();
      for (Slot& slot : slots_)
        if (slot.job) advance(slot);
    }
    return std::move(replies_);
  }

 private:
  void stop() {
    stopping_ = true;
    for (Slot& slot : slots_) slot.deadline = std::min(slot.deadline, Clock::now() + seconds(kGraceSeconds));
  }

  /// Started workers first: starting one costs half a second.
  void dispatch() {
    for (const bool started : {true, false})
      for (Slot& slot : slots_)
        if (!slot.job && slot.ready == started) give_job(slot);
  }

  void give_job(Slot& slot) {
    JobQueue::Asker asker{slot.last_key, slot.loaded, {}, {}};
    for (const Slot& other : slots_) {
      if (&other == &slot) continue;
      asker.elsewhere.insert(other.loaded.begin(), other.loaded.end());
      if (!other.job) continue;
      asker.elsewhere.insert(other.job->load_key);
      asker.running.push_back(other.job->key);
    }
    slot.job = queue_.take(asker, free_slots_);
    if (!slot.job) return;
    free_slots_ -= slot.job->slots;
    if (slot.process && died_while_idle(slot)) slot.forget_process();
    slot.ready ? start_job(slot) : start_process(slot);
  }

  /// Nothing is expected of an idle worker: one that spoke or hung up is replaced, and no job is blamed.
  static bool died_while_idle(Slot& slot) {
    slot.process->exchange();
    return slot.process->closed() || slot.process->has_input();
  }

  void start_process(Slot& slot) {
    slot.forget_process();
    slot.process = std::make_unique<WorkerProcess>(options_);
    slot.process->send(setup_.request);
    set_deadline(slot, options_.setup_timeout_s);
    slot.process->exchange();
  }

  void start_job(Slot& slot) {
    slot.process->send(encode(jobs_[slot.job->index]));
    set_deadline(slot, options_.timeout_s * (slot.known.contains(slot.job->key) ? 1.0 : kFirstJobFactor));
    slot.process->exchange();
  }

  void set_deadline(Slot& slot, double allowed_s) {
    slot.allowed_s = allowed_s;
    slot.deadline = Clock::now() + seconds(allowed_s);
  }

  /// Until a worker has something to say, the next deadline, or a signal.
  void wait() {
    std::vector<pollfd> set;
    auto next = Clock::now() + seconds(1.0);
    for (const Slot& slot : slots_) {
      if (!slot.job) continue;
      slot.process->add_to(set);
      next = std::min(next, slot.deadline);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    poll(set.data(), set.size(), static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0)));
  }

  void advance(Slot& slot) {
    slot.process->exchange();
    try {
      if (const std::optional<std::string> payload = slot.process->receive())
        slot.ready ? finish(slot, checked_reply(slot, *payload)) : finish_setup(slot, decode_reply(*payload));
      else if (slot.process->closed())
        bury(slot, slot.process->end());
      else if (Clock::now() >= slot.deadline)
        bury(slot, overdue(slot));
    } catch (const Error& error) {
      if (!slot.ready || error.kind() != ErrorKind::internal) throw;
      bury(slot, {{oracle::Status::crash, std::string("worker broke the protocol: ") + error.what()}});
    }
  }

  Reply checked_reply(const Slot& slot, const std::string& payload) const {
    Reply reply = decode_reply(payload);
    const Request& job = jobs_[slot.job->index];
    if (std::holds_alternative<Failure>(reply)) return reply;
    if (reply.index() != job.index()) throw Error(ErrorKind::internal, "the answer to another question");
    if (const auto* forward = std::get_if<ForwardReply>(&reply))
      if (forward->rows.size() != std::get<ForwardRequest>(job).wanted)
        throw Error(ErrorKind::internal, std::to_string(forward->rows.size()) + " rows in place of " +
                                             std::to_string(std::get<ForwardRequest>(job).wanted));
    return reply;
  }

  void finish(Slot& slot, Reply reply) {
    slot.last_key = slot.job->key;
    slot.known.insert(slot.job->key);
    slot.loaded.insert(slot.job->load_key);
    replies_[slot.job->index] = std::move(reply);
    release(slot);
    ++answered_;
  }

  void finish_setup(Slot& slot, const Reply& reply) {
    if (const auto* failure = std::get_if<Failure>(&reply)) throw Error(ErrorKind::input, failure->message);
    if (!std::holds_alternative<SetupReply>(reply))
      throw Error(ErrorKind::internal, "worker answered its setup with something else");
    slot.ready = true;
    slot.start_s += slot.allowed_s - std::chrono::duration<double>(slot.deadline - Clock::now()).count();
    slot.setup_deaths = 0;
    stopping_ ? release(slot) : start_job(slot);
  }

  Death overdue(const Slot& slot) const {
    return {{oracle::Status::timeout, "no answer within " + shortest(slot.allowed_s) + " s"}};
  }

  /// The process is of no use any more: its job fails, or its setup is tried once more.
  void bury(Slot& slot, const Death& death) {
    if (stopping_) {
      slot.forget_process();
      release(slot);
    } else if (slot.ready) {
      finish(slot, death.failure);
      slot.forget_process();
    } else {
      refuse_dead_setup(slot, death);
      start_process(slot);
    }
  }

  void refuse_dead_setup(Slot& slot, const Death& death) const {
    if (death.exit_code == kCannotExecute || death.exit_code == kNotFound || death.exit_code == kExitInternal)
      throw Error(ErrorKind::internal, options_.worker.string() + ": " + death.failure.message);
    const std::string place = setup_.model.empty() ? "starting without a model" : setup_.model;
    if (death.failure.status == oracle::Status::timeout)
      throw Error(ErrorKind::input, place + ": loading the model gives " + death.failure.message);
    if (++slot.setup_deaths >= kMostSetupDeaths)
      throw Error(ErrorKind::input, place + ": the model kills the worker while loading: " + death.failure.message);
  }

  void release(Slot& slot) {
    free_slots_ += slot.job->slots;
    slot.job.reset();
  }

  const PoolSetup& setup_;
  const PoolOptions& options_;
  std::span<Slot> slots_;
  std::span<const Request> jobs_;
  JobQueue queue_;
  std::vector<Reply> replies_;
  std::size_t free_slots_;
  std::size_t answered_ = 0;
  bool stopping_ = false;
};

/// A worker whose answer nobody waits for any more must not answer the next question with it.
void abandon_jobs(std::span<Slot> slots) {
  for (Slot& slot : slots) {
    if (slot.job || !slot.ready) slot.forget_process();
    slot.job.reset();
    slot.setup_deaths = 0;
  }
}

}  // namespace

void Slot::forget_process() {
  process.reset();
  ready = false;
  known.clear();
  loaded.clear();
  last_key.clear();
}

std::vector<Reply> run_jobs(const PoolSetup& setup, std::span<Slot> slots, std::span<const Request> jobs,
                            const std::function<bool()>& interrupted) {
  try {
    return Run(setup, slots, jobs).complete(interrupted);
  } catch (...) {
    abandon_jobs(slots);
    throw;
  }
}

}  // namespace robustcheck::eval
