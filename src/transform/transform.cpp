#include "robustcheck/transform/transform.h"

#include <algorithm>

#include "robustcheck/base/error.h"
#include "transforms.h"

namespace robustcheck::transform {

double Values::operator[](std::string_view parameter) const {
  for (std::size_t i = 0; i < info_.parameters.size(); ++i)
    if (info_.parameters[i].name == parameter) return step_.values.at(i);
  throw Error(ErrorKind::internal, info_.name + " has no parameter '" + std::string(parameter) + "'");
}

const std::vector<Transform>& all() {
#define ROBUSTCHECK_MAKE(name) name(),
  static const std::vector<Transform> kTransforms = {ROBUSTCHECK_TRANSFORMS(ROBUSTCHECK_MAKE)};
#undef ROBUSTCHECK_MAKE
  return kTransforms;
}

const Transform* find(std::string_view name) {
  const std::vector<Transform>& transforms = all();
  const auto found =
      std::find_if(transforms.begin(), transforms.end(), [&](const Transform& t) { return t.info.name == name; });
  return found == transforms.end() ? nullptr : &*found;
}

const space::Catalogue& catalogue() {
  static const space::Catalogue kCatalogue = [] {
    space::Catalogue catalogue;
    for (const Transform& transform : all()) catalogue.transforms.push_back(transform.info);
    catalogue.knobs = space::all_knobs();
    return catalogue;
  }();
  return kCatalogue;
}

namespace {

cv::Mat apply_some(const image::Original& decoded, std::span<const space::Step> steps, std::uint64_t key,
                   bool (*wanted)(const space::TransformInfo&)) {
  cv::Mat image = decoded.copy();
  std::uint64_t position = 0;  // neutral steps do not count: a chain and its canonical form give the same picture
  for (const space::Step& step : steps) {
    const Transform* transform = find(step.transform);
    if (transform == nullptr) catalogue().transform(step.transform, "variance");  // throws with did-you-mean
    if (space::is_neutral(step, transform->info)) continue;
    Rng rng(key, "transform", position++);
    if (wanted(transform->info)) image = transform->apply(image, Values(transform->info, step), rng);
  }
  return image;
}

}  // namespace

cv::Mat apply_chain(const image::Original& decoded, std::span<const space::Step> steps, std::uint64_t seed,
                    std::uint64_t image_key) {
  return apply_some(decoded, steps, mix(seed, image_key), [](const space::TransformInfo&) { return true; });
}

cv::Mat apply_geometry(const image::Original& decoded, std::span<const space::Step> steps, std::uint64_t seed,
                       std::uint64_t image_key) {
  return apply_some(decoded, steps, mix(seed, image_key),
                    [](const space::TransformInfo& info) { return info.family == "geometry" && !info.local; });
}

}  // namespace robustcheck::transform
