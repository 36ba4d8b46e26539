#include "server/mcp/answer_text.h"

#include "protocol/json_view.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

namespace acpd::mcp {

using protocol::json_view;

namespace {

/// Entries until the room is used up; what does not fit is counted.
class bounded_text {
public:
  explicit bounded_text(std::size_t most) : most_(most) {}

  void add(const std::string& entry) {
    if (left_out_ == 0 && text_.size() + entry.size() <= most_)
      text_ += entry;
    else
      ++left_out_;
  }
  /// Always: what an answer must not lack.
  void say(const std::string& line) { foot_ += line + "\n"; }
  bool empty() const { return text_.empty() && left_out_ == 0; }
  std::string end() {
    if (left_out_ > 0)
      say("(" + std::to_string(left_out_) +
          " more left out for lack of room: ask more narrowly, or raise max_tokens)");
    if (!text_.empty() && !foot_.empty() && !text_.ends_with("\n\n")) text_ += "\n";
    return text_ + foot_;
  }

private:
  const std::size_t most_;
  std::string text_, foot_;
  std::size_t left_out_ = 0;
};

std::string number(json_view value) { return value ? std::string(value.raw) : "0"; }

double real(json_view value) { return std::strtod(std::string(value.raw).c_str(), nullptr); }

std::string path_of(const folder_answer& of, json_view place) {
  return (of.root.empty() ? "" : of.root + "/") + place["path"].text();
}

std::string stale_mark(json_view place) {
  return place["stale"].raw == "true" ? "  [STALE: changed on disk since it was indexed]" : "";
}

std::string name_of(json_view place) {
  const std::string qualified = place["qname"].text();
  const std::string name = qualified.empty() ? place["name"].text() : qualified;
  return name.empty() ? "(between definitions)" : name;
}

std::string chunk_head(const folder_answer& of, json_view place) {
  return path_of(of, place) + ":" + number(place["start_line"]) + "-" + number(place["end_line"]) +
         "  " + place["kind"].text() + " " + name_of(place) + stale_mark(place) + "\n";
}

/// The head, and the source text below it, if it came along.
std::string chunk_entry(const folder_answer& of, json_view place) {
  std::string out = chunk_head(of, place);
  std::string text = place["text"].text();
  if (text.empty()) return out;
  while (text.ends_with('\n'))
    text.pop_back();
  out += text + "\n";
  if (place["truncated"].raw == "true") out += "(cut off here: read the rest from the file)\n";
  return out + "\n";
}

std::string use_entry(const folder_answer& of, json_view place) {
  const std::string within = place["within"].text(), kind = place["kind"].text();
  return "  " + path_of(of, place) + ":" + number(place["line"]) +
         (kind.empty() ? "" : "  " + kind) + (within.empty() ? "" : " in " + within) +
         stale_mark(place) + "\n";
}

void add_hits(bounded_text& out, const std::vector<folder_answer>& answers) {
  struct scored {
    double score;
    std::size_t place; // of equals the first comes first
    std::string entry;
  };
  std::vector<scored> all; // of all folders, best first
  for (const folder_answer& of : answers)
    json_view{of.result}["hits"].each([&](json_view hit) {
      all.push_back({real(hit["score"]), all.size(), chunk_entry(of, hit)});
    });
  std::ranges::sort(all, {}, [](const scored& s) { return std::pair(-s.score, s.place); });
  for (const scored& hit : all)
    out.add(hit.entry);
}

void add_symbol(bounded_text& out, const std::vector<folder_answer>& answers) {
  for (const folder_answer& of : answers)
    json_view{of.result}["definitions"].each(
        [&](json_view place) { out.add("defined: " + chunk_entry(of, place)); });
  std::set<std::string> told; // a call is a reference, too: it is told once
  const auto list = [&](std::string_view member, std::string_view title) {
    bool first = true;
    for (const folder_answer& of : answers)
      json_view{of.result}[member].each([&](json_view place) {
        const auto entry = use_entry(of, place);
        if (!told.insert(entry).second) return;
        out.add((std::exchange(first, false) ? std::string(title) + "\n" : "") + entry);
      });
  };
  list("callers", "callers:");
  list("references", told.empty() ? "references:" : "other references:");
  for (const folder_answer& of : answers) {
    const json_view result{of.result};
    if (const auto alike = result["named_alike"].number_or(0); alike > 0)
      out.say("(uses are found by name: " + std::to_string(alike) +
              " other definitions have this one's, and some of these may mean them)");
    for (const std::string what : {"definitions", "references"}) {
      std::int64_t shown = 0;
      result[what].each([&](json_view) { ++shown; });
      const auto there = result["all_" + what].number_or(shown);
      if (there > shown)
        out.say("(" + std::to_string(shown) + " of " + std::to_string(there) + " " + what +
                ": raise limit for more)");
    }
  }
}

void add_outline(bounded_text& out, const std::vector<folder_answer>& answers) {
  for (const folder_answer& of : answers) {
    const json_view result{of.result};
    out.add(
        path_of(of, result) + (result["lines"] ? "  " + number(result["lines"]) + " lines" : "") +
        (result["language"] ? "  " + result["language"].text() : "") + stale_mark(result) + "\n");
    result["symbols"].each([&](json_view s) {
      out.add("  " + number(s["start_line"]) + "-" + number(s["end_line"]) + "  " +
              s["kind"].text() + " " + name_of(s) + "\n");
    });
    if (result["indexed"].raw == "false")
      out.say("This file is not in the index" +
              (result["reason"] ? ": " + result["reason"].text() : std::string()) + ".");
  }
}

void add_related(bounded_text& out, const std::vector<folder_answer>& answers) {
  for (const folder_answer& of : answers) {
    const json_view result{of.result};
    bool first = true;
    result["files"].each([&](json_view file) {
      const bool uses = real(file["uses"]) > 0, used = real(file["used_by"]) > 0;
      if (std::exchange(first, false)) out.add("related to " + path_of(of, result) + ":\n");
      out.add("  " + path_of(of, file) + "  " +
              (uses && used ? "uses it, and is used by it"
               : used       ? "uses it"
                            : "is used by it") +
              stale_mark(file) + "\n");
    });
  }
}

void add_map(bounded_text& out, const std::vector<folder_answer>& answers) {
  for (const folder_answer& of : answers) {
    const json_view result{of.result};
    if (!of.root.empty()) out.add("in " + of.root + ":\n");
    out.add(result["text"].text());
    if (result["left_out"].number_or(0) > 0)
      out.say("(" + number(result["left_out"]) +
              " more definitions had no room: raise budget, or give focus)");
  }
}

/// How far the answer can be relied on.
void say_coverage(bounded_text& out, const folder_answer& of) {
  const json_view result{of.result}, c = result["coverage"];
  const std::string where = of.root.empty() ? "" : of.root + ": ";
  if (result["note"]) out.say(where + result["note"].text());
  if (c["complete"].raw != "true" || c["pending"].number_or(0) > 0)
    out.say(where + "The index is not complete yet: " + number(c["indexed"]) + " of " +
            number(c["total"]) + " files. What is in the others is missing here.");
  if (c["problem"]) out.say(where + "The index is not up to date: " + c["problem"].text());
  if (c["partial"].raw == "true")
    out.say(where + "Changes may be noticed late: " + c["reason"].text());
}

void add_status(bounded_text& out, const std::vector<folder_answer>& answers) {
  for (const folder_answer& of : answers) {
    const json_view result{of.result}, c = result["coverage"];
    out.add(result["root"].text() + ": " + number(c["indexed"]) + " files indexed, " +
            number(c["pending"]) + " waiting, " + number(result["chunks"]) + " pieces of code" +
            (c["complete"].raw == "true" && c["pending"].number_or(0) == 0 ? "; complete" : "") +
            "\n");
    if (const auto lost = c["failed"].number_or(0) + c["unreadable"].number_or(0); lost > 0)
      out.add("  " + std::to_string(lost) + " files could not be read or parsed\n");
  }
}

} // namespace

std::string answer_text(std::string_view method, const std::vector<folder_answer>& answers,
                        std::size_t max_bytes) {
  bounded_text out(max_bytes);
  std::vector<folder_answer> good;
  for (const folder_answer& of : answers)
    if (!of.result.empty()) good.push_back(of);
  if (method == "_acpd/index/search") add_hits(out, good);
  if (method == "_acpd/index/symbol") add_symbol(out, good);
  if (method == "_acpd/index/outline") add_outline(out, good);
  if (method == "_acpd/index/related") add_related(out, good);
  if (method == "_acpd/index/repo_map") add_map(out, good);
  if (method == "_acpd/index/status") add_status(out, good);
  for (const folder_answer& of : good)
    say_coverage(out, of);
  for (const folder_answer& of : answers)
    if (of.result.empty())
      out.say((of.root.empty() ? "" : of.root + ": ") + "no answer: " + of.error);
  return out.end();
}

} // namespace acpd::mcp
