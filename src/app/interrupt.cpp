#include "robustcheck/app/interrupt.h"

#include <csignal>

namespace robustcheck::app {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void on_signal(int) { g_interrupted = 1; }

/// What whoever started the program ignores stays ignored (nohup, a job in the background of a script).
void catch_signal(int number, int flags) {
  struct sigaction before = {}, action = {};
  sigaction(number, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigaction(number, &action, nullptr);
}

}  // namespace

void catch_interrupts() {
  constexpr int kOnce = static_cast<int>(SA_RESETHAND);  // the second signal has its default effect
  catch_signal(SIGINT, kOnce);
  catch_signal(SIGTERM, kOnce);
  catch_signal(SIGHUP, 0);  // both the terminal and the shell may send one
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return g_interrupted != 0; }

}  // namespace robustcheck::app
