#pragma once

#include "robustcheck/image/picture.h"

namespace robustcheck::image {

/// The picture shrunk to fit a square of `side` px; as it is where it fits already.
Picture thumbnail(const Picture& picture, int side);

/// Where two pictures of one size differ: the absolute difference, stretched so that the largest is 255; black where
/// they are equal. Throws Error{internal} for pictures of different size.
Picture difference(const Picture& a, const Picture& b);

}  // namespace robustcheck::image
