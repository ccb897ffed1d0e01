#include "frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "robustcheck/base/error.h"
#include "robustcheck/eval/messages.h"
#include "wire.h"

namespace robustcheck::eval {
namespace {

constexpr std::string_view kMagic = "RCHK";
constexpr std::size_t kChunk = 1 << 20;  // a length is believed only as far as bytes arrive

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::internal, problem); }

void check_length(std::uint64_t length) {
  if (length > kMaxPayload) fail("a message of " + std::to_string(length) + " bytes is longer than 1 GiB");
}

/// Bytes read, less than `size` at the end of the stream only.
std::size_t read_fully(int socket, char* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = recv(socket, data + done, size - done, 0);
    if (got > 0)
      done += static_cast<std::size_t>(got);
    else if (got == 0 || errno == ECONNRESET)
      break;
    else if (errno != EINTR)
      fail(std::string("cannot read from the socket: ") + std::strerror(errno));
  }
  return done;
}

void advance(iovec*& part, std::size_t& parts, std::size_t sent) {
  while (parts > 0 && sent >= part->iov_len) {
    sent -= part->iov_len;
    ++part;
    --parts;
  }
  if (parts > 0) {
    part->iov_base = static_cast<char*>(part->iov_base) + sent;
    part->iov_len -= sent;
  }
}

}  // namespace

FrameHeader frame_header(std::uint64_t payload_bytes) {
  check_length(payload_bytes);
  FrameHeader header;
  std::memcpy(header.data(), kMagic.data(), 4);
  std::memcpy(header.data() + 4, &kProtocolVersion, 4);
  std::memcpy(header.data() + 8, &payload_bytes, 8);
  return header;
}

std::uint64_t payload_length(std::string_view header) {
  if (header.substr(0, 4) != kMagic) fail("this is no message of robustcheck: its first bytes are foreign");
  Reader reader(header.substr(4));
  const auto version = reader.number<std::uint32_t>();
  if (version != kProtocolVersion)
    fail("robustcheck and robustcheck-worker are of different builds: the peer speaks protocol " +
         std::to_string(version) + ", this program " + std::to_string(kProtocolVersion));
  const auto length = reader.number<std::uint64_t>();
  check_length(length);
  return length;
}

std::optional<std::string> FrameBuffer::next() {
  if (bytes_.size() < kHeaderBytes) return std::nullopt;
  const std::uint64_t length = payload_length(std::string_view(bytes_).substr(0, kHeaderBytes));
  if (bytes_.size() - kHeaderBytes < length) return std::nullopt;
  std::string payload = bytes_.substr(kHeaderBytes, length);
  bytes_.erase(0, kHeaderBytes + length);
  return payload;
}

void send_frame(int socket, std::string_view payload) {
  FrameHeader header = frame_header(payload.size());
  iovec buffers[2] = {{header.data(), header.size()}, {const_cast<char*>(payload.data()), payload.size()}};
  iovec* part = buffers;
  std::size_t parts = 2;
  while (parts > 0) {
    msghdr message{};
    message.msg_iov = part;
    message.msg_iovlen = parts;
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent >= 0)
      advance(part, parts, static_cast<std::size_t>(sent));
    else if (errno == EPIPE || errno == ECONNRESET)
      fail("the peer closed the connection");
    else if (errno != EINTR)
      fail(std::string("cannot write to the socket: ") + std::strerror(errno));
  }
}

bool receive_frame(int socket, std::string& payload) {
  FrameHeader header;
  const std::size_t got = read_fully(socket, header.data(), header.size());
  if (got == 0) return false;
  if (got < header.size()) fail("the peer closed the connection within a message");
  const std::uint64_t length = payload_length({header.data(), header.size()});
  payload.clear();
  while (payload.size() < length) {
    const std::size_t before = payload.size();
    const std::size_t chunk = std::min<std::size_t>(length - before, std::max(before, kChunk));
    payload.resize(before + chunk);
    if (read_fully(socket, payload.data() + before, chunk) < chunk)
      fail("the peer closed the connection within a message");
  }
  return true;
}

}  // namespace robustcheck::eval
