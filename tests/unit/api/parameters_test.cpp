// SPDX-License-Identifier: Apache-2.0
#include "api/parameters.hpp"

#include "support/both_languages.hpp"
#include "support/catch.hpp"

#include <boost/describe.hpp>

using namespace docket;
using namespace docket::api;

namespace {

enum class Order { oldest, newest };
BOOST_DESCRIBE_ENUM(Order, oldest, newest)

struct Filter {
  std::optional<std::string> text;
  std::optional<int> limit;
  std::optional<TicketId> after;
  std::optional<bool> open;
  Order order = Order::oldest;
  std::vector<Order> orders;
  std::optional<Time> since;
};
BOOST_DESCRIBE_STRUCT(Filter, (), (text, limit, after, open, order, orders, since))
constexpr auto field_rules(const Filter*) {
  return std::array{json::FieldRule{.field = "limit", .range = {1, 200}},
                    json::FieldRule{.field = "order", .optional = true},
                    json::FieldRule{.field = "orders", .optional = true}};
}

Result<Filter> read(std::string_view query) {
  auto raw = split_query(query);
  if (!raw) return std::unexpected{raw.error()};
  return read_parameters<Filter>(*raw);
}

std::vector<FieldError> faults(std::string_view query) {
  const auto filter = read(query);
  REQUIRE_FALSE(filter);
  CHECK(filter.error().code == ErrorCode::unknown_parameter);
  CHECK(test::english_only(filter.error()) == "");
  return test::english_of(filter.error().fields);
}

}  // namespace

template <>
struct Catch::StringMaker<FieldError> {
  static std::string convert(const FieldError& error) { return error.pointer + ": " + error.message; }
};

TEST_CASE("query parameters are typed like bodies") {
  const auto filter = read(
      "text=%E5%B7%A5+%E5%8D%95&limit=20&after=7&open=true&order=newest&orders=newest,oldest"
      "&since=2026-01-01T00%3A00%3A00Z");
  REQUIRE(filter);
  CHECK(filter->text == "工 单");
  CHECK(filter->limit == 20);
  CHECK(filter->after == TicketId{7});
  CHECK(filter->open == true);
  CHECK(filter->order == Order::newest);
  CHECK(filter->orders == std::vector{Order::newest, Order::oldest});
  CHECK(filter->since == from_rfc3339("2026-01-01T00:00:00Z"));
  CHECK(read("")->limit == std::nullopt);
  CHECK(read("text=")->text == "");
  CHECK(read("text=1")->text == "1");
  CHECK(read("orders=")->orders.empty());
}

TEST_CASE("a wrong parameter is named") {
  using Faults = std::vector<FieldError>;
  CHECK(faults("limit=0") == Faults{{"limit", "must be 1 to 200"}});
  CHECK(faults("limit=ten&open=1&ordr=newest") == Faults{{"limit", "must be a whole number"},
                                                         {"open", "must be true or false"},
                                                         {"ordr", "is not known here. Did you mean 'order'?"}});
  CHECK(faults("after=0") == Faults{{"after", "must be an id: a whole number above 0"}});
  CHECK(faults("orders=newest,old").front().pointer == "orders/1");
  CHECK(faults("limit=1&limit=2") == Faults{{"limit", "is given twice"}});
  CHECK(faults("text=%ff") == Faults{{"text", "the value is badly encoded"}});
  for (const auto* bad : {"text=%2", "text=%zz", "text=%00", "text=%0a", "=1", "&", "limit=1&"})
    CHECK(faults(bad).size() == 1);
  std::string many;
  for (int i = 0; i < 60; ++i) many += "p" + std::to_string(i) + "=1&";
  CHECK(faults(many).front().message == "there are too many parameters");
}
