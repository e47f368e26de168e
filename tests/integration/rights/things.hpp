// SPDX-License-Identifier: Apache-2.0
// What routes are about: a ticket for each relation, and an object for each name that stands in a path.
#pragma once

#include <chrono>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "actors.hpp"
#include "api/gateway.hpp"

namespace docket::rights {

struct Answer {
  int status = 0;
  std::string body{};
  std::string location{};
  /// The body without what differs from request to request.
  [[nodiscard]] std::string comparable() const;
};

struct Ask {
  http::Method verb = http::Method::get;
  std::string target{};
  std::string body{};
  bool match = false;   ///< send If-Match: *
  bool upload = false;  ///< the body is a file's bytes
  bool in_person = false;  ///< with a session of its own, as from a browser, and not with a token
  std::string link{};      ///< the secret of a link, instead of the actor's credentials
};

/// The desk in this process, spoken to through its gateway; each request comes from an address of its own.
class House {
 public:
  House(test::DeskServer& server, bool small);

  Answer call(const Actor& actor, const Ask& ask);
  Answer call(const Ask& ask) { return call(admin(), ask); }
  [[nodiscard]] const Actor& admin() const;
  [[nodiscard]] const std::vector<Actor>& actors() const { return actors_; }
  [[nodiscard]] const domain::Definitions& desk() const { return *desk_; }
  [[nodiscard]] const std::vector<api::Route>& routes() const { return gateway_.routes(); }
  /// The published files, as a candidate for a publication.
  [[nodiscard]] boost::json::object files() const;

  /// A fresh ticket. Its subject begins with the mark, so that lists and searches can be looked through for it.
  TicketId ticket(const Actor& actor, Relation relation, const std::string& mark = "石榴");
  void resolve(TicketId ticket);
  void merge(TicketId from, TicketId into);
  /// A dead delivery, or a file, of that ticket.
  std::string delivery(TicketId ticket);
  std::string attachment(TicketId ticket);
  /// Something of one person: a job, a token, a session, a held message, or the person; such as the route takes.
  std::string owned(const std::string& parameter, UserId owner, std::string_view route);
  /// A person with the password that all of them have here.
  void signer(const std::string& login);
  static constexpr const char* password = "correct horse battery staple";
  std::string backup();
  /// A link to the ticket, by which a guest may also have that file; and its end.
  std::string link(desk::LinkPurpose purpose, TicketId ticket, const std::string& file = {});
  void end_links(desk::LinkPurpose purpose, TicketId ticket);
  [[nodiscard]] UserId someone() const { return someone_; }
  /// An object that is nobody's: of the desk.
  [[nodiscard]] std::optional<std::string> common(const std::string& parameter);

 private:
  template <class T>
  T write(std::function<Result<T>(desk::Unit&)> work);
  std::string add_session(UserId owner, std::chrono::seconds lasts, const std::string& secret);
  void renew(const Actor& actor);

  test::DeskServer& server_;
  api::Gateway& gateway_;
  std::shared_ptr<const domain::Definitions> desk_;
  desk::BundleFiles files_{};
  std::vector<Actor> actors_{};
  std::map<std::string, std::string> tokens_{};
  UserId someone_{};
  CustomerId customer_{}, stranger_customer_{};
  std::string password_hash_{};
  int asked_ = 0, backups_ = 0;
};

}  // namespace docket::rights
