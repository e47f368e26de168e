// SPDX-License-Identifier: Apache-2.0
// Goes through route × actor × relation, and compares each answer with what the declared rights and sight demand.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "wishes.hpp"

namespace docket::rights {

class Matrix {
 public:
  explicit Matrix(House& house);

  void run();

  [[nodiscard]] std::size_t routes() const { return tried_.size(); }
  [[nodiscard]] std::int64_t cells() const { return cells_; }
  /// A sentence each, at most some dozens.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  /// What must come of a cell.
  enum class Demand { unauthenticated, forbidden, hidden, refused, passes, may_lack_another, anything };
  struct Cell {
    const api::Route& route;
    const Actor& actor;
    Demand demand;
    std::string what;       ///< the relation, in words
    std::string target;
    std::string body;
    std::string elsewhere{};  ///< the same request for an object that is not there
  };

  void for_links_only(const api::Route& route);
  void by_link(const api::Route& route, desk::LinkPurpose purpose);
  void over_ticket(const api::Route& route);
  void over_owned(const api::Route& route, const std::string& parameter);
  void over_desk(const api::Route& route);
  void lists_show_no_more(const api::Route& route);
  void members_show_no_more(const api::Route& route);
  void merged_shows_words_only(const api::Route& route);

  [[nodiscard]] Demand before_the_object(const api::Route& route, const Actor& actor) const;
  [[nodiscard]] Demand on_ticket(const api::Route& route, const Actor& actor, Relation relation) const;
  std::optional<std::string> target(const api::Route& route, TicketId ticket, const std::string& owned);
  std::optional<std::string> first_listed(const api::Route& route, const std::string& path, const std::string& parameter);
  std::string nowhere(const api::Route& route) const;
  std::string body(const api::Route& route, TicketId ticket, const Actor& actor, Relation relation);
  Answer judge(const Cell& cell);
  void fault(std::string sentence);

  House& house_;
  Wishes wishes_;
  std::set<std::string_view> tried_{};
  std::set<std::string_view> reached_{};  ///< routes that answered 2xx to somebody
  std::int64_t cells_ = 0;
  int made_ = 0;
  std::vector<std::string> faults_{};
};

}  // namespace docket::rights
