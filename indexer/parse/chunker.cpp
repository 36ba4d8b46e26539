#include "indexer/parse/chunker.h"

#include "indexer/parse/utf8.h"

#include <algorithm>
#include <unordered_map>
#include <xxhash.h>

namespace acpd::index {
namespace {

constexpr std::uint32_t value_of_its_own =
    3; // lines from which a value without a comment is a chunk

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

/// A line that only ends something: "}", "});", "} // namespace a", "end", "#endif".
bool is_closing(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r\n\f\v");
  if (first == line.npos) return true;
  line.remove_prefix(first);
  if (line[0] == '}' || line[0] == ')' || line[0] == ']') {
    const auto rest = line.find_first_not_of("})]; ,\t\r\n");
    return rest == line.npos || line.substr(rest).starts_with("//") ||
           line.substr(rest).starts_with("/*");
  }
  const auto word = line.substr(0, line.find_first_of(" \t\r\n;"));
  return word == "end" || word == "#endif" || word == "fi" || word == "done";
}

class cutter {
public:
  cutter(std::string_view path, std::string_view bytes, const line_index& lines, file_facts& into)
      : path_(path), bytes_(bytes), lines_(lines), into_(into) {}

  void run(outline& found);
  /// [begin, end) as one chunk, or as windows where it is too long.
  void add(chunk_kind kind, const definition* of, std::uint32_t begin, std::uint32_t end);

private:
  void choose(const outline& found);
  void visit(const outline& found);
  void gap(std::uint32_t end);
  chunk_kind kind_of_gap(const definition* owner) const;
  void push(chunk_kind kind, const definition* of, std::uint32_t begin, std::uint32_t end);
  void push_long_line(const definition* of, std::uint32_t line, std::uint32_t end);
  std::uint32_t widened_begin(std::uint32_t at) const;
  std::uint32_t widened_end(std::uint32_t at) const;
  std::uint32_t chunk_at(std::uint32_t at) const;

  std::string_view path_, bytes_;
  const line_index& lines_;
  file_facts& into_;
  std::vector<char> own_, opens_; // of each definition: has its own chunk; holds some that do
  std::vector<const definition*> around_;
  std::uint32_t done_ = 0; // bytes before it are in chunks, or say nothing
  std::unordered_map<std::uint64_t, std::uint32_t> ordinals_;
};

/// Which definitions get a chunk: leaves do, and what holds such leaves is left to its gaps.
void cutter::choose(const outline& found) {
  const auto& all = found.definitions;
  own_.assign(all.size(), 0);
  opens_.assign(all.size(), 0);
  for (std::size_t i = all.size(); i-- > 0;) {
    const auto& d = all[i];
    const bool small =
        lines_.line_of(std::max(d.end, 1U) - 1) - lines_.line_of(d.begin) + 1 < value_of_its_own &&
        !d.documented;
    if (d.local || d.transparent)
      own_[i] = 0;
    else if (d.chunk == chunk_kind::value || d.kind == "declaration")
      own_[i] = !small;
    else
      own_[i] = 1;
    if (opens_[i]) own_[i] = 0;
    if (d.parent >= 0 && (own_[i] || opens_[i])) opens_[d.parent] = 1;
  }
}

void cutter::run(outline& found) {
  choose(found);
  into_.chunks.reserve(2 * static_cast<std::size_t>(std::ranges::count(own_, 1)) + 1); // and gaps
  visit(found);
  if (into_.chunks.empty()) return; // nothing but blank lines and brackets
  for (auto& d : found.definitions) {
    if (d.anonymous) continue;
    const auto at = chunk_at(d.name_at);
    into_.symbols.push_back({std::move(d.name), std::move(d.qname), std::string(d.kind),
                             lines_.line_of(d.name_at) + 1, at});
  }
  into_.references = std::move(found.references);
  for (std::size_t i = 0; i < into_.references.size(); ++i)
    into_.references[i].chunk = chunk_at(found.reference_at[i]);
}

void cutter::visit(const outline& found) {
  for (std::size_t i = 0; i < found.definitions.size(); ++i) {
    const auto& d = found.definitions[i];
    const auto begin = std::max(widened_begin(d.begin), done_);
    while (!around_.empty() && around_.back()->end <= d.begin) {
      gap(widened_end(around_.back()->end));
      around_.pop_back();
    }
    if (own_[i]) {
      gap(begin);
      const auto end = std::max(widened_end(d.end), begin);
      add(d.chunk, &d, begin, end);
      done_ = std::max(done_, end);
    } else if (opens_[i] && !d.transparent) {
      gap(begin);
      around_.push_back(&d);
    }
  }
  for (; !around_.empty(); around_.pop_back())
    gap(widened_end(around_.back()->end));
  gap(static_cast<std::uint32_t>(bytes_.size()));
}

/// What lies between the last chunk and `end` belongs to the innermost open definition.
void cutter::gap(std::uint32_t end) {
  if (end <= done_) return;
  auto begin = done_;
  done_ = end;
  auto first = lines_.line_of(begin), last = lines_.line_of(end - 1);
  const auto part = [&](std::uint32_t line) {
    const auto from = std::max(lines_.begin(line), begin);
    return bytes_.substr(from, std::min(lines_.end(line), end) - from);
  };
  while (first <= last && is_blank(part(first)))
    ++first;
  while (last > first && is_blank(part(last)))
    --last;
  bool says_something = false;
  for (auto line = first; line <= last && !says_something; ++line)
    says_something = !is_closing(part(line));
  if (!says_something) return;
  begin = std::max(begin, lines_.begin(first));
  const auto* owner = around_.empty() ? nullptr : around_.back();
  add(kind_of_gap(owner), owner, begin, std::min(end, lines_.end(last)));
}

chunk_kind cutter::kind_of_gap(const definition* owner) const {
  if (owner && owner->chunk == chunk_kind::section) return chunk_kind::section;
  return own_.empty() ? chunk_kind::window : chunk_kind::container;
}

void cutter::add(chunk_kind kind, const definition* of, std::uint32_t begin, std::uint32_t end) {
  const auto first = lines_.line_of(begin), last = lines_.line_of(std::max(end, begin + 1) - 1);
  const bool whole = kind == chunk_kind::function || kind == chunk_kind::type;
  const auto limit = whole ? longest_definition_lines : window_lines;
  if (last - first < limit && end - begin <= longest_chunk_bytes) return push(kind, of, begin, end);
  for (auto line = first; line <= last;) {
    const auto from = std::max(begin, lines_.begin(line));
    auto next = line;
    while (next <= last && next - line < window_lines &&
           lines_.end(next) - from <= longest_chunk_bytes)
      ++next;
    if (next == line) {
      push_long_line(of, line++, end);
      continue;
    }
    push(chunk_kind::window, of, from, std::min(end, lines_.end(next - 1)));
    if (next > last) return;
    line = next - line > 2 * window_overlap ? next - window_overlap : next;
  }
}

void cutter::push_long_line(const definition* of, std::uint32_t line, std::uint32_t end) {
  auto at = lines_.begin(line);
  end = std::min(end, lines_.end(line));
  while (at < end) {
    const auto length = utf8_prefix(bytes_.substr(at, end - at), longest_chunk_bytes);
    push(chunk_kind::window, of, at, at + static_cast<std::uint32_t>(length));
    at += static_cast<std::uint32_t>(length);
  }
}

void cutter::push(chunk_kind kind, const definition* of, std::uint32_t begin, std::uint32_t end) {
  chunk c;
  c.kind = kind;
  c.begin = begin;
  c.end = end;
  c.first_line = lines_.line_of(begin) + 1;
  c.last_line = lines_.line_of(std::max(end, begin + 1) - 1) + 1;
  if (of) c.name = of->name, c.qname = of->qname;
  const auto seed =
      XXH3_64bits_withSeed(path_.data(), path_.size(), static_cast<XXH64_hash_t>(kind));
  const auto key = XXH3_64bits_withSeed(c.qname.data(), c.qname.size(), seed);
  c.ordinal = ordinals_[key]++;
  c.id = XXH3_64bits_withSeed(&c.ordinal, sizeof c.ordinal, key);
  c.hash = XXH3_64bits(bytes_.data() + begin, end - begin);
  into_.chunks.push_back(std::move(c));
}

/// To the beginning of its line, where only space stands before it.
std::uint32_t cutter::widened_begin(std::uint32_t at) const {
  const auto begin = lines_.begin(lines_.line_of(at));
  return is_blank(bytes_.substr(begin, at - begin)) ? begin : at;
}

/// To the end of its line, where only punctuation or a comment stands behind it.
std::uint32_t cutter::widened_end(std::uint32_t at) const {
  if (at == 0 || bytes_[at - 1] == '\n') return at;
  const auto end = lines_.end(lines_.line_of(at - 1));
  const auto rest = bytes_.substr(at, end - at);
  const auto first = std::min(rest.find_first_not_of(" \t\r\n;,)}]"), rest.size());
  const auto comment = rest.substr(first);
  const bool closes = comment.empty() || comment.starts_with("//") || comment.starts_with('#') ||
                      comment.starts_with("--") ||
                      (comment.starts_with("/*") && comment.contains("*/"));
  return closes ? end : at;
}

/// The last chunk that holds a byte; else the one before it.
std::uint32_t cutter::chunk_at(std::uint32_t at) const {
  const auto& all = into_.chunks;
  const auto it = std::ranges::upper_bound(all, at, {}, &chunk::begin);
  auto index = it == all.begin() ? 0 : static_cast<std::uint32_t>(it - all.begin() - 1);
  // Of windows that overlap the first one that has it, so that a definition's name is in its first.
  while (index > 0 && all[index - 1].begin <= at && at < all[index - 1].end)
    --index;
  return index;
}

} // namespace

void cut(std::string_view path, std::string_view bytes, const line_index& lines, outline& found,
         file_facts& into) {
  cutter(path, bytes, lines, into).run(found);
}

} // namespace acpd::index
