#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "robustcheck/base/error.h"

namespace robustcheck::eval {

static_assert(std::endian::native == std::endian::little, "messages are written as the machine holds numbers");

/// Appends plain values to a payload. Numbers are little-endian; a count precedes every text and list.
class Writer {
 public:
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void number(Number value) {
    append(&value, sizeof(value));
  }
  void count(std::size_t value) { number(static_cast<std::uint32_t>(value)); }
  void text(std::string_view value) {
    count(value.size());
    append(value.data(), value.size());
  }
  template <class Number>
  void numbers(const std::vector<Number>& values) {
    count(values.size());
    append(values.data(), values.size() * sizeof(Number));
  }
  std::string take() { return std::move(bytes_); }

 private:
  void append(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  std::string bytes_;
};

/// Reads what Writer wrote, from a peer that is not trusted: every access is checked against the bytes that are there
/// before anything is allocated. Throws Error{internal}.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[noreturn]] static void fail(const std::string& problem) {
    throw Error(ErrorKind::internal, "malformed message: " + problem);
  }
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Number number() {
    Number value{};
    const std::string_view bytes = take(sizeof(value));
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  bool boolean() { return number<std::uint8_t>() != 0; }
  /// Length of a list whose elements take at least `least_bytes` each; at most `most`.
  std::size_t count(std::size_t least_bytes, std::size_t most = UINT32_MAX) {
    const std::size_t value = number<std::uint32_t>();
    if (value > most) fail("a list of " + std::to_string(value) + " elements");
    if (value > rest_.size() / least_bytes) fail("a list that is longer than the message");
    return value;
  }
  std::string text() { return std::string(take(count(1))); }
  template <class Number>
  std::vector<Number> numbers(std::size_t most = UINT32_MAX) {
    std::vector<Number> values(count(sizeof(Number), most));
    const std::string_view bytes = take(values.size() * sizeof(Number));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  /// One of the first `values` enumerators.
  template <class Enum>
  Enum enumerator(std::size_t values) {
    const auto value = number<std::uint8_t>();
    if (value >= values) fail("enumerator " + std::to_string(value));
    return static_cast<Enum>(value);
  }
  void expect_end() const {
    if (!rest_.empty()) fail(std::to_string(rest_.size()) + " bytes too many");
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) fail("it ends too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace robustcheck::eval
