#include "tests/protocol/compaction_support.h"

#include <catch2/catch.hpp>
#include <map>

using namespace acpd;
using namespace acpd::protocol;
using test::session_log;
using test::shown;
using test::strings;
using test::told;

TEST_CASE("adjacent text chunks are merged at the first, and every other byte stays") {
  session_log l;
  l.chunk("one ").chunk(R"(t\u0077o\n)").chunk("").chunk("three");
  const auto frames = l.compacted();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].seq == 1);
  CHECK(frames[0].line == test::update_line(R"({"sessionUpdate":"agent_message_chunk","content":)"
                                            R"({"type":"text","text":"one t\u0077o\nthree"}})"));
}

TEST_CASE("a surrogate pair cut between two chunks is whole again") {
  session_log l;
  l.chunk(R"(\ud83d)").chunk(R"(\ude00)");
  CHECK(told(l.compacted()) == strings{"1 \xf0\x9f\x98\x80"});
}

TEST_CASE("chunks of another kind are not merged") {
  session_log l;
  l.chunk("a")
      .chunk("b", "agent_thought_chunk")
      .chunk("c", "user_message_chunk")
      .chunk("d", "user_message_chunk");
  CHECK(told(l.compacted()) == strings{"1 a", "2 b", "3 cd"});
}

TEST_CASE("chunks of another message, turn or process are not merged") {
  session_log l;
  l.chunk("a");
  l.message_id = "n";
  l.chunk("b");
  l.turn = 2;
  l.chunk("c");
  l.process = 2;
  l.chunk("d").chunk("e");
  CHECK(told(l.compacted()) == strings{"1 a", "2 b", "3 c", "4 de"});
}

TEST_CASE("chunks that are not adjacent are not merged") {
  session_log l;
  l.chunk("a").update(R"({"sessionUpdate":"usage_update","used":1,"size":2})").chunk("b");
  CHECK(told(l.compacted()) == strings{"1 a", "2 usage_update", "3 b"});
}

TEST_CASE("chunks whose params._meta differ are not merged") {
  const std::string a =
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"}})";
  session_log l;
  l.update(a).update(a, R"({"x":1})").update(a, R"({"x":1})").update(a, R"({"x":2})");
  CHECK(told(l.compacted()) == strings{"1 a", "2 aa", "4 a"});
}

TEST_CASE("chunks whose update._meta or annotations differ are not merged") {
  const auto with = [](std::string_view in_update, std::string_view in_content) {
    return R"({"sessionUpdate":"agent_message_chunk",)" + std::string(in_update) +
           R"("content":{"type":"text","text":"a")" + std::string(in_content) + "}}";
  };
  session_log l;
  l.update(with(R"("_meta":{"x":1},)", "")).update(with(R"("_meta":{"x":1},)", ""));
  l.update(with("", "")).update(with("", R"(,"annotations":{"priority":1})"));
  l.update(with("", R"(,"annotations":{"priority":1})"))
      .update(with("", R"(,"annotations":{"priority":2})"));
  CHECK(told(l.compacted()) == strings{"1 aa", "3 a", "4 aa", "6 a"});
}

TEST_CASE("content that is no text passes as it is and parts the chunks around it") {
  const std::string image =
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"image","data":"","mimeType":"image/png"}})";
  session_log l;
  l.chunk("a").update(image).update(image).chunk("b");
  const auto frames = l.compacted();
  CHECK(told(frames) == strings{"1 a", "2 agent_message_chunk", "3 agent_message_chunk", "4 b"});
  CHECK(frames[1].line == test::update_line(image));
}

TEST_CASE("a merged frame ends at 256 KiB of line") {
  session_log l;
  constexpr std::size_t pieces = 1000, size = 1000;
  for (std::size_t i = 0; i < pieces; ++i)
    l.chunk(std::string(size, static_cast<char>('a' + i % 26)));
  const auto frames = l.compacted();
  CHECK(frames.size() == 4);
  std::string all;
  for (const auto& f : frames) {
    CHECK(f.line.size() <= 256 * 1024);
    all += unquote(member(member(member(member(f.line, "params"), "update"), "content"), "text"));
  }
  REQUIRE(all.size() == pieces * size);
  for (std::size_t i = 0; i < pieces; ++i)
    REQUIRE(all[i * size] == static_cast<char>('a' + i % 26));
}

TEST_CASE("one chunk above 256 KiB passes whole") {
  session_log l;
  l.chunk("a").chunk(std::string(300 * 1024, 'x')).chunk("b");
  CHECK(told(l.compacted()) == strings{"1 a", "2 " + std::string(300 * 1024, 'x'), "3 b"});
}

TEST_CASE("of each singleton the last is kept, at its place") {
  const std::vector<std::pair<singleton, std::string>> kinds = {
      {singleton::plan, R"("plan","entries":[])"},
      {singleton::usage, R"("usage_update","used":1,"size":2)"},
      {singleton::mode, R"("current_mode_update","currentModeId":"x")"},
      {singleton::config, R"("config_option_update","configOptions":[])"},
      {singleton::commands, R"("available_commands_update","availableCommands":[])"},
      {singleton::title, R"("session_info_update","title":"x")"},
  };
  for (const auto& [kind, fields] : kinds) {
    const std::string update = R"({"sessionUpdate":)" + fields + "}";
    INFO(update);
    session_log l;
    l.update(update).chunk("a").update(update);
    l.turn = 2;
    l.chunk("b").update(update).chunk("c");
    const auto frames = l.compacted();
    CHECK(shown(frames).size() == 4);
    CHECK(shown(frames)[2] == "5 " + update);
    CHECK(frames[2].single == kind);
    CHECK(frames[0].single == singleton::none);
  }
}

TEST_CASE("a title is kept when a later session_info_update says nothing about it") {
  const std::string title = R"({"sessionUpdate":"session_info_update","title":"x"})";
  const std::string time = R"({"sessionUpdate":"session_info_update","updatedAt":"t"})";
  session_log l;
  l.update(time).update(title).update(time).update(time);
  CHECK(shown(l.compacted()) == strings{"2 " + title, "4 " + time});
  l.update(R"({"sessionUpdate":"session_info_update","title":null,"updatedAt":"u"})");
  CHECK(l.compacted().size() == 1);
}

TEST_CASE("notices are left out, unknown variants and other lines pass as they are") {
  const std::string request =
      R"({"jsonrpc":"2.0","id":1,"method":"_x/y","params":{"sessionId":"s1"}})";
  session_log l;
  l.update(R"({"sessionUpdate":"notice","severity":"info","title":"x"})");
  l.update(R"({"sessionUpdate":"_acme/x","n":1.0})")
      .update(R"({"sessionUpdate":"plan_update","plan":{}})");
  l.update(R"({"sessionUpdate":"plan_update","plan":{}})").line(request);
  const auto frames = l.compacted();
  CHECK(told(frames) == strings{"2 _acme/x", "3 plan_update", "4 plan_update", "5 "});
  CHECK(frames[3].line == request);
}

TEST_CASE("every frame's splice is that of its line") {
  session_log l;
  l.chunk("a").chunk("b").announce(R"("title":"x")").tool(R"("status":"completed")");
  l.update(R"({"sessionUpdate":"plan","entries":[]})", R"({"x":1})");
  for (const auto& f : l.compacted()) {
    CHECK(f.where == splice_of(*scan(f.line), f.line));
    CHECK(f.where.session_at != 0);
  }
}

TEST_CASE("finish leaves the compactor empty") {
  session_log l;
  l.chunk("a").announce(R"("title":"x")");
  compactor c;
  const std::string line = test::update_line(R"({"sessionUpdate":"plan","entries":[]})");
  c.add({1, 1, 1, "", line});
  CHECK(c.finish().size() == 1);
  CHECK(c.finish().empty());
  c.add({2, 1, 1, "", line});
  CHECK(c.finish().at(0).seq == 2);
}

TEST_CASE("drop_superseded keeps of each singleton the last of all folds") {
  const auto usage = [](int n) {
    return R"({"sessionUpdate":"usage_update","used":)" + std::to_string(n) + "}";
  };
  const std::string title = R"({"sessionUpdate":"session_info_update","title":"x"})";
  const std::string time = R"({"sessionUpdate":"session_info_update","updatedAt":"t"})";
  session_log a, b, c;
  a.update(usage(1)).update(title).update(time).chunk("a");
  b.update(usage(2)).chunk("b").announce(R"("title":"x")");
  c.chunk("c").update(time);
  std::vector folds{a.compacted(), b.compacted(), c.compacted()};
  drop_superseded(folds);
  CHECK(shown(folds[0]).size() == 2);
  CHECK(shown(folds[0])[0] == "2 " + title);
  CHECK(told(folds[1]) == strings{"1 usage_update", "2 b", "3 tool_call"});
  CHECK(told(folds[2]) == strings{"1 c", "2 session_info_update"});
}

TEST_CASE("real conversations say the same when they are compacted") {
  using kinds = std::map<std::string, std::string>;
  const auto text_of = [](kinds& all, std::string_view line) {
    const auto e = scan(line);
    if (!e || !e->variant) return;
    all[std::string(e->variant.in(line))] +=
        unquote(member(member(e->update.in(line), "content"), "text"));
  };
  kinds before, after;
  session_log l;
  std::size_t updates = 0;
  for (auto& line : test::transcript_lines()) {
    const auto e = scan(line);
    if (!e->variant) continue;
    text_of(before, line);
    ++updates;
    l.line(line);
  }
  const auto frames = l.compacted();
  CHECK(frames.size() < updates / 2);
  for (const auto& f : frames)
    text_of(after, f.line);
  CHECK(before["agent_message_chunk"] == after["agent_message_chunk"]);
  CHECK(before["agent_thought_chunk"] == after["agent_thought_chunk"]);
  CHECK_FALSE(after.contains("tool_call_update"));
}
