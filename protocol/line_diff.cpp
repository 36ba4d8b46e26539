#include "protocol/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace acpd::protocol {
namespace {

using line_list = std::vector<std::string_view>;

/// Whether a line is kept (a step along the diagonal), and which pair of lines it is.
struct kept_line {
  std::size_t before = 0, after = 0;
};

/// Myers' greedy search over before[from, from + n) and after[from, from + m).
class edit_search {
public:
  edit_search(const line_list& before, const line_list& after, std::size_t from, std::size_t n,
              std::size_t m)
      : before_(before), after_(after), from_(from), n_(static_cast<std::int64_t>(n)),
        m_(static_cast<std::int64_t>(m)) {}

  /// The kept lines in order; nothing when more than max_edits are needed.
  std::optional<std::vector<kept_line>> run(std::size_t max_edits) {
    for (std::int64_t d = 0; d <= static_cast<std::int64_t>(max_edits); ++d) {
      if (step(d)) return backtrack(d);
    }
    return std::nullopt;
  }

private:
  /// Furthest x on diagonal k after d edits; rounds_[d] holds k = -d, -d + 2, …, d.
  std::int64_t furthest(std::int64_t d, std::int64_t k) const {
    return rounds_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
  }

  bool goes_down(std::int64_t d, std::int64_t k) const {
    return k == -d || (k != d && furthest(d - 1, k - 1) < furthest(d - 1, k + 1));
  }

  std::int64_t start_of(std::int64_t d, std::int64_t k) const {
    if (d == 0) return 0;
    return goes_down(d, k) ? furthest(d - 1, k + 1) : furthest(d - 1, k - 1) + 1;
  }

  bool step(std::int64_t d) {
    std::vector<std::int64_t> round;
    round.reserve(static_cast<std::size_t>(d) + 1);
    bool done = false;
    for (std::int64_t k = -d; k <= d; k += 2) {
      std::int64_t x = start_of(d, k);
      while (x < n_ && x - k < m_ && x - k >= 0 && same(x, x - k))
        ++x;
      round.push_back(x);
      done = done || (x >= n_ && x - k >= m_);
    }
    rounds_.push_back(std::move(round));
    return done;
  }

  bool same(std::int64_t x, std::int64_t y) const {
    return before_[from_ + static_cast<std::size_t>(x)] ==
           after_[from_ + static_cast<std::size_t>(y)];
  }

  std::vector<kept_line> backtrack(std::int64_t d) const {
    std::vector<kept_line> kept;
    std::int64_t k = n_ - m_;
    for (; d >= 0; --d) {
      const std::int64_t start = start_of(d, k);
      for (std::int64_t x = furthest(d, k); x > start; --x)
        kept.push_back(
            {from_ + static_cast<std::size_t>(x - 1), from_ + static_cast<std::size_t>(x - 1 - k)});
      if (d > 0) k += goes_down(d, k) ? 1 : -1;
    }
    std::ranges::reverse(kept);
    return kept;
  }

  const line_list& before_;
  const line_list& after_;
  std::size_t from_;
  std::int64_t n_, m_;
  std::vector<std::vector<std::int64_t>> rounds_;
};

} // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  line_list lines;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto size = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<changed_lines> diff_lines(const line_list& before, const line_list& after,
                                      std::size_t max_edits) {
  std::size_t head = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head])
    ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::size_t old_end = before.size() - tail;
  const std::size_t new_end = after.size() - tail;
  edit_search search(before, after, head, old_end - head, new_end - head);
  std::vector<kept_line> kept = search.run(max_edits).value_or(std::vector<kept_line>{});
  kept.push_back({old_end, new_end});

  std::vector<changed_lines> changes;
  std::size_t x = head;
  std::size_t y = head;
  for (const kept_line& line : kept) {
    if (line.before > x || line.after > y) changes.push_back({x, line.before, y, line.after});
    x = line.before + 1;
    y = line.after + 1;
  }
  return changes;
}

} // namespace acpd::protocol
