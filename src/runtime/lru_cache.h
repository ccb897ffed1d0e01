#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <utility>

namespace robustcheck::runtime {

/// Values bounded by the bytes that they are said to take; the least recently used go first. The newest always stays,
/// even if it alone is larger than the bound.
template <class Key, class Value>
class LruCache {
 public:
  explicit LruCache(std::uint64_t capacity_bytes) : capacity_(capacity_bytes) {}

  /// nullptr if absent. Valid until the next insert().
  Value* find(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  /// `key` must be absent.
  Value& insert(const Key& key, Value value, std::uint64_t bytes) {
    while (!entries_.empty() && used_ + bytes > capacity_) drop_oldest();
    entries_.push_front({key, std::move(value), bytes});
    index_[key] = entries_.begin();
    used_ += bytes;
    return entries_.front().value;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Key key;
    Value value;
    std::uint64_t bytes;
  };

  void drop_oldest() {
    used_ -= entries_.back().bytes;
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }

  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::map<Key, typename std::list<Entry>::iterator> index_;
};

}  // namespace robustcheck::runtime
