#include "robustcheck/app/contact_sheet.h"

#include <cmath>
#include <iostream>

#include "robustcheck/app/output_names.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/image/sheet.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr int kSide = 96, kColumns = 3;
constexpr double kOneSided[] = {0.25, 0.5, 0.75, 1.0}, kTwoSided[] = {-1.0, -0.5, 0.5, 1.0};  // shares of the range

std::span<const double> shares(const space::TransformGene& gene) {
  if (space::has_side(gene, -1) && space::has_side(gene, 1)) return kTwoSided;
  return kOneSided;
}

/// The first strength, as a caption: the others move with it.
std::string caption(const space::TransformGene& gene, const space::Step& step) {
  for (std::size_t i = 0; i < gene.info.parameters.size(); ++i)
    if (gene.info.parameters[i].strength) return shortest(std::round(step.values[i] * 1000.0) / 1000.0);
  return "";
}

std::string title(const space::TransformGene& gene) {
  for (const space::Parameter& parameter : gene.info.parameters)
    if (parameter.strength) return gene.info.name + "." + parameter.name;
  return gene.info.name;
}

image::Picture picture_of(Session& session, const std::vector<space::Step>& steps) {
  const eval::Request request = eval::PerturbRequest{{0, steps, 0}, ""};
  const eval::Reply reply = session.pool->run({&request, 1}).front();
  if (const auto* failure = std::get_if<eval::Failure>(&reply)) throw Error(ErrorKind::input, failure->message);
  return std::get<eval::PerturbReply>(reply).picture;
}

image::SheetRow row_of(Session& session, const space::TransformGene& gene, const image::Picture& original) {
  image::SheetRow row{title(gene), {{original, "original"}}};
  for (const double share : shares(gene)) {
    Rng rng(0, "grid");  // the same place and direction at every strength
    const double side = space::has_side(gene, 1) ? share : -share;
    const space::Step step = space::step_at(gene, side, rng);
    row.tiles.push_back({picture_of(session, {step}), caption(gene, step)});
  }
  return row;
}

fs::path checked_output(const PerturbOptions& options) {
  if (options.out.extension() != ".png")
    throw Error(ErrorKind::usage, "--out " + options.out.string() + ": --grid writes one PNG; name it FILE.png");
  if (fs::exists(options.out) && !options.force)
    throw Error(ErrorKind::usage, "--out " + options.out.string() + ": is there already; --force replaces it");
  check_writable(options.out);
  return options.out;
}

}  // namespace

int write_contact_sheet(const PerturbOptions& options) {
  const space::Space space = space::make_space(options.space, transform::catalogue());
  if (space.transforms.empty()) throw Error(ErrorKind::usage, "--grid: the profiles hold no transform");
  const fs::path path = checked_output(options);
  SessionOptions opened;
  opened.images = options.images;
  opened.limit = 1;
  if (fs::exists(path)) check_no_input_is_written(list_dataset(options.images, {}), {path});
  Session session = open_session(opened);
  const image::Picture original = picture_of(session, {});
  std::vector<image::SheetRow> rows;
  for (const space::TransformGene& gene : space.transforms) rows.push_back(row_of(session, gene, original));
  const int columns = std::min(kColumns, static_cast<int>(rows.size()));
  write_png(session, image::contact_sheet(rows, kSide, columns), path);
  std::cout << "wrote " << rows.size() << " transforms of " << one_line_text(session.dataset[0].name) << " to "
            << one_line_text(path.native()) << '\n';
  return kExitOk;
}

}  // namespace robustcheck::app
