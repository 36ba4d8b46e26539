#include "clients/cli/client.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/text.h"

#include <cstdio>

namespace acpd::cli {
namespace {

protocol::result<message> call(const common_options& common, std::string_view method,
                               const std::string& params) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return std::unexpected(where.error());
  auto c = client::open(*where, false);
  if (!c) return std::unexpected(c.error());
  return c->call(method, params);
}

} // namespace

/// The token alone on stdout, so that a script can keep it; what to know of it on stderr.
int token_new(const common_options& common, const token_options& o) {
  const auto made = call(common, "_acpd/token/new",
                         R"({"role":)" + protocol::quoted(o.role) + R"(,"name":)" +
                             protocol::quoted(o.name) + "}");
  if (!made) return report(made.error());
  if (common.json) {
    write_out(std::string(made->result().raw) + "\n");
    return ok;
  }
  write_out(made->result()["token"].text() + "\n");
  std::fprintf(stderr,
               "token \"%s\", role %s. It is shown this once: put it into a file of mode 0600 "
               "for --token-file, or into ACPD_TOKEN.\n",
               printable(made->result()["name"].text()).c_str(), o.role.c_str());
  return ok;
}

int token_list(const common_options& common) {
  const auto all = call(common, "_acpd/token/list", "{}");
  if (!all) return report(all.error());
  const json_view result = all->result();
  if (common.json) {
    write_out(std::string(result["tokens"].raw) + "\n");
    return ok;
  }
  std::vector<std::vector<std::string>> rows;
  result["tokens"].each([&](json_view t) {
    rows.push_back({std::string(t["id"].raw), printable(t["name"].text()),
                    printable(t["role"].text()), "made " + printable(t["createdAt"].text()),
                    t["usedAt"] ? "used " + printable(t["usedAt"].text()) : "never used"});
  });
  write_out(table(rows));
  const std::string listen = result["listen"].text();
  std::fprintf(stderr, "%s\n",
               listen.empty() ? "the daemon listens for no remote clients: `acpd serve --listen`, "
                                "or [listen] in the configuration"
                              : ("the daemon listens on " + printable(listen)).c_str());
  return ok;
}

int token_revoke(const common_options& common, const token_options& o) {
  const auto gone =
      call(common, "_acpd/token/revoke", R"({"name":)" + protocol::quoted(o.name) + "}");
  if (!gone) return report(gone.error());
  write_out(common.json ? "{\"revoked\":" + protocol::quoted(o.name) + "}\n"
                        : o.name + " revoked; its connections have ended\n");
  return ok;
}

} // namespace acpd::cli
