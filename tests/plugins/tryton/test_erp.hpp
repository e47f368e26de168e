// SPDX-License-Identifier: Apache-2.0
// A real trytond as a child of the test, on a database that deploy/lib.sh made, with a small firm's books in it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "docket/test_host.hpp"
#include "tryton_rpc.hpp"

namespace docket::tests {

/// The destructor kills it by its id. One thread. Throws std::runtime_error with what went wrong.
class TestErp {
 public:
  struct Place {
    std::string config, database = "erp", password_file, log;
    std::uint16_t port = 0;
  };
  /// `now_s`: the time, in seconds since 1970.
  TestErp(Place place, std::int64_t now_s);
  ~TestErp() { kill_hard(); }
  TestErp(const TestErp&) = delete;
  TestErp& operator=(const TestErp&) = delete;

  /// Starts it and waits until it answers.
  void start();
  void kill_hard();
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string password() const;

  /// One call as admin.
  boost::json::value rpc(const std::string& method, boost::json::array parameters);
  /// A company, a product and so many customers: 客户N with the phone +86 13800000000 + N and cN@example.com. The first has
  /// an order of two routers, which is being processed. The customers' ids.
  std::vector<std::int64_t> make_books(int customers);
  /// Customers a second that it gives by itself: the fields that the plugin reads, in pages of as many.
  double own_rate();

 private:
  void tick();
  void make_company();
  std::vector<std::int64_t> make_customers(int from, int to);
  void make_order(std::int64_t party);

  const Place place_;
  const std::int64_t now_s_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  pid_t process_ = -1;
  sdk::TestHost host_;
  std::optional<tryton::Rpc> rpc_;
};

}  // namespace docket::tests
