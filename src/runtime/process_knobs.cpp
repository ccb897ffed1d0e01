#include "process_knobs.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <ATen/native/verbose_wrapper.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "robustcheck/runtime/model.h"

// MKL's own question, in LibTorch's library if that was built with MKL.
extern "C" int mkl_serv_cbwr_get(int option) __attribute__((weak));

namespace robustcheck::runtime {
namespace {

using namespace std::string_view_literals;

struct Expected {
  std::string_view value, found;
};

[[noreturn]] void refuse(const std::string& knob, const std::string& value, const std::string& found) {
  throw ModelFailure(oracle::Status::unavailable, knob + "=" + value + " does not hold in this process: " + found);
}

std::string_view expected(std::span<const Expected> table, std::string_view value) {
  for (const Expected& row : table)
    if (row.value == value) return row.found;
  return "";
}

constexpr Expected kCapabilities[] = {{"default", "DEFAULT"}, {"avx2", "AVX2"}, {"avx512", "AVX512"}};

void require_cpu_capability(const std::string& value) {
  const std::string found = at::get_cpu_capability();
  if (found != expected(kCapabilities, value)) refuse("cpu_capability", value, "LibTorch uses " + found);
}

/// What oneDNN prints about itself and about one convolution: it has no other way to say it, and prints to stdout.
std::string ask_onednn() {
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  const int file = memfd_create("onednn", MFD_CLOEXEC);
  if (kept < 0 || file < 0 || dup2(file, STDOUT_FILENO) < 0) return "";
  torch::verbose::_mkldnn_set_verbose(1);
  const at::Tensor ones = at::ones({8, 8, 16, 16}), weight = at::ones({8, 8, 3, 3});
  at::mkldnn_convolution(ones, weight, {}, {0, 0}, {1, 1}, {1, 1}, 1);
  torch::verbose::_mkldnn_set_verbose(0);
  std::fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  std::string text(static_cast<std::size_t>(std::max<off_t>(lseek(file, 0, SEEK_END), 0)), ' ');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(pread(file, text.data(), text.size(), 0), 0)));
  close(file);
  return text;
}

/// Asked once: the environment does not change any more.
const std::string& onednn_answer() {
  static const std::string kAnswer = at::hasMKLDNN() ? ask_onednn() : "";
  return kAnswer;
}

/// The text after `key` up to one of `ends`, "" if there is none.
std::string text_after(std::string_view text, std::string_view key, std::string_view ends) {
  const std::size_t begin = text.find(key);
  if (begin == std::string_view::npos) return "";
  text.remove_prefix(begin + key.size());
  return std::string(text.substr(0, text.find_first_of(ends)));
}

constexpr Expected kIsas[] = {{"sse41", "Intel SSE4.1"},
                              {"avx2", "Intel AVX2"},
                              {"avx512_core", "Intel AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions"},
                              {"avx512_core_bf16", "Intel AVX-512 with Intel DL Boost and bfloat16 support"}};

void require_onednn_isa(const std::string& value) {
  const std::string found = text_after(onednn_answer(), "info,cpu,isa:", "\n");
  if (found != expected(kIsas, value))
    refuse("onednn_isa", value, found.empty() ? "oneDNN does not tell what it uses" : "oneDNN uses " + found);
}

void require_onednn_fpmath(const std::string& value) {
  const std::string found = text_after(onednn_answer(), "attr-fpmath:", ", \n");
  if (found != value) refuse("onednn_fpmath", value, "oneDNN computes " + (found.empty() ? "strict" : found));
}

// MKL's constants of mkl_service.h.
constexpr int kBranchOption = 1;
constexpr std::pair<std::string_view, int> kBranches[] = {{"auto", 2}, {"compatible", 3}, {"avx2", 10}, {"avx512", 12}};

void require_mkl_cbwr(const std::string& value) {
  if (mkl_serv_cbwr_get == nullptr) refuse("mkl_cbwr", value, "this LibTorch has no MKL");
  const int found = mkl_serv_cbwr_get(kBranchOption);
  for (const auto& [name, branch] : kBranches)
    if (name == value && branch == found) return;
  refuse("mkl_cbwr", value, "MKL takes branch " + std::to_string(found) + " (1 off, 2 auto, 3 compatible)");
}

}  // namespace

void drop_impossible_capability() {
#ifdef __x86_64__
  const char* const value = std::getenv("ATEN_CPU_CAPABILITY");
  if (value == nullptr) return;
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if ((value == "avx2"sv && !avx2) || (value == "avx512"sv && !avx512)) unsetenv("ATEN_CPU_CAPABILITY");
#endif
}

void require_process_knobs(const std::map<std::string, std::string>& knobs) {
  for (const auto& [knob, value] : knobs) {
    if (knob == "cpu_capability") require_cpu_capability(value);
    if (knob == "onednn_isa") require_onednn_isa(value);
    if (knob == "onednn_fpmath") require_onednn_fpmath(value);
    if (knob == "mkl_cbwr") require_mkl_cbwr(value);
  }
}

}  // namespace robustcheck::runtime
