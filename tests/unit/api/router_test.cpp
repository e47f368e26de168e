// SPDX-License-Identifier: Apache-2.0
#include "api/router.hpp"

#include "support/catch.hpp"

using namespace docket;
using namespace docket::api;

namespace {

struct TicketPath {
  TicketId ticket_id{};
};
BOOST_DESCRIBE_STRUCT(TicketPath, (), (ticket_id))

struct MessagePath {
  TicketId ticket_id{};
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(MessagePath, (), (ticket_id, number))

template <class Path, class Context>
Result<Answer<None>> nothing(const Call<Path, None, None>&, const Context&) {
  return None{};
}

Route route(std::string_view name, http::Method verb, std::string_view path,
            Result<Answer<None>> (*handler)(const Call<None, None, None>&, const QueryContext&) = nothing) {
  return make_route({.name = name,
                     .verb = verb,
                     .path = path,
                     .access = Access::anyone(),
                     .rate = RateClass::none,
                     .summary = "Does nothing."},
                    handler);
}

template <class Path>
Route path_route(std::string_view name, http::Method verb, std::string_view path) {
  return make_route({.name = name,
                     .verb = verb,
                     .path = path,
                     .access = domain::Right::ticket_read,
                     .rate = RateClass::none,
                     .summary = "Does nothing."},
                    &nothing<Path, CommandContext>);
}

}  // namespace

TEST_CASE("the router finds literals before placeholders, and says what a path takes") {
  using enum http::Method;
  const std::vector routes{route("list", get, "/api/v1/tickets"),
                           path_route<TicketPath>("change", patch, "/api/v1/tickets/{ticket_id}"),
                           route("counts", get, "/api/v1/tickets/counts"),
                           path_route<MessagePath>("mend", put, "/api/v1/tickets/{ticket_id}/messages/{number}")};
  const Router router{routes};
  const auto name = [&](http::Method method, std::string_view path) {
    const auto found = router.find(method, path);
    return found ? std::string{found->route->spec().name} : std::string{info(found.error().code).name};
  };
  CHECK(name(get, "/api/v1/tickets") == "list");
  CHECK(name(head, "/api/v1/tickets") == "list");
  CHECK(name(get, "/api/v1/tickets/counts") == "counts");
  CHECK(name(patch, "/api/v1/tickets/counts") == "method_not_allowed");
  CHECK(name(patch, "/api/v1/tickets/7") == "change");
  CHECK(name(put, "/api/v1/tickets/7/messages/3") == "mend");
  for (const auto* missing :
       {"/", "", "/api", "/api/v1/tickets/", "/api/v1/tickets//messages/3", "/api/v1/tickets/7/", "tickets"}) {
    CHECK(name(get, missing) == "not_found");
  }
  CHECK(router.find(del, "/api/v1/tickets").error().allowed == std::vector<std::string>{"GET", "HEAD"});
  const auto found = router.find(put, "/api/v1/tickets/7/messages/3");
  REQUIRE(found);
  CHECK(found->path == RawParameters{{"ticket_id", "7"}, {"number", "3"}});
}

TEST_CASE("routes that contradict themselves or each other do not come into being") {
  using enum http::Method;
  CHECK_THROWS_AS(path_route<TicketPath>("x", post, "/a/{id}"), std::logic_error);
  CHECK_THROWS_AS(path_route<TicketPath>("x", post, "/a"), std::logic_error);
  CHECK_THROWS_AS(path_route<TicketPath>("x", get, "/a/{ticket_id}"), std::logic_error);  // a command by GET
  CHECK_THROWS_AS(Router({route("a", get, "/a"), route("b", get, "/a")}), std::logic_error);
  CHECK_THROWS_AS(Router({route("a", get, "/a"), route("a", get, "/b")}), std::logic_error);
}
