#include "tests/server/store/support.h"

#include "protocol/envelope.h"
#include "protocol/splice.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <stdlib.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace acpd::store::test {

state_folder::state_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "acpd-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  path_ = name;
}

state_folder::~state_folder() {
  std::error_code ignored; // what is left is in the folder for temporary files
  std::filesystem::remove_all(path_, ignored);
}

database open_database(const std::filesystem::path& dir, const open_options& options) {
  auto opened = database::open(dir, options);
  if (!opened) throw std::runtime_error(opened.error().text);
  return std::move(*opened);
}

reader open_reader(const std::filesystem::path& dir, const open_options& options) {
  auto opened = reader::open(dir, options);
  if (!opened) throw std::runtime_error(opened.error().text);
  return std::move(*opened);
}

std::string chunk_line(std::string_view text, std::string_view message) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)"
         R"({"sessionUpdate":"agent_message_chunk","messageId":")" +
         std::string(message) + R"(","content":{"type":"text","text":)" + protocol::quoted(text) +
         "}}}}";
}

entry make_entry(std::int64_t session, std::uint64_t seq, std::string_view bytes, entry_kind kind) {
  entry e;
  e.session = session;
  e.seq = seq;
  e.kind = kind;
  e.at_ms = 1'700'000'000'000 + static_cast<std::int64_t>(seq);
  e.turn = 1;
  e.process = 1;
  if (const auto parts = protocol::scan(bytes); parts && parts->params)
    e.splice = protocol::splice_of(*parts, bytes).pack();
  e.message_id = "m1";
  e.bytes = bytes;
  return e;
}

session_row make_session(std::int64_t id) {
  session_row s;
  s.id = id;
  s.sid = "sid-" + std::to_string(id);
  s.agent = "codex";
  s.cwd = "/tmp/project";
  return s;
}

turn_row make_turn(std::int64_t id, std::int64_t session, turn_state state) {
  turn_row r;
  r.id = id;
  r.session = session;
  r.state = state;
  return r;
}

question_row make_question(std::int64_t id, std::int64_t session, question_state state) {
  question_row r;
  r.id = id;
  r.session = session;
  r.state = state;
  return r;
}

shim_row make_shim(std::int64_t id, std::int64_t session) {
  shim_row r;
  r.id = id;
  r.session = session;
  return r;
}

outgoing_row make_outgoing(std::int64_t shim, std::uint64_t n, outgoing_kind kind) {
  outgoing_row r;
  r.shim = shim;
  r.n = n;
  r.kind = kind;
  return r;
}

key_row make_key(std::string key, std::int64_t session, std::int64_t at_ms) {
  key_row r;
  r.key = std::move(key);
  r.session = session;
  r.at_ms = at_ms;
  return r;
}

void append(database& db, std::int64_t session, std::uint64_t from, std::uint64_t to,
            bool durable) {
  batch b;
  for (std::uint64_t seq = from; seq <= to; ++seq)
    b.append(make_entry(session, seq, chunk_line("update " + std::to_string(seq))));
  if (durable) b.make_durable();
  db.commit(b);
}

std::vector<owned_entry> all_entries(reader& r, std::int64_t session, std::uint64_t from,
                                     std::uint64_t to) {
  std::vector<owned_entry> found;
  r.entries(session, from, to, [&](const entry& e) {
    found.push_back({e, std::string(e.message_id), std::string(e.bytes)});
    return true;
  });
  return found;
}

std::uint64_t head_without_gap(reader& r, std::int64_t session) {
  std::uint64_t head = 0;
  r.entries(session, 0, 1'000'000'000, [&](const entry& e) {
    if (e.seq != head + 1)
      throw std::runtime_error("entry " + std::to_string(e.seq) + " follows " +
                               std::to_string(head));
    head = e.seq;
    return true;
  });
  return head;
}

void wait_until(const std::function<bool()>& condition) {
  const auto guard = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > guard) FAIL("waited a minute in vain");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

bool on_disk(const std::filesystem::path& dir, std::string_view text) {
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    if (all.find(text) != std::string::npos) return true;
  }
  return false;
}

int in_child(const std::function<void()>& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      f();
    } catch (const std::exception& e) {
      ::dprintf(2, "child: %s\n", e.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("fork");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace acpd::store::test
