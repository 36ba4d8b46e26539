#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace acpd::index {

/// The files of one workspace that are to be read: each at most once waiting and once in hand, so
/// that what is read last is what is kept. One thread.
class backlog {
public:
  /// The file may have changed, or be gone: reading it decides.
  void look(const std::string& path);
  /// Of what is below the folder, only these still count: the rest is not to be indexed any more.
  void keep_below(std::string_view folder, const std::function<bool(const std::string&)>& counts);
  /// It is not to be indexed any more; what is being read of it is not kept.
  void forget(const std::string& path);

  std::optional<std::string> next();
  /// Before its turn. False: it is not waiting.
  bool take(const std::string& path);
  /// False: what was read is not to be kept: it changed while it was in hand, and waits again, or
  /// was forgotten.
  bool done(const std::string& path);

  std::size_t size() const { return states_.size(); }
  std::size_t waiting() const { return size() - in_hand_; }

private:
  enum class state { waiting, in_hand, changed_in_hand, forgotten_in_hand };
  std::unordered_map<std::string, state> states_;
  std::deque<std::string> order_; // may name some that were taken before their turn
  std::size_t in_hand_ = 0;
};

} // namespace acpd::index
