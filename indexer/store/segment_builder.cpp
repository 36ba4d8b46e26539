#include "indexer/store/segment_builder.h"

#include <algorithm>

namespace acpd::index {
namespace {

// About 20 MB: more would stay for ever in a tree of generated names.
constexpr std::size_t most_known = 120'000;

} // namespace

term_id segment_builder::intern(key_kind kind, std::string_view text) {
  std::string key = make_key(kind, text);
  if (auto found = ids_.find(std::string_view(key)); found != ids_.end()) return found->second;
  const auto id = static_cast<term_id>(keys_.size());
  ids_.emplace(keys_.emplace_back(std::move(key)), id);
  lists_.emplace_back();
  return id;
}

segment_builder::word_terms segment_builder::terms_of(std::string_view word, std::uint64_t hash) {
  const auto* found = known_.find(word, hash);
  if (found == nullptr) {
    analyser_.analyse(word, scratch_);
    made_.clear();
    for (const auto& part : scratch_.parts)
      made_.push_back(intern(key_kind::word, part));
    const bool whole = !scratch_.whole.empty();
    if (whole) made_.push_back(intern(key_kind::word, scratch_.whole));
    found = &known_.add(word, hash, made_, whole);
  }
  return {known_.terms_of(*found), found->whole};
}

term_id segment_builder::name_of(key_kind kind, std::string_view name) {
  auto* known = known_.find(name, text_hash{}(name));
  if (known == nullptr) return intern(kind, name);
  auto& id = kind == key_kind::reference ? known->reference : known->definition;
  if (id == no_term) id = intern(kind, name);
  return id;
}

segment_builder::list& segment_builder::touch(term_id term) {
  auto& l = lists_[term];
  if (l.bytes.empty()) used_.push_back(term);
  return l;
}

void segment_builder::add_word(term_id term, std::uint32_t doc, counts c) {
  auto& l = touch(term);
  const auto before = l.bytes.size();
  l.writer.add_word(l.bytes, doc, c);
  bytes_ += l.bytes.size() - before;
}

void segment_builder::add_reference(term_id term, std::uint32_t doc, std::string_view uses) {
  auto& l = touch(term);
  const auto before = l.bytes.size();
  l.writer.add_reference(l.bytes, doc, uses);
  bytes_ += l.bytes.size() - before;
}

void segment_builder::finish(const block_writer::emit& emit) {
  std::ranges::sort(used_, {}, [&](term_id t) -> const std::string& { return keys_[t]; });
  block_writer out(emit);
  for (const auto term : used_) {
    out.add(keys_[term], lists_[term].bytes);
    lists_[term] = {};
  }
  out.finish();
  used_.clear();
  bytes_ = 0;
  if (known_.size() > most_known || keys_.size() > most_known) forget();
}

void segment_builder::forget() {
  ids_ = {};
  known_.clear();
  keys_.clear();
  lists_ = {};
}

} // namespace acpd::index
