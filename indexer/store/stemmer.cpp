#include "indexer/store/stemmer.h"

#include <libstemmer.h>
#include <new>

namespace acpd::index {

void stemmer::closer::operator()(sb_stemmer* s) const { sb_stemmer_delete(s); }

stemmer::stemmer() : impl_(sb_stemmer_new("english", "UTF_8")) {
  if (!impl_) throw std::bad_alloc();
}

void stemmer::append(std::string_view word, std::string& out) {
  const auto* symbols = reinterpret_cast<const sb_symbol*>(word.data());
  const auto* stem = sb_stemmer_stem(impl_.get(), symbols, static_cast<int>(word.size()));
  if (stem == nullptr) throw std::bad_alloc();
  out.append(reinterpret_cast<const char*>(stem),
             static_cast<std::size_t>(sb_stemmer_length(impl_.get())));
}

} // namespace acpd::index
