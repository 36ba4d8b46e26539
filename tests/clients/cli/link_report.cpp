#include "clients/cli/bridge/link_report.h"

#include <catch2/catch.hpp>

using acpd::bridge::link_report;
using namespace std::chrono_literals;

namespace {

const link_report::clock::time_point t0;
constexpr auto up_line = R"({"jsonrpc":"2.0","method":"_acpd/link","params":{"up":true}})"
                         "\n";

} // namespace

TEST_CASE("the link's loss and its return are said once") {
  link_report report;
  CHECK(report.up().empty());
  CHECK(report.down("gone \"x\"", t0) ==
        R"({"jsonrpc":"2.0","method":"_acpd/link","params":{"up":false,"text":"gone \"x\""}})"
        "\n");
  CHECK(report.down("gone \"x\"", t0 + 1s).empty());
  CHECK(report.up() == up_line);
  CHECK(report.up().empty());
  CHECK_FALSE(report.down("gone", t0 + 2s).empty());
}

TEST_CASE("while it is lost the same reason is said again every 30 s") {
  link_report report;
  report.down("gone", t0);
  CHECK(report.down("gone", t0 + 29s).empty());
  CHECK_FALSE(report.down("gone", t0 + 30s).empty());
  CHECK(report.down("gone", t0 + 59s).empty());
  CHECK_FALSE(report.down("gone", t0 + 60s).empty());
}

TEST_CASE("another reason is said soon, but reasons that alternate are said ever more rarely") {
  link_report report;
  report.down("gone", t0);
  CHECK(report.down("refused", t0 + 200ms).empty());
  CHECK_FALSE(report.down("refused", t0 + 250ms).empty());
  int said = 0;
  for (int second = 1; second <= 300; ++second)
    if (!report.down(second % 2 == 0 ? "refused" : "no route", t0 + second * 1s).empty()) ++said;
  CHECK(said >= 300 / 30);
  CHECK(said <= 300 / 30 + 8);
}
