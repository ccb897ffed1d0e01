#include <unistd.h>

#include <array>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <numeric>

#include "robustcheck/app/options.h"
#include "robustcheck/app/probe.h"
#include "robustcheck/app/repeatability.h"
#include "robustcheck/app/scores.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/rng.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kImages = 64;

/// Pictures of soft random blobs, for a look at a model without images. Removed with the object.
class RandomPictures {
 public:
  RandomPictures() : folder_(fs::temp_directory_path() / ("robustcheck-doctor-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    for (std::size_t i = 0; i < kImages; ++i) write_file(folder_ / (std::to_string(100 + i) + ".ppm"), picture(i));
  }
  ~RandomPictures() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  RandomPictures(const RandomPictures&) = delete;
  RandomPictures& operator=(const RandomPictures&) = delete;
  const fs::path& folder() const { return folder_; }

 private:
  /// A coarse grid of random colours, enlarged bilinearly: binary PPM.
  static std::string picture(std::size_t index) {
    constexpr std::size_t kSide = 224, kCells = 7, kCell = kSide / kCells;
    Rng rng(0, "doctor", index);
    std::vector<double> grid((kCells + 1) * (kCells + 1) * 3);
    for (double& value : grid) value = rng.uniform(0.0, 255.0);
    std::string text = "P6\n" + std::to_string(kSide) + " " + std::to_string(kSide) + "\n255\n";
    for (std::size_t y = 0; y < kSide; ++y)
      for (std::size_t x = 0; x < kSide; ++x)
        for (std::size_t c = 0; c < 3; ++c) {
          const double u = static_cast<double>(x % kCell) / kCell, v = static_cast<double>(y % kCell) / kCell;
          const auto at = [&](std::size_t dx, std::size_t dy) {
            return grid[((y / kCell + dy) * (kCells + 1) + x / kCell + dx) * 3 + c];
          };
          text += static_cast<char>(static_cast<unsigned char>((1 - v) * ((1 - u) * at(0, 0) + u * at(1, 0)) +
                                                               v * ((1 - u) * at(0, 1) + u * at(1, 1))));
        }
    return text;
  }

  fs::path folder_;
};

void print_machine(const Json& environment) {
  for (const auto& [key, value] : environment.items())
    std::cout << std::left << std::setw(16) << key << (value.is_string() ? value.get<std::string>() : value.dump())
              << '\n';
}

std::string cost(const ProbedValue& row, double reference_s) {
  return row.state == "applied" || row.state == "no_effect" ? fixed(row.seconds / reference_s, 2) + " x" : "";
}

/// "4.7e-02": differences span many powers of ten.
std::string scientific(double value) {
  if (value == 0.0) return "0";
  std::array<char, 32> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.1e", value);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

void print_row(const ProbedValue& row, double reference_s) {
  std::cout << std::left << std::setw(24) << row.knob << std::setw(20) << row.value << std::setw(13) << row.state;
  if (row.state == "applied" || row.state == "no_effect")
    std::cout << std::right << std::setw(10) << scientific(row.largest_difference) << std::setw(7) << row.flips
              << std::setw(9) << cost(row, reference_s);
  const bool ran = row.state == "applied" || row.state == "no_effect";
  std::cout << (ran && !row.message.empty() ? "  " : "") << row.message << (row.emulated ? "  emulated" : "")
            << (row.equal_to.empty() ? "" : "  = " + row.equal_to) << '\n';
}

void print_knobs(const std::vector<ProbedValue>& probed, std::size_t images) {
  std::cout << "\nEvery knob value against the reference, on " << images << " images\n";
  std::cout << "knob                    value               state           largest  flips     cost\n";
  std::cout << "                                                         difference\n";
  for (const ProbedValue& row : probed)
    if (!row.knob.empty()) print_row(row, probed.front().seconds);
}

std::vector<space::KnobGene> every_knob(const space::Catalogue& catalogue) {
  std::vector<space::KnobGene> genes;
  for (const space::KnobInfo& info : catalogue.knobs)
    genes.push_back({info, {info.values.begin() + 1, info.values.end()}});
  return genes;
}

/// As `search` does: what knobs do to a network that is not repeatable would be noise.
void check_reference(Session& session, const std::vector<ImageIndex>& images) {
  const space::Trial trial{{}, images};
  const std::vector<oracle::Observation> reference = session.evaluator->observe({&trial, 1}).front();
  if (const oracle::Observation* failed = first_failure(reference))
    throw Error(ErrorKind::input, session.model.string() + ": " + failed->message);
  const std::string note = check_repeatability(session, reference).batch_note;
  if (!note.empty()) std::cout << "warning         " << note << '\n';
}

}  // namespace

int run_doctor(const DoctorOptions& options) {
  std::cout << version_line() << '\n';
  SessionOptions opened = options.session;
  std::optional<RandomPictures> pictures;
  if (!opened.model.empty() && opened.images.empty()) opened.images = pictures.emplace().folder();
  if (opened.limit == 0) opened.limit = kImages;
  Session session = open_session(opened);
  print_machine(environment(*session.pool, opened.workers));
  if (opened.model.empty()) {
    std::cout << "\nGive a model (robustcheck doctor MODEL) to see what every knob does to it here.\n";
    return kExitOk;
  }
  std::vector<ImageIndex> images(session.dataset.size());
  std::iota(images.begin(), images.end(), ImageIndex{0});
  check_reference(session, images);
  const std::vector<ProbedValue> probed =
      probe_knobs(session, every_knob(session.catalogue), images, /*timed=*/true).values;
  print_knobs(probed, images.size());
  return kExitOk;
}

}  // namespace robustcheck::app
