#include <algorithm>
#include <functional>
#include <span>

#include "profile_tables.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/space/space.h"

namespace robustcheck::space {
namespace {

enum class Level { mild, moderate, severe };

Range range_of(const TransformInfo& info, const Parameter& parameter, Level level) {
  if (!parameter.strength || level == Level::severe) return {parameter.low, parameter.high};
  for (const Strengths& row : kStrengths)
    if (info.name == row.transform && parameter.name == row.parameter)
      return level == Level::mild ? row.mild : row.moderate;
  const double share = level == Level::mild ? 0.25 : 0.5;
  return {parameter.at(-share), parameter.at(share)};
}

TransformGene gene_of(const TransformInfo& info, Level level) {
  TransformGene gene{info, {}};
  for (const Parameter& parameter : info.parameters) gene.ranges.push_back(range_of(info, parameter, level));
  return gene;
}

KnobGene gene_of(const KnobInfo& info) { return {info, {info.values.begin() + 1, info.values.end()}}; }

void widen(TransformGene& gene, const TransformGene& other) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    gene.ranges[i].low = std::min(gene.ranges[i].low, other.ranges[i].low);
    gene.ranges[i].high = std::max(gene.ranges[i].high, other.ranges[i].high);
  }
}

/// A transform that several profiles hold gets the hull of their ranges and the border of the first.
void add_gene(Space& space, TransformGene gene) {
  const auto same = [&](const TransformGene& other) { return other.info.name == gene.info.name; };
  const auto found = std::find_if(space.transforms.begin(), space.transforms.end(), same);
  if (found != space.transforms.end())
    widen(*found, gene);
  else if (has_side(gene, -1) || has_side(gene, 1))
    space.transforms.push_back(std::move(gene));
}

void add_all_transforms(Space& space, const Catalogue& catalogue, Level level) {
  for (const TransformInfo& info : catalogue.transforms) add_gene(space, gene_of(info, level));
}

/// What a row does not name: everywhere in its range, or at its neutral value.
enum class Unnamed { moderate, neutral };

TransformGene first_gene(const TransformInfo& info, Unnamed unnamed) {
  TransformGene gene = gene_of(info, Level::moderate);
  if (unnamed == Unnamed::neutral)
    for (std::size_t i = 0; i < gene.ranges.size(); ++i)
      gene.ranges[i] = {info.parameters[i].neutral, info.parameters[i].neutral};
  return gene;
}

/// The genes of a table in its order; what the catalogue does not hold is left out.
void add_rows(Space& space, const Catalogue& catalogue, std::span<const ProfileRow> rows, Border border,
              Unnamed unnamed = Unnamed::moderate) {
  std::vector<TransformGene> genes;
  for (const ProfileRow& row : rows) {
    const TransformInfo* info = catalogue.find_transform(std::string(row.transform));
    if (info == nullptr) continue;
    if (genes.empty() || genes.back().info.name != info->name) genes.push_back(first_gene(*info, unnamed));
    if (info->has_border) genes.back().border = border;
    if (!row.parameter.empty()) genes.back().ranges.at(info->index_of(std::string(row.parameter))) = row.range;
  }
  for (TransformGene& gene : genes) add_gene(space, std::move(gene));
}

/// Errors of an integration, not differences between two right ones.
bool is_mistake(const KnobInfo& info) { return info.name == "channel_order" || info.name == "normalization"; }

template <class Belongs>
void add_knobs(Space& space, const Catalogue& catalogue, const Belongs& belongs) {
  for (const KnobInfo& info : catalogue.knobs)
    if (info.values.size() > 1 && belongs(info) && space.find_knob(info.name) == nullptr)
      space.knobs.push_back(gene_of(info));
}

void add_class(Space& space, const Catalogue& catalogue, std::string_view knob_class) {
  add_knobs(space, catalogue, [&](const KnobInfo& info) { return info.knob_class == knob_class && !is_mistake(info); });
}

/// Least structural similarity of a valid picture: what almost every single transform at its end in the profile keeps
/// on photographs (tests/bench/validity_bench.cpp), so that the rule forbids piling up, not the profile itself.
constexpr double kMildSsim = 0.6, kModerateSsim = 0.3, kSevereSsim = 0.1, kImagenetCSsim = 0.05;

/// What a profile stands for and what it adds to a space.
struct ProfileEntry {
  Profile profile;
  void (*add)(Space& space, const Catalogue& catalogue);
  double least_ssim = 1.0;  ///< of the validity rule; 1: no data
};

const std::vector<ProfileEntry>& profile_entries() {
  static const std::vector<ProfileEntry> kEntries = {
      {{"mild", "data: changes that a person would not notice at a glance"},
       [](Space& space, const Catalogue& all) { add_all_transforms(space, all, Level::mild); },
       kMildSsim},
      {{"moderate", "data: changes that a person notices, the content still obvious"},
       [](Space& space, const Catalogue& all) { add_all_transforms(space, all, Level::moderate); },
       kModerateSsim},
      {{"severe", "data: the whole registered range of every transform"},
       [](Space& space, const Catalogue& all) { add_all_transforms(space, all, Level::severe); },
       kSevereSsim},
      {{"sensei", "data: the rotations, shifts, shears, zooms and light changes of SENSEI (ICSE 2020), black borders"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kSensei, Border::black); },
       kModerateSsim},
      {{"engstrom",
        "data: rotations to 30 degrees and shifts to 10 % as in Engstrom et al. (ICML 2019), black borders"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kEngstrom, Border::black); },
       kModerateSsim},
      {{"imagenet-c",
        "data: the 19 corruptions of ImageNet-C up to severity 5 (sweep --profile imagenet-c: the points)"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kImagenetC, Border::reflect, Unnamed::neutral); },
       kImagenetCSsim},
      {{"weather", "data: fog, frost, snow, rain, splashes and low sun in front of the camera"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kWeather, Border::reflect); },
       kModerateSsim},
      {{"camera", "data: another camera or another hand: lens, exposure, white balance, sensor noise, focus, shake"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kCamera, Border::reflect); },
       kModerateSsim},
      {{"web", "data: what happens to a picture that is shared: recompressed, scaled, cropped, sharpened"},
       [](Space& space, const Catalogue& all) { add_rows(space, all, kWeb, Border::reflect); },
       kModerateSsim},
      {{"deployment", "configuration: what differs between a training notebook and a deployment"},
       [](Space& space, const Catalogue& all) { add_knobs(space, all, std::not_fn(is_mistake)); }},
      {{"numerical",
        "configuration: number format, threads, batch, layout, kernels: the same network computed elsewhere"},
       [](Space& space, const Catalogue& all) { add_class(space, all, "numerical"); }},
      {{"quantization", "configuration: weights and activations in 8 bit or less"},
       [](Space& space, const Catalogue& all) { add_class(space, all, "quantization"); }},
      {{"preprocessing", "configuration: decoder, colour path, resize and rounding, but no mistakes"},
       [](Space& space, const Catalogue& all) { add_class(space, all, "preprocessing"); }},
      {{"structural", "configuration: another checkpoint, or layers as conversion tools change them"},
       [](Space& space, const Catalogue& all) { add_class(space, all, "structural"); }},
      {{"mistakes", "configuration: gross errors of an integration: red and blue swapped, another normalisation"},
       [](Space& space, const Catalogue& all) { add_knobs(space, all, is_mistake); }},
  };
  return kEntries;
}

void add_profile(Space& space, const std::string& name, const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const ProfileEntry& entry : profile_entries()) {
    if (entry.profile.name == name) {
      space.validity.ssim = std::min(space.validity.ssim, entry.least_ssim);
      return entry.add(space, catalogue);
    }
    names.push_back(entry.profile.name);
  }
  throw Error(ErrorKind::usage, "--profile: " + unknown_name("profile", name, names, "robustcheck list profiles"));
}

/// Applies "a,b" (only these), "-c" (drop) and "none" to a list of genes; `add` appends the gene of an unlisted name.
template <class Gene>
void select(std::vector<Gene>& genes, const std::vector<std::string>& list, const std::string& option,
            const std::function<Gene(const std::string&)>& make) {
  const auto named = [](const std::string& name) {
    return [name](const Gene& gene) { return gene.info.name == name; };
  };
  std::vector<std::string> kept;
  for (const std::string& item : list) {
    if (item == "none") continue;
    if (item.starts_with('-')) {
      make(item.substr(1));
      std::erase_if(genes, named(item.substr(1)));
    } else {
      kept.push_back(item);
    }
  }
  const bool none = std::find(list.begin(), list.end(), "none") != list.end();
  if (none && list.size() > 1) throw Error(ErrorKind::usage, option + ": 'none' stands alone");
  if (none) genes.clear();
  if (kept.empty()) return;
  std::vector<Gene> selected;
  for (const std::string& name : kept) {
    const auto found = std::find_if(genes.begin(), genes.end(), named(name));
    selected.push_back(found == genes.end() ? make(name) : *found);
  }
  genes = std::move(selected);
}

/// A knob that the user named may have nothing to vary.
void require_values(const std::vector<KnobGene>& knobs) {
  for (const KnobGene& gene : knobs)
    if (gene.values.empty())
      throw Error(ErrorKind::usage, "--knobs: " + gene.info.name + " has no value but " + gene.info.reference() +
                                        "; give checkpoints with --variant NAME=FILE");
}

}  // namespace

const std::vector<Profile>& all_profiles() {
  static const std::vector<Profile> kProfiles = [] {
    std::vector<Profile> profiles;
    for (const ProfileEntry& entry : profile_entries()) profiles.push_back(entry.profile);
    return profiles;
  }();
  return kProfiles;
}

Space make_space(const SpaceRequest& request, const Catalogue& catalogue) {
  Space space;
  space.max_transforms = request.max_transforms;
  space.validity.ssim = 1.0;
  for (const std::string& name : request.profiles) add_profile(space, name, catalogue);
  select<TransformGene>(space.transforms, request.transforms, "--transforms", [&](const std::string& name) {
    return gene_of(catalogue.transform(name, "--transforms"), Level::severe);
  });
  select<KnobGene>(space.knobs, request.knobs, "--knobs",
                   [&](const std::string& name) { return gene_of(catalogue.knob(name, "--knobs")); });
  require_values(space.knobs);
  if (space.validity.ssim == 1.0) space.validity.ssim = Validity{}.ssim;  // no profile with data
  space.validity = parse_validity(request.validity, space.validity, "--validity");
  return space;
}

}  // namespace robustcheck::space
