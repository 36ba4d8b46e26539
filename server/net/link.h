#pragma once

#include "protocol/compaction.h"
#include "protocol/envelope.h"
#include "protocol/line_splitter.h"
#include "server/core/handshake.h"
#include "server/net/asio.h"
#include "server/net/entry_view.h"
#include "server/net/session_host.h"
#include "server/store/database.h"
#include "server/wire/bridge_frames.h"
#include "server/wire/config.h"
#include "server/wire/frame.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

class hub;
class agent_link;

/// What a client said it can do, in its `initialize`.
struct client_abilities {
  bool notices = false, compaction = false;
  bool form = false, url = false; // elicitations
  bool boolean_options = false;
  bool read_file = false, write_file = false;
  bool terminal_login = false;
  bool names_servers = true; // its mcpServers are somebody's choice: not acpctl's
};

/// Who a client is, for the others.
struct client_card {
  std::string name, version; // clientInfo; empty: it gave none
  std::int64_t since_ms = 0;
  std::string from; // "unix", or "remote": it came with a token
  bool observer = false;
};

/// A response that is due once the cursor has passed `at`.
struct due_response {
  std::uint64_t at = 0;
  std::string raw_id;
  std::uint64_t n = 0;
  std::string result; // raw JSON
  enum class of : std::uint8_t {
    attach, // load, resume
    close,  // the last that this client hears of the session
  } what = of::attach;
};

/// A request of this client that has not been answered.
struct open_request {
  std::string key;
  std::string method;       // the client's own
  std::int64_t session = 0; // its result is to be converted from the words of that one's agent
};

/// The version of ACP that is spoken with a client, by the protocolVersion that it asks for (raw);
/// empty: there is none.
std::optional<protocol::acp_version> version_for(std::string_view requested, bool v2_is_on);

/// A session's title as people give it (raw), without blanks at its ends.
protocol::result<std::string> title_in(std::string_view raw);

/// Whether params.prompt is one: an array of content blocks, at least one.
bool is_prompt(std::string_view raw);

/// An editor on one session: a cursor, and what it shows. A replay and live updates are one read
/// loop.
struct attachment {
  std::uint64_t cursor = 0;    // everything ≤ it has been handed to the socket
  std::uint16_t slot = 0;      // framed connections
  std::uint64_t attaching = 0; // which attach this is: an older one's reads are thrown away
  bool reading = false;        // the reader thread is at it
  bool folding = false;        // a compacted replay is being made
  std::shared_ptr<const chunk> replayed;       // what the reader thread brought
  std::shared_ptr<const chunk> ahead;          // the same, behind it: read while that was written
  std::shared_ptr<entry_view> behind;          // made them; null while the reader thread has it
  std::vector<protocol::folded_frame> folded;  // of a compacted replay: the part at hand
  std::size_t next_folded = 0;                 // in it
  std::size_t folded_before = 0;               // frames of the parts before
  std::size_t skip_folded = 0;                 // frames that a cut replay has shown already
  std::optional<store::replay_position> parts; // while there are more
  std::shared_ptr<protocol::renderer> folds;   // of a log in the other version
  std::optional<due_response> due;
  bool ask_pending = false;                  // after the response: what is pending is asked again
  std::map<std::int64_t, std::string> shown; // question row → id under which the editor shows it
};

/// One client connection: `acpctl connect` (framed), or plain ACP. Reads lines, routes them; writes
/// what its cursors have not passed yet. Never blocks the session thread: a client that does not
/// read lags and costs nothing. Kept alive by its read loop; session thread.
class link : public std::enable_shared_from_this<link> {
public:
  link(hub& h, unix_socket socket, std::uint64_t number, pid_t peer, bool agents);

  void start();
  void ring_bell(session_host& host);
  void session_gone(session_host& host);
  /// An answer for this client: a response line whose id is replaced.
  void answer(std::string_view raw_id, std::uint64_t n, std::string_view line);
  /// fs/* or an extension request of an agent, for this editor.
  void ask(session_host& host, const core::question& q);
  /// Follows the session from `cursor` on (everything ≤ it counts as seen).
  attachment& attach(session_host& host, std::uint64_t cursor);
  /// The daemon ends.
  void goodbye(bool stop);
  void close();

  const std::string& author() const { return author_; }
  protocol::acp_version version() const { return version_; }
  const client_abilities& abilities() const { return abilities_; }
  std::uint64_t last_active() const { return last_active_; }
  bool attached(const session_host& host) const { return attached_.contains(host.core.data().id); }
  bool open() const { return !closed_; }
  const client_card& card() const { return card_; }
  /// It came from elsewhere, with a token of that role.
  void came_with_token(bool observer) {
    card_.from = "remote";
    card_.observer = observer;
  }
  /// Whole lines that are no session's updates; of one that lags they would only pile up.
  void tell(std::string_view lines);
  bool lags() const { return out_.size() - out_at_ > (std::size_t{256} << 10); }

private:
  friend class control;
  struct incoming {
    std::string_view line;
    protocol::envelope e;
    std::uint64_t n; // framed: the line's number
    std::string raw_id;
    std::string key;
    bool keyed; // the key outlives this connection
    std::uint64_t hash;

    std::string_view params() const {
      return e.params ? e.params.in(line) : std::string_view("{}");
    }
    std::string_view param(std::string_view name) const { return protocol::member(params(), name); }
  };
  /// A request that is answered later: with its own copy of the line.
  struct kept : incoming {
    explicit kept(const incoming& r)
        : incoming(r), text(std::make_shared<const std::string>(r.line)) {
      line = *text;
    }
    std::shared_ptr<const std::string> text;
  };

  // link_input.cpp
  asio::awaitable<void> read_loop(std::shared_ptr<link> self);
  void on_bytes(std::string_view bytes);
  void on_frame(const wire::frame_header& h, std::string_view payload);
  void on_hello(std::string_view payload);
  void on_line(std::string_view line, std::uint64_t n);
  void handle(std::string_view line, std::uint64_t n);
  void on_response(std::string_view line, const protocol::envelope& e);
  void on_notification(std::string_view line, const protocol::envelope& e);
  void drain_inbox();
  void give_back(session_host& host, const attachment& a);
  void refuse(std::string_view text, std::string_view first_bytes = {});
  void look_up(std::string line, std::uint64_t n, std::string key);
  void on_looked_up(const std::string& line, std::uint64_t n, const std::string& key,
                    const std::optional<store::key_row>& row);
  void on_known(const store::key_row& row, const incoming& r);
  bool wait_if_open(const incoming& r);
  void reply_other_request(const incoming& r);

  // link_agent.cpp: the agent behind this connection, before there is a session
  void initialize(const incoming& r);
  void ask_agent(const kept& r, const wire::agent_config& agent);
  void initialised(const kept& r, const std::string& agents_result);
  void take_abilities(std::string_view params);
  void authenticate(const incoming& r);
  void failed(const kept& r, std::string_view text, std::string_view error);
  std::shared_ptr<agent_link> probe(const wire::agent_config& agent);
  protocol::result<wire::agent_config> agent_for(const incoming& r) const;
  bool ask_early(const std::weak_ptr<agent_link>& process, std::string_view line,
                 const protocol::envelope& e);
  bool answer_early(const std::string& id, std::string_view line, const protocol::envelope& e);
  void withdraw_early(std::string_view raw_id = {});
  void cancel_early();

  // link_requests.cpp
  struct method;
  static std::span<const method> methods();
  void on_request(const incoming& r);
  void new_session(const incoming& r);
  void open_session(const kept& r);
  void open_with(const kept& r, const std::shared_ptr<agent_link>& process, core::opening what);
  void keep_probe(const std::shared_ptr<agent_link>& process);
  void created(const kept& r, const std::shared_ptr<agent_link>& agent);
  void list(const incoming& r);
  // link_fork.cpp
  void fork(const incoming& r);
  static bool is_fork(const incoming& r);
  session_host* parent_of(const incoming& r);
  core::session_seed seed_for(const incoming& r, const std::string& agent);
  void prompt(const incoming& r, session_host& host);
  void close(const incoming& r);
  void delete_session(const incoming& r, session_host& host);
  void pass_on(const incoming& r, session_host& host);
  void note_agents_words(const incoming& r, const session_host& host);
  session_host* session_of(const incoming& r);
  void leave(session_host& host);

  // link_v2.cpp: what only ACP v2 has, or has otherwise
  bool v2() const { return version_ == protocol::acp_version::v2; }
  bool answer_if_inserted(const incoming& r, session_host& host, const core::turn& t);
  void answer_known_prompt(const store::key_row& row, const incoming& r);
  std::string in_own_words(const open_request& request, std::string_view line);
  std::string state_line(const session_host& host) const;
  void respond_with_state(session_host& host, attachment& a);
  void resume_v2(const incoming& r, session_host& host);
  void close_v2(const incoming& r);
  void status(const incoming& r, session_host& host);
  void set_title(const incoming& r, session_host& host);
  void archive(const incoming& r, session_host& host);
  void unarchive(const incoming& r, session_host& host);
  void cancel_terminal(const incoming& r, session_host& host);
  void stop_and_answer(const incoming& r, session_host& host);

  // link_mcp.cpp
  bool keep_servers(const incoming& r, session_host& host);
  void pass_mcp(std::string_view line, const protocol::envelope& e);

  // link_attach.cpp
  void load(const incoming& r, session_host& host);
  void resume(const incoming& r, session_host& host);
  void resume_compacted(const incoming& r, session_host& host, std::string_view from);
  void resume_tail(const incoming& r, session_host& host, std::string_view from);
  void compacted(const incoming& r, session_host& host, std::uint64_t head, std::size_t first);
  void reattach(std::string_view known, const std::set<std::string>& shown);
  void say_lost(session_host& host, attachment& a);
  std::string turn_state(const session_host& host) const;
  std::string attach_result(const session_host& host, std::uint64_t cursor) const;
  std::optional<std::string> refused_cursor(const session_host& host, std::string_view epoch,
                                            std::uint64_t next);

  // link_output.cpp
  void pump();
  bool fill();
  bool fill_from(session_host& host, attachment& a);
  bool fill_folded(session_host& host, attachment& a);
  void next_part(attachment& a, std::int64_t session);
  bool fill_entries(session_host& host, attachment& a, const std::shared_ptr<const chunk>& c);
  bool passes(const attachment& a, const item& i) const;
  bool shows(const protocol::folded_frame& f) const;
  void special(session_host& host, attachment& a, const chunk& c, const item& i);
  void show_to_all(const attachment& a, const item& i, std::string_view lines);
  void show_question(session_host& host, attachment& a, const core::question& q, std::uint64_t seq);
  void read_behind(session_host& host, attachment& a, std::uint64_t from);
  void respond_due(session_host& host, attachment& a);
  void respond(session_host& host, attachment& a);
  void emit(wire::bridge_frame type, std::uint16_t slot, std::uint64_t number, std::uint64_t seq,
            std::string_view lines);

  // link_replies.cpp
  void reply_result(const incoming& r, std::string_view raw_result);
  void reply_result_or_error(const incoming& r, const protocol::result<std::string>& what);
  void reply_error(const incoming& r, int code, std::string_view text,
                   std::string_view raw_data = {});
  void reply_raw(std::string_view raw_id, std::uint64_t n, std::string_view line,
                 std::uint16_t slot = 0, std::uint64_t seq = 0);
  std::string with_key(std::string line, std::string_view raw_id);
  void ack(std::uint64_t n);
  bool flush();
  bool backlogged() const { return out_.size() - out_at_ > (std::size_t{1} << 20); }

  hub& hub_;
  unix_socket socket_;
  const std::uint64_t number_;
  const pid_t peer_;
  const bool agent_peer_; // descends from one of our shims: may do nothing here
  enum class mode : std::uint8_t { unknown, plain, framed } mode_ = mode::unknown;
  std::string first_bytes_;
  protocol::line_splitter lines_;
  wire::frame_splitter frames_;
  asio::steady_timer resume_bell_;
  std::deque<std::pair<std::uint64_t, std::string>> inbox_; // lines that wait while holding_
  bool holding_ = false; // a key is looked up, or the agent is asked for its initialize

  std::string author_; // bridge uuid, or one of our own
  std::string agent_;  // --agent; empty: any
  std::vector<std::string> env_;
  bool resumed_ = false; // a bridge that was here before: its keys may be known
  std::map<std::uint64_t, std::pair<std::uint64_t, std::size_t>> cut_replays_; // n → head, index
  std::uint64_t next_key_ = 1;
  bool initialised_ = false;
  bool asked_ = false; // a request came after that
  protocol::acp_version version_ = protocol::acp_version::v1;
  client_abilities abilities_;
  client_card card_;
  std::uint64_t last_active_ = 0;
  std::shared_ptr<agent_link> probe_;
  std::string probe_asks_for_; // raw id of the editor's request that a probe is at
  struct early_question {
    std::weak_ptr<agent_link> process;
    std::string raw_id; // the agent's
  };
  std::map<std::string, early_question> early_; // by the id that the editor sees

  std::map<std::int64_t, attachment> attached_; // by session row
  std::int64_t latest_session_ = 0;
  std::int64_t turn_of_fill_ = 0; // whose turn it is to be written: round robin
  std::uint16_t next_slot_ = 1;
  std::uint64_t next_attach_ = 1;
  struct waiting_turn {
    std::int64_t session;
    std::string raw_id;
    std::uint64_t n;
  };
  std::multimap<std::int64_t, waiting_turn> waiting_turns_; // by turn row: prompts of this client
  std::map<std::string, open_request> open_requests_;       // by raw id
  std::map<std::string, std::string> own_keys_; // raw id → the acpd/key that the client gave

  std::string out_; // control frames and single lines
  std::size_t out_at_ = 0;
  std::shared_ptr<const chunk> run_of_; // a run of a chunk's bytes that is being written
  std::string_view run_;
  char run_head_[wire::frame_header_bytes];
  std::size_t run_at_ = 0, run_head_size_ = 0;
  bool waiting_to_write_ = false;
  bool pumping_ = false;
  bool closing_ = false; // after what is to be written
  bool closed_ = false;
};

} // namespace acpd::net
