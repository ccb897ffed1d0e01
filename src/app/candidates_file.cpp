#include "robustcheck/app/candidates_file.h"

#include <algorithm>

#include "robustcheck/app/judge.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::usage, place + ": " + problem);
}

bool is_report(const Json& json) { return json.is_object() && json.contains("counterexamples"); }

class Reader {
 public:
  Reader(std::string file, const space::Catalogue& catalogue) : file_(std::move(file)), catalogue_(catalogue) {}

  /// A report is one JSON value; so may be a list, or a single variance over several lines.
  CandidatesFile read(const std::string& content) {
    result_.sha256 = sha256_hex(content);
    const Json whole = Json::parse(content, nullptr, /*allow_exceptions=*/false);
    if (whole.is_discarded())
      add_lines(content);
    else if (is_report(whole))
      add_report(whole);
    else if (whole.is_array())
      add_all(whole, file_ + "#");
    else
      add(parse_json(content, file_), "", file_);
    if (result_.proposed.empty()) refuse(file_, "holds no variance: there is nothing to test");
    return std::move(result_);
  }

 private:
  void add_lines(const std::string& content) {
    std::size_t number = 0;
    for (const std::string& line : split(content, '\n')) {
      const std::string place = file_ + ":" + std::to_string(++number);
      if (line.find_first_not_of(" \t\r") != std::string::npos) add(parse_json(line, place), "", place);
    }
  }

  void add_all(const Json& list, const std::string& place) {
    for (std::size_t i = 0; i < list.size(); ++i) add(list[i], "", place + "/" + std::to_string(i));
  }

  void add_report(const Json& report) {
    const ObjectReader reader(report, file_);
    const ObjectReader space(reader.at("space"), reader.place("space"));
    result_.guide = space.text("oracle");
    for (const char* key : {"counterexamples", "kinds"}) {
      if (!reader.has(key)) continue;
      const Json& list = reader.at(key);
      if (!list.is_array()) refuse(reader.place(key), "is no list");
      for (std::size_t i = 0; i < list.size(); ++i) {
        const ObjectReader row(list[i], reader.place(key) + "/" + std::to_string(i));
        add(row.at("variance"), row.text("oracle"), row.place("variance"));
      }
    }
  }

  void add(const Json& json, const std::string& oracle, const std::string& place) {
    Proposed one{always_on(oracle) ? oracle : "", space::variance_from_json(json, catalogue_, place)};
    if (space::genes(one.variance).empty())
      refuse(place, "is the reference: nothing is changed, nothing can be tested");
    const auto same = [&](const Proposed& other) {
      return other.oracle == one.oracle && other.variance == one.variance;
    };
    if (std::ranges::none_of(result_.proposed, same)) result_.proposed.push_back(std::move(one));
  }

  std::string file_;
  const space::Catalogue& catalogue_;
  CandidatesFile result_;
};

void add_value(space::Space& space, const space::KnobInfo& info, const std::string& value) {
  for (space::KnobGene& gene : space.knobs) {
    if (gene.info.name != info.name) continue;
    if (std::ranges::find(gene.values, value) == gene.values.end()) gene.values.push_back(value);
    return;
  }
  space.knobs.push_back({info, {value}});
}

void add_transform(space::Space& space, const space::TransformInfo& info, space::Border border) {
  if (space.find_transform(info.name) != nullptr) return;
  space::TransformGene gene{info, {}, border};
  for (const space::Parameter& parameter : info.parameters) gene.ranges.push_back({parameter.low, parameter.high});
  space.transforms.push_back(std::move(gene));
}

}  // namespace

CandidatesFile read_candidates(const fs::path& path, const space::Catalogue& catalogue) {
  const fs::path file = fs::is_directory(path) ? path / "report.json" : path;
  try {
    return Reader(file.string(), catalogue).read(read_file(file));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    throw Error(ErrorKind::usage, "--candidates " + std::string(error.what()));
  }
}

space::Space space_of(const CandidatesFile& file, const space::Catalogue& catalogue, const space::Validity& validity) {
  space::Space space;
  space.validity = validity;
  space.max_transforms = 1;
  for (const Proposed& one : file.proposed) {
    space.max_transforms = std::max(space.max_transforms, one.variance.data.size());
    for (const space::Step& step : one.variance.data)
      add_transform(space, catalogue.transform(step.transform, "candidates"), step.border);
    for (const auto& [knob, value] : one.variance.config) add_value(space, catalogue.knob(knob, "candidates"), value);
  }
  return space;
}

}  // namespace robustcheck::app
