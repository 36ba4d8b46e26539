#include "indexer/store/merge.h"

#include <algorithm>
#include <bit>

namespace acpd::index {
namespace {

constexpr std::size_t same_size = 6;          // segments of a size before they are merged
constexpr std::uint64_t smallest = 16 * 1024; // all that are smaller are of one size

int size_class(std::uint64_t bytes) {
  return static_cast<int>(std::bit_width(std::max(bytes, smallest) / smallest)) / 2;
}

bool mostly_dead(const catalog& c) {
  std::uint64_t docs = 0;
  for (const auto& s : c.segments())
    docs += s.docs;
  return docs > 2 * c.sums().chunks + 10'000;
}

template <class Payload>
struct posting {
  std::uint32_t doc;
  Payload payload;
};

/// The postings of all lists that are still alive, by document.
template <class Payload, class Read, class Alive>
std::vector<posting<Payload>> gather(const std::vector<std::string_view>& lists, Read read,
                                     Alive alive) {
  std::vector<posting<Payload>> all;
  for (const auto list : lists)
    read(list, [&](std::uint32_t doc, Payload p) {
      if (alive(doc)) all.push_back({doc, p});
    });
  std::ranges::sort(all, {}, &posting<Payload>::doc);
  return all;
}

} // namespace

std::vector<std::int64_t> pick_merge(const catalog& c) {
  std::vector<std::int64_t> picked;
  const bool all = mostly_dead(c);
  if (c.segments().size() < 2 && !all) return picked;
  int greatest = 0;
  for (const auto& s : c.segments())
    greatest = std::max(greatest, size_class(s.bytes));
  for (int limit = all ? greatest : 0; limit <= greatest; ++limit) {
    picked.clear();
    for (const auto& s : c.segments())
      if (size_class(s.bytes) <= limit) picked.push_back(s.id);
    if (all || picked.size() >= same_size) return picked;
  }
  return {};
}

merge_job::merge_job(connection& db, const catalog& c, std::vector<std::int64_t> inputs)
    : db_(db), catalog_(c), inputs_(std::move(inputs)),
      writer_([this](std::string_view first, std::string_view data) { emit(first, data); }) {
  for (const auto& s : c.segments()) {
    if (std::ranges::count(inputs_, s.id) == 0) continue;
    output_.docs += s.docs;
    auto& cursor = cursors_.emplace_back(std::make_unique<segment_cursor>(db, s, ""));
    if (!cursor->next()) cursor.reset();
  }
  if (inputs_.size() == c.segments().size()) output_.docs = c.sums().chunks;
}

bool merge_job::step(std::uint64_t bytes) {
  if (output_.id == 0) {
    db_.run("INSERT INTO segment (state, bytes, docs) VALUES (?1, 0, ?2)",
            static_cast<int>(segment_state::building), output_.docs);
    output_.id = db_.last_row();
  }
  std::vector<std::string_view> lists;
  for (std::uint64_t done = 0; done < bytes;) {
    const segment_cursor* least = nullptr;
    for (const auto& c : cursors_)
      if (c && (least == nullptr || c->key() < least->key())) least = c.get();
    if (least == nullptr) {
      writer_.finish();
      return false;
    }
    const std::string key = least->key();
    lists.clear();
    for (const auto& c : cursors_)
      if (c && c->key() == key) lists.push_back(c->list());
    add(key, lists);
    for (const auto list : lists)
      done += list.size() + key.size();
    for (auto& c : cursors_)
      if (c && c->key() == key && !c->next()) c.reset();
  }
  return true;
}

void merge_job::add(const std::string& key, const std::vector<std::string_view>& lists) {
  list_.clear();
  posting_writer out;
  const auto doc_lives = [&](std::uint32_t n) { return catalog_.doc(n).file != 0; };
  if (key.front() == static_cast<char>(key_kind::reference)) {
    for (const auto& p : gather<std::string_view>(
             lists, [](auto l, auto sink) { read_references(l, sink); }, doc_lives))
      out.add_reference(list_, p.doc, p.payload);
  } else {
    const bool path = key.front() == static_cast<char>(key_kind::path);
    const auto lives = [&](std::uint32_t n) {
      return path ? !catalog_.file(n).path.empty() : doc_lives(n);
    };
    for (const auto& p :
         gather<counts>(lists, [](auto l, auto sink) { read_words(l, sink); }, lives))
      out.add_word(list_, p.doc, p.payload);
  }
  if (!list_.empty()) writer_.add(key, list_);
}

void merge_job::emit(std::string_view first, std::string_view data) {
  db_.run("INSERT INTO block (segment, first, data) VALUES (?1, ?2, ?3)", output_.id, blob{first},
          blob{data});
  output_.blocks.push_back({std::string(first), db_.last_row()});
  output_.bytes += data.size();
}

} // namespace acpd::index
