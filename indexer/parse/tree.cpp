#include "indexer/parse/tree.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <string>

namespace acpd::index {
namespace {

// Where a grammar fits nothing, recovery copies ever longer arrays: the work is the square of the
// bytes. What is allocated follows that work, and is the same every time. Real files take up to 170
// bytes a byte of source, those that run away thousands.
constexpr std::size_t memory_per_byte = 500;
constexpr std::size_t memory_for_any_file = 16'000'000;

// Tree-sitter asks every hundred steps. Real files take up to 3 steps a byte.
constexpr std::size_t steps_per_question = 100;
constexpr std::size_t steps_per_byte = 40;
constexpr std::size_t steps_for_any_file = 100'000;

constexpr std::time_t most_cpu_seconds = 10;
constexpr std::size_t questions_per_look = 64; // the clock is a system call

thread_local std::size_t allocated = 0; // by this thread's parses, in all

struct source {
  std::string_view bytes;
  std::size_t questions_left;
  std::size_t memory_limit;
  timespec started;
};

timespec cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now;
}

void count_allocations() {
  ts_set_allocator(
      [](std::size_t size) { return allocated += size, std::malloc(size); },
      [](std::size_t count, std::size_t size) {
        return allocated += count * size, std::calloc(count, size);
      },
      [](void* block, std::size_t size) { return allocated += size, std::realloc(block, size); },
      std::free);
}

const char* read(void* payload, uint32_t at, TSPoint, uint32_t* length) {
  const auto bytes = static_cast<source*>(payload)->bytes;
  const auto from = std::min<std::size_t>(at, bytes.size());
  *length = static_cast<uint32_t>(bytes.size() - from);
  return bytes.data() + from;
}

bool must_stop(TSParseState* state) {
  auto& from = *static_cast<source*>(state->payload);
  if (from.questions_left-- == 0 || allocated > from.memory_limit) return true;
  return from.questions_left % questions_per_look == 0 &&
         cpu_time().tv_sec - from.started.tv_sec > most_cpu_seconds;
}

} // namespace

tree_parser::tree_parser() {
  static std::once_flag once;
  std::call_once(once, count_allocations);
  parser_.reset(ts_parser_new());
}

tree_ptr tree_parser::parse(const language& lang, std::string_view bytes) {
  if (current_ != &lang) {
    if (!ts_parser_set_language(parser_.get(), lang.grammar()))
      throw std::logic_error("the grammar of " + std::string(lang.name) +
                             " has an ABI that the Tree-sitter core does not know");
    current_ = &lang;
  }
  source from{bytes, (steps_for_any_file + steps_per_byte * bytes.size()) / steps_per_question,
              allocated + memory_for_any_file + memory_per_byte * bytes.size(), cpu_time()};
  const TSInput input{&from, read, TSInputEncodingUTF8, nullptr};
  tree_ptr tree(ts_parser_parse_with_options(parser_.get(), nullptr, input, {&from, must_stop}));
  if (!tree) ts_parser_reset(parser_.get()); // else the next parse would go on with this one
  return tree;
}

} // namespace acpd::index
