#include "indexer/store/reader.h"

namespace acpd::index {

reader::reader(const store& s) : store_(s), db_(s.file(), connection::role::reader) {}

} // namespace acpd::index
