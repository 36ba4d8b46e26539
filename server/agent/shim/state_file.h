#pragma once

#include "server/agent/state_layout.h"

namespace acpd::shim {

/// `state` in the working directory, mapped shared: what is written into hello() survives the
/// shim's kill -9, at no cost a write. Owned by main, used by the shim's loop only.
class state_file {
public:
  state_file() = default;
  ~state_file();
  state_file(const state_file&) = delete;
  state_file& operator=(const state_file&) = delete;

  /// False: errno says why. Valid for readers from here on.
  bool create();
  agent::shim_hello& hello() { return page_->hello; }

private:
  agent::state_page* page_ = nullptr;
};

} // namespace acpd::shim
