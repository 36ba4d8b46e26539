#pragma once

#include "clients/cli/json_view.h"
#include "protocol/failure.h"

#include <string>
#include <string_view>

namespace acpd::cli {

/// A permission request or an elicitation, as text for a person: what is asked, then the choices,
/// numbered from 1.
std::string describe_question(std::string_view method, json_view params);
/// The first part of it, on one line.
std::string question_title(std::string_view method, json_view params);

/// How a person answers on the command line. At most one is given.
struct answer_flags {
  std::string option; // an optionId
  bool allow = false;
  bool reject = false;
  std::string answer; // JSON: an elicitation's content

  bool any() const { return allow || reject || !option.empty() || !answer.empty(); }
};

/// The result that answers the question, as JSON; a failure (usage) when it cannot be answered so.
/// What allows for ever is only chosen by its optionId.
protocol::result<std::string> answer_with_flags(std::string_view method, json_view params,
                                                const answer_flags& flags);

/// The same for a line that a person typed below describe_question(): a number, y, n, an optionId;
/// for an elicitation n, a JSON object, or the text itself where one text is asked for. Silence is
/// no answer.
protocol::result<std::string> answer_with_line(std::string_view method, json_view params,
                                               std::string_view line);

} // namespace acpd::cli
