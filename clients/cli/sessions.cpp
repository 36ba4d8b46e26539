#include "clients/cli/sessions.h"

#include "clients/cli/exit_codes.h"

#include <algorithm>
#include <tuple>

namespace acpd::cli {

session_item read_session(json_view item) {
  const json_view meta = item["_meta"];
  const json_view ours = meta["acpd"];
  session_item s;
  s.id = item["sessionId"].text();
  s.cwd = item["cwd"].text();
  s.title = item["title"].text();
  s.updated_at = item["updatedAt"].text();
  s.agent = ours["agent"] ? ours["agent"].text() : meta["acpd/agent"].text();
  s.state = ours["state"].text();
  s.outcome = ours["outcome"].text();
  s.head = ours["head"].number_or(0);
  s.pending = ours["pending"].number_or(0);
  s.queued = ours["queued"].number_or(0);
  s.epoch = ours["epoch"].text();
  s.done = ours["progress"]["done"].number_or(0);
  s.total = ours["progress"]["total"].number_or(0);
  s.unit = ours["progress"]["unit"].text();
  s.raw = item.raw;
  return s;
}

protocol::result<std::vector<session_item>> list_sessions(client& c) {
  std::vector<session_item> all;
  std::string params = "{}";
  for (;;) {
    const auto page = c.call("session/list", params);
    if (!page) return std::unexpected(page.error());
    const std::size_t before = all.size();
    page->result()["sessions"].each([&](json_view item) { all.push_back(read_session(item)); });
    const json_view next = page->result()["nextCursor"];
    if (!next.is_string() || all.size() == before) break;
    params = R"({"cursor":)" + std::string(next.raw) + "}";
  }
  // UTC in one format: as text they sort as times.
  std::ranges::sort(all, [](const session_item& a, const session_item& b) {
    return std::tie(b.updated_at, a.id) < std::tie(a.updated_at, b.id);
  });
  return all;
}

protocol::result<session_item> choose_session(const std::vector<session_item>& all,
                                              std::string_view wanted) {
  auto fail = [](std::string text) {
    return std::unexpected(protocol::failure{protocol::not_found, std::move(text)});
  };
  if (all.empty()) return fail("there are no sessions: `acpctl run PROMPT` makes one");
  if (wanted.empty() || wanted == "-") return all.front();
  std::vector<const session_item*> found;
  for (const session_item& s : all) {
    if (s.id == wanted) return s;
    if (s.id.starts_with(wanted)) found.push_back(&s);
  }
  if (found.empty())
    return fail("there is no session \"" + std::string(wanted) + "\": `acpctl ls` lists them");
  if (found.size() == 1) return *found.front();
  std::string text = "\"" + std::string(wanted) + "\" begins the ids of " +
                     std::to_string(found.size()) + " sessions: give more of it:";
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
    text += " " + found[i]->id;
  return fail(std::move(text));
}

protocol::result<session_item> find_session(client& c, std::string_view wanted) {
  const auto all = list_sessions(c);
  if (!all) return std::unexpected(all.error());
  return choose_session(*all, wanted);
}

std::size_t shown_id_length(const std::vector<session_item>& all) {
  std::vector<std::string_view> ids;
  for (const session_item& s : all)
    ids.push_back(s.id);
  std::ranges::sort(ids);
  std::size_t length = 8;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto differs = std::ranges::mismatch(ids[i - 1], ids[i]).in1 - ids[i - 1].begin();
    length = std::max(length, static_cast<std::size_t>(differs) + 1);
  }
  return length;
}

std::string count_text(std::int64_t n) {
  std::string text = std::to_string(n);
  const std::size_t sign = n < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3; at -= 3)
    text.insert(at - 3, 1, ',');
  return text;
}

std::string progress_text(std::int64_t done, std::int64_t total, const std::string& unit) {
  if (total <= 0) return {};
  return count_text(done) + "/" + count_text(total) + (unit.empty() ? "" : " " + unit);
}

} // namespace acpd::cli
