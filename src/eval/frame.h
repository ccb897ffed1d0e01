#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace robustcheck::eval {

inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::uint64_t kMaxPayload = 1ull << 30;

using FrameHeader = std::array<char, kHeaderBytes>;

FrameHeader frame_header(std::uint64_t payload_bytes);
/// Payload length. Throws Error{internal} on a foreign magic, another protocol version or an absurd length.
std::uint64_t payload_length(std::string_view header);

/// Puts frames together from the pieces in which a stream delivers them.
class FrameBuffer {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }
  bool empty() const { return bytes_.empty(); }
  /// The next complete payload. Throws as payload_length().
  std::optional<std::string> next();

 private:
  std::string bytes_;
};

}  // namespace robustcheck::eval
