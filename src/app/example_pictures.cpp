#include "robustcheck/app/example_pictures.h"

#include "robustcheck/base/error.h"
#include "robustcheck/image/thumbnail.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

constexpr int kSide = 224;

template <typename Wanted>
Wanted answer(Session& session, const eval::Request& request, const fs::path& path) {
  eval::Reply reply = session.pool->run({&request, 1}).front();
  if (const auto* failure = std::get_if<eval::Failure>(&reply))
    throw Error(ErrorKind::input, path.string() + ": " + failure->message);
  return std::get<Wanted>(std::move(reply));
}

void write_thumbnail(Session& session, const image::Picture& picture, const fs::path& path) {
  answer<eval::PngReply>(session, eval::PngRequest{image::thumbnail(picture, kSide), fs::absolute(path).string()},
                         path);
}

}  // namespace

void write_example_pictures(Session& session, const space::Variance& variance, ImageIndex image, const fs::path& stem) {
  const auto picture = [&](const space::Variance& data) {
    return answer<eval::PerturbReply>(session, eval::PerturbRequest{{image, data.data, data.seed}, ""}, stem).picture;
  };
  const image::Picture original = picture({});
  write_thumbnail(session, original, stem.string() + "-original.png");
  if (variance.data.empty()) return;
  const image::Picture perturbed = picture(variance);
  write_thumbnail(session, perturbed, stem.string() + "-perturbed.png");
  if (perturbed.width == original.width && perturbed.height == original.height &&
      perturbed.channels == original.channels)
    write_thumbnail(session, image::difference(original, perturbed), stem.string() + "-difference.png");
}

}  // namespace robustcheck::app
