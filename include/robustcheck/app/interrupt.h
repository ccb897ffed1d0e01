#pragma once

namespace robustcheck::app {

/// SIGINT, SIGTERM and SIGHUP set a flag once, so that a run can save what it has; a second SIGINT or SIGTERM ends the
/// process. A reader of stdout or stderr that goes away ends nothing: what is printed is lost, what is found is not.
void catch_interrupts();
bool interrupted();

}  // namespace robustcheck::app
