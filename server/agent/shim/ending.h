#pragma once

#include "server/agent/shim/clock.h"

#include <cstdint>

namespace acpd::shim {

/// When the agent's processes end, and in which order (SHIM.md: `stop`, and what follows the end of
/// the agent's top process). Pure: it decides, the loop does. Owned by the shim's loop.
class ending {
public:
  /// What the loop has to do now.
  enum class action : std::uint8_t {
    none,
    terminate, // SIGTERM to the agent's group
    sweep,     // SIGKILL to the whole tree; then say with swept() how many are left
  };
  /// What the loop knows.
  struct facts {
    bool alive = false;       // the agent has not been waited for
    bool output_open = false; // its stdout has not been read to its end
  };

  /// End of stdin has been given: SIGTERM after `grace`. The earliest of several counts.
  void stop(instant now, std::chrono::milliseconds grace);
  void kill() { killing_ = true; }

  action step(instant now, const facts& f);
  void swept(instant now, int left);

  /// Nothing of the tree is left (or cannot be killed): what is in the pipes is all there will be.
  bool over(const facts& f) const { return over_ && !f.alive; }
  /// The tree is being killed: what the pipes hold is read without limits.
  bool killing() const { return killing_; }
  instant wake() const;

private:
  void ended(instant now, const facts& f);

  instant terminate_at_ = never;
  instant kill_at_ = never;
  instant drain_until_ = never;
  instant sweep_at_{};
  instant give_up_at_ = never;
  bool killing_ = false;
  bool over_ = false;
};

} // namespace acpd::shim
