#include "tests/bench/retrieval.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace acpd::bench {
namespace {

using index::ranking;

constexpr std::array table = {
    named_constant{"k1", &ranking::k1, 1.2},
    named_constant{"b_body", &ranking::b_body, 0},
    named_constant{"idf_power", &ranking::idf_power, 1},
    named_constant{"weight_name", &ranking::weight_name, 1},
    named_constant{"weight_scope", &ranking::weight_scope, 0},
    named_constant{"weight_stem", &ranking::weight_stem, 0},
    named_constant{"weight_folder", &ranking::weight_folder, 0},
    named_constant{"weight_whole", &ranking::weight_whole, 0},
    named_constant{"weight_task", &ranking::weight_task, 1},
    named_constant{"name_match", &ranking::name_match, 0},
    named_constant{"path_match", &ranking::path_match, 0},
    named_constant{"file_score", &ranking::file_score, 0},
    named_constant{"coherence", &ranking::coherence, 0},
    named_constant{"exact_name", &ranking::exact_name, 0},
    named_constant{"other_kind", &ranking::other_kind, 1},
    named_constant{"test_path", &ranking::test_path, 1},
    named_constant{"init_file", &ranking::init_file, 1},
    named_constant{"declaration_file", &ranking::declaration_file, 1},
};

} // namespace

std::span<const named_constant> constants() { return table; }

double& constant(ranking& r, const std::string& name) {
  const auto at = std::ranges::find_if(table, [&](const auto& c) { return c.name == name; });
  if (at == table.end())
    throw std::invalid_argument("no constant of the ranking is called " + name);
  return r.*at->member;
}

} // namespace acpd::bench
