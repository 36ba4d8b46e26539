#include "server/net/index_questions.h"

#include "protocol/envelope.h"

#include <algorithm>
#include <array>

namespace acpd::net {

namespace {

constexpr std::array<std::string_view, 8> of_search{"query", "limit", "path_glob", "language",
                                                    "kind",  "group", "text",      "max_tokens"};
constexpr std::array<std::string_view, 5> of_symbol{"name", "limit", "text", "max_tokens", "uses"};
constexpr std::array<std::string_view, 1> of_outline{"path"};
constexpr std::array<std::string_view, 3> of_related{"path", "symbol", "limit"};
constexpr std::array<std::string_view, 2> of_repo_map{"max_tokens", "focus"};

constexpr std::array<index_question, 5> questions{{{"search", of_search},
                                                   {"symbol", of_symbol},
                                                   {"outline", of_outline},
                                                   {"related", of_related},
                                                   {"repo_map", of_repo_map}}};

} // namespace

const index_question* find_index_question(std::string_view name) {
  const auto found = std::ranges::find(questions, name, &index_question::name);
  return found == questions.end() ? nullptr : &*found;
}

std::string worker_members(const index_question& q, std::string_view params) {
  std::string out = R"("do":")" + std::string(q.name) + "\"";
  for (const std::string_view name : q.members)
    if (const auto value = protocol::member(params, name); !value.empty())
      out.append(",\"").append(name).append("\":").append(value);
  return out;
}

} // namespace acpd::net
