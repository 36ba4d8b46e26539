#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace acpd::index {

/// An array over numbers that only grow, most of which die: a page whose entries are all gone is
/// freed. An entry that was never put, or erased, reads as T{}.
template <class T>
class paged {
public:
  static constexpr std::uint32_t page_size = 1024;

  const T& operator[](std::uint32_t number) const {
    static const T none{};
    const auto page = number / page_size;
    if (page >= pages_.size() || !pages_[page]) return none;
    return pages_[page]->entries[number % page_size];
  }
  T& put(std::uint32_t number, T value) {
    const auto index = number / page_size;
    if (index >= pages_.size()) pages_.resize(index + 1);
    if (!pages_[index]) pages_[index] = std::make_unique<page>();
    auto& p = *pages_[index];
    if (!p.used[number % page_size]) {
      p.used[number % page_size] = true;
      ++p.live;
    }
    return p.entries[number % page_size] = std::move(value);
  }
  /// Null: never put, or erased.
  T* find(std::uint32_t number) {
    const auto index = number / page_size;
    if (index >= pages_.size() || !pages_[index] || !pages_[index]->used[number % page_size])
      return nullptr;
    return &pages_[index]->entries[number % page_size];
  }
  void erase(std::uint32_t number) {
    const auto index = number / page_size;
    if (index >= pages_.size() || !pages_[index] || !pages_[index]->used[number % page_size])
      return;
    auto& p = *pages_[index];
    p.used[number % page_size] = false;
    p.entries[number % page_size] = T{};
    if (--p.live == 0) pages_[index].reset();
  }
  /// Above every number that was put.
  std::uint32_t end() const { return static_cast<std::uint32_t>(pages_.size()) * page_size; }

  template <class Sink>
  void for_each(Sink&& sink) const {
    for (std::uint32_t i = 0; i < pages_.size(); ++i) {
      if (!pages_[i]) continue;
      for (std::uint32_t k = 0; k < page_size; ++k)
        if (pages_[i]->used[k]) sink(i * page_size + k, pages_[i]->entries[k]);
    }
  }

private:
  struct page {
    std::array<T, page_size> entries{};
    std::array<bool, page_size> used{};
    std::uint32_t live = 0;
  };
  std::vector<std::unique_ptr<page>> pages_;
};

} // namespace acpd::index
