#pragma once

namespace robustcheck::app {

/// SIGINT and SIGTERM set a flag once, so that a run can save what it has; the second one ends the process.
void catch_interrupts();
bool interrupted();

}  // namespace robustcheck::app
