// A worker without a model that speaks the protocol and misbehaves on demand: the name of the model says how it behaves
// while loading, the name of an image, a transform or a knob's value how it behaves in a job.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "robustcheck/base/error.h"
#include "robustcheck/eval/messages.h"

namespace {

using namespace robustcheck;
using namespace robustcheck::eval;

constexpr int kSocket = 3;

[[noreturn]] void hang() {
  while (true) pause();
}

[[noreturn]] void die(int signal_number) {
  std::fprintf(stderr, "some earlier line\nlast words\n");
  std::signal(signal_number, SIG_DFL);
  raise(signal_number);
  std::_Exit(1);
}

void send_raw(const std::string& bytes) { (void)!::send(kSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Dies, hangs or breaks the protocol if `word` asks for it.
void misbehave(const std::string& word) {
  if (word == "crash") die(SIGSEGV);
  if (word == "kill") die(SIGKILL);
  if (word == "exit") std::_Exit(3);
  if (word == "hang") hang();
  if (word == "bad_alloc") {
    std::fprintf(stderr,
                 "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n");
    std::abort();
  }
  if (word == "garbage") send_frame(kSocket, "\x01 not a reply");
  if (word == "foreign") {
    send_raw("HTTP/1.1 400 Bad Request\r\n\r\n");
    hang();
  }
  if (word == "half") {
    static_assert(kProtocolVersion < 256);
    send_raw("RCHK" + std::string(1, static_cast<char>(kProtocolVersion)) +
             std::string("\0\0\0\7\0\0\0\0\0\0\0abc", 14));
    hang();
  }
}

Reply load(const std::string& model) {
  const std::string stem = std::filesystem::path(model).filename();
  if (stem == "state_dict") return Failure{oracle::Status::model_error, model + ": this is a state_dict"};
  if (stem == "internal") {
    std::fprintf(stderr, "a bug\n");
    std::_Exit(kExitInternal);
  }
  if (stem == "version") {
    send_raw(std::string("RCHK\x63\0\0\0\1\0\0\0\0\0\0\0\0", 17));
    hang();
  }
  if (stem == "dies-once" && !std::filesystem::exists(model)) {
    close(open(model.c_str(), O_CREAT | O_WRONLY, 0600));
    die(SIGSEGV);
  }
  if (stem == "dies-of-sse" && variable("ONEDNN_MAX_CPU_ISA") == "SSE41") die(SIGILL);
  misbehave(stem);
  return SetupReply{};
}

/// 1, 2 and 3, summed, for the variables of three process-scope knobs.
int environment_number() {
  return (variable("ATEN_CPU_CAPABILITY") == "default" ? 1 : 0) + (variable("ONEDNN_MAX_CPU_ISA") == "SSE41" ? 2 : 0) +
         (variable("MKL_CBWR") == "COMPATIBLE" ? 3 : 0);
}

/// Depends on everything that a job says, the position in the batch and the other items included.
oracle::Observation scores(const ForwardRequest& job, std::size_t position, OutputKind output) {
  double sum = 0.0;
  for (const WorkItem& item : job.items) sum += item.image;
  for (const auto& [knob, value] : job.config) sum += 100.0 * static_cast<double>(value.size());
  const WorkItem& item = job.items[position];
  double own = item.image + 7.0 * static_cast<double>(item.seed);
  for (const space::Step& step : item.data)
    for (const double value : step.values) own += value;
  return oracle::make_observation({static_cast<float>(own), static_cast<float>(sum), static_cast<float>(position)},
                                  output);
}

Reply forward(const SetupRequest& setup, const ForwardRequest& job) {
  for (const auto& [knob, value] : job.config) {
    if (value == "unavailable") return Failure{oracle::Status::unavailable, knob + " does not work here"};
    if (value == "throw") return Failure{oracle::Status::model_error, knob + " makes it throw"};
    misbehave(value);
  }
  ForwardReply reply;
  reply.timings.forward_s = 0.5;
  for (std::size_t i = 0; i < job.items.size(); ++i) {
    const std::string& name = setup.images[job.items[i].image].name;
    if (name == "throw") return Failure{oracle::Status::model_error, "this image makes it throw"};
    misbehave(name);
    for (const space::Step& step : job.items[i].data) misbehave(step.transform);
    if (i >= job.wanted || name == "missing") continue;
    if (name == "environment") {
      oracle::Observation row = scores(job, i, setup.preprocessing.output);
      row.scores.back() = static_cast<float>(environment_number());
      reply.rows.push_back(std::move(row));
      continue;
    }
    reply.rows.push_back(name == "unreadable" ? oracle::failed_observation(oracle::Status::image_error, "no image")
                                              : scores(job, i, setup.preprocessing.output));
  }
  return reply;
}

std::string open_descriptors() {
  std::string list;
  for (int fd = 0; fd < 100; ++fd)
    if (fcntl(fd, F_GETFD) >= 0) list += std::to_string(fd) + " ";
  return list;
}

/// What a test wants to know about this process.
Reply describe() {
  CapabilitiesReply reply;
  reply.torch_version = std::to_string(getpid());
  reply.opencv_version = open_descriptors();
  reply.codec_versions =
      variable("OMP_WAIT_POLICY") + " " + variable("GOMP_SPINCOUNT") + " " + variable("FAKE_WORKER_MARK");
  reply.native_bf16 = getpgrp() == getpid();
  return reply;
}

Reply answer(const SetupRequest& setup, const Request& request) {
  if (const auto* job = std::get_if<ForwardRequest>(&request)) return forward(setup, *job);
  if (const auto* job = std::get_if<PerturbRequest>(&request))
    return PerturbReply{{static_cast<int>(job->item.image), 2, 3, {}}};
  return describe();
}

}  // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // as robustcheck-worker does
  SetupRequest setup;
  std::string payload;
  while (receive_frame(kSocket, payload)) {
    Request request = decode_request(payload);
    const bool is_setup = std::holds_alternative<SetupRequest>(request);
    if (is_setup) setup = std::get<SetupRequest>(std::move(request));
    send_frame(kSocket, encode(is_setup ? load(setup.model) : answer(setup, request)));
  }
  return 0;
}
