// SPDX-License-Identifier: Apache-2.0
#include "matrix.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

namespace docket::rights {
namespace {

using domain::Right;
using http::Method;

constexpr std::size_t most_faults = 60;
constexpr const char* no_such_id = "987654321";

/// Routes that change something on a ticket and need no more than to see it; all others need a right besides reading.
const std::set<std::string_view> reading_is_enough{"watch_ticket"};

/// Drafts are one's own: it takes the sight of the ticket to write one, and nothing to drop it.
constexpr std::string_view own_draft = "save_draft", dropped_draft = "drop_draft", present = "put_presence";

/// Objects that belong to one person, and the right that lets others at them; none: nobody.
const std::map<std::string_view, std::optional<Right>> owned_by_one{
    {"job_id", Right::system_manage}, {"token_id", Right::user_manage}, {"session_id", std::nullopt}, {"view_id", std::nullopt},
    {"held_id", std::nullopt}};

/// Routes on such an object that nobody may call for others, whatever may be done with it else.
const std::set<std::string_view> own_only{"read_export"};

/// Routes on a person that everybody may call for themselves, and the right that it takes for others.
const std::map<std::string_view, Right> for_oneself{
    {"set_password", Right::user_manage}, {"set_presence", Right::roster_manage}, {"list_shifts", Right::user_read}};

/// Routes on which the matrix can show that they refuse, and not that they do what they should: why.
const std::map<std::string_view, std::string_view> without_success{
    {"set_up", "the desk is set up already"},
    {"read_plugin_log", "no plugin is set up"},
    {"test_plugin", "no plugin is set up"}};

/// What is read of a ticket that ended in another by whoever sees that one.
const std::set<std::string_view> read_where_merged{"list_messages", "list_attachments", "read_attachment"};

/// What a customer does with a ticket that is done.
const std::set<std::string_view> when_resolved{"confirm_portal_ticket", "move_portal_ticket", "reopen_portal_ticket",
                                                   "rate_portal_ticket"};

/// Any of these, missing on the ticket's team, explains a refusal by a route that declares only that one may read.
constexpr std::array besides_reading{Right::ticket_note, Right::ticket_reply, Right::ticket_edit, Right::ticket_transition,
                                     Right::ticket_assign, Right::ticket_read};

std::vector<std::string> parameters(const api::Route& route) {
  std::vector<std::string> out;
  for (const auto name : route.endpoint().path_names()) out.emplace_back(name);
  return out;
}

bool has(const api::Route& route, std::string_view parameter) {
  const auto names = parameters(route);
  return std::ranges::find(names, parameter) != names.end();
}

bool on_a_ticket(const api::Route& route) {
  return has(route, "ticket_id") || has(route, "attachment_id") || has(route, "delivery_id");
}

std::string with(std::string path, const std::string& parameter, const std::string& value) {
  const std::string mark = "{" + parameter + "}";
  const auto at = path.find(mark);
  return at == std::string::npos ? path : path.replace(at, mark.size(), value);
}

bool good(int status) { return status >= 200 && status < 300; }

}  // namespace

Matrix::Matrix(House& house) : house_(house), wishes_(house) {}

void Matrix::run() {
  for (const api::Route& route : house_.routes()) {
    tried_.insert(route.spec().name);
    const auto names = parameters(route);
    const auto owned = std::ranges::find_if(names, [](const auto& name) { return owned_by_one.contains(name); });
    if (!route.spec().access.for_accounts()) {
      for_links_only(route);
    } else if (on_a_ticket(route)) {
      over_ticket(route);
      if (!wishes_.member_with_ticket(route).empty()) members_show_no_more(route);
      if (route.spec().verb == Method::get) merged_shows_words_only(route);
    } else if (owned != names.end()) {
      over_owned(route, *owned);
    } else if (for_oneself.contains(route.spec().name)) {
      over_owned(route, "user_id");
    } else {
      over_desk(route);
    }
    if (names.empty() && route.spec().verb == Method::get) lists_show_no_more(route);
    if (!reached_.contains(route.spec().name) && !without_success.contains(route.spec().name)) {
      fault("nobody, the admin neither, was answered 2xx: the matrix can not make up what this route wants; teach "
            "wishes.cpp its body or things.cpp its object");
    }
  }
}

// --- what must be ----------------------------------------------------------------------------------------------------

Matrix::Demand Matrix::before_the_object(const api::Route& route, const Actor& actor) const {
  const auto& access = route.spec().access;
  if (!access.needs_credentials()) return Demand::passes;
  if (actor.credentials != Credentials::good) return Demand::unauthenticated;
  const auto holds = [&](std::optional<Right> right) { return right && actor.may(house_.desk(), *right); };
  if (access.right() && !holds(access.right()) && !holds(access.other_right())) return Demand::forbidden;
  return Demand::passes;
}

Matrix::Demand Matrix::on_ticket(const api::Route& route, const Actor& actor, Relation relation) const {
  const auto first = before_the_object(route, actor);
  if (first != Demand::passes) return first;
  const auto& desk = house_.desk();
  if (route.spec().name == dropped_draft) return Demand::passes;
  if (!sees(desk, actor, relation)) return Demand::hidden;
  if (route.spec().name == own_draft || route.spec().name == present) return Demand::passes;
  const std::string team = team_of(actor, relation);
  const auto right = route.spec().access.right().value_or(Right::ticket_read);
  if (right == Right::customer_read) return Demand::passes;  // customers are of no team
  // A delivery is hidden from those who may not read it: its ticket alone is what they see.
  if (has(route, "delivery_id") && !actor.may(desk, right, team)) return Demand::refused;
  if (right != Right::ticket_read) return actor.may(desk, right, team) ? Demand::may_lack_another : Demand::forbidden;
  if (route.spec().verb == Method::get) return Demand::passes;  // whoever sees it may read it
  if (reading_is_enough.contains(route.spec().name)) {
    return actor.may(desk, Right::ticket_read, team) ? Demand::passes : Demand::forbidden;
  }
  const bool more = std::ranges::any_of(besides_reading, [&](Right other) {
    return other != Right::ticket_read && actor.may(desk, other, team);
  });
  return more ? Demand::may_lack_another : Demand::forbidden;
}

// --- the cells -------------------------------------------------------------------------------------------------------

void Matrix::over_ticket(const api::Route& route) {
  for (const Actor& actor : house_.actors()) {
    for (const Relation relation : relations) {
      const auto ticket = house_.ticket(actor, relation);
      if (route.spec().name == "reopen_ticket") house_.resolve(ticket);
      const auto made = target(route, ticket, {});
      if (!made) return;
      const Demand demand = on_ticket(route, actor, relation);
      // What is read or taken away at a path where it can be put, is put there first.
      const auto putting = std::ranges::find_if(house_.routes(), [&](const api::Route& other) {
        return other.spec().verb == Method::put && other.spec().path == route.spec().path;
      });
      if (putting != house_.routes().end() && route.spec().verb != Method::put)
        static_cast<void>(house_.call(actor, {Method::put, *made, body(*putting, ticket, actor, relation)}));
      judge({route, actor, demand, std::string(name(relation)), *made, body(route, ticket, actor, relation), nowhere(route)});
    }
  }
}

/// What is there for links is closed to every account, the admin's too; and where strangers may come in, an account is
/// taken for one.
void Matrix::for_links_only(const api::Route& route) {
  const auto purpose = route.spec().access.purpose().value_or(desk::LinkPurpose::portal);
  if (!route.spec().access.needs_credentials()) {
    const Actor& stranger = house_.actors().front();
    judge({route, stranger, Demand::passes, "by a stranger", std::string(route.spec().path) + wishes_.query(route),
           body(route, {}, stranger, Relation::of_team)});
    return;
  }
  for (const Actor& actor : house_.actors())
    judge({route, actor, Demand::unauthenticated, "by an account", nowhere(route), body(route, {}, actor, Relation::of_team)});
  by_link(route, purpose);
}

/// A link opens what it is for on its own ticket, until it is taken back; a link for something else opens nothing there.
void Matrix::by_link(const api::Route& route, desk::LinkPurpose purpose) {
  const Actor& admin = house_.admin();
  const auto ticket = house_.ticket(admin, Relation::of_team), other = house_.ticket(admin, Relation::of_team);
  const auto file = house_.attachment(ticket), others_file = house_.attachment(other);
  const auto other_purpose = purpose == desk::LinkPurpose::portal ? desk::LinkPurpose::guest : desk::LinkPurpose::portal;
  const auto secret = house_.link(purpose, ticket, file), for_another = house_.link(other_purpose, ticket, file);
  if (when_resolved.contains(route.spec().name)) house_.resolve(ticket);
  const bool upload = route.endpoint().body_kind() == api::BodyKind::upload;
  const auto text = body(route, ticket, admin, Relation::of_team);
  const auto ask = [&](const std::string& of, const std::string& by) {
    ++cells_;
    const auto target = with(std::string(route.spec().path), "attachment_id", of) + wishes_.query(route);
    return house_.call(admin, {.verb = route.spec().verb, .target = target, .body = text, .upload = upload, .link = by});
  };
  const auto must = [&](const std::string& what, const Answer& answer, bool right) {
    if (!right) fault(what + ": " + std::to_string(answer.status) + ": " + answer.body.substr(0, 200));
  };
  const auto foreign = ask(file, for_another);
  must("a link for something else opens it", foreign, foreign.status == 401);
  if (has(route, "attachment_id")) {
    const auto none = ask(others_file, secret);
    must("a link opens a file of another ticket", none, none.status == 404);
  }
  const auto own = ask(file, secret);
  if (good(own.status)) reached_.insert(route.spec().name);
  house_.end_links(purpose, ticket);
  const auto ended = ask(file, secret);
  must("a link that was taken back opens it", ended, ended.status == 401);
}

void Matrix::over_owned(const api::Route& route, const std::string& parameter) {
  const bool in_person = for_oneself.contains(route.spec().name);
  for (const Actor& actor : house_.actors()) {
    if (in_person && !actor.scopes.empty()) continue;  // a session knows no scopes
    for (const bool own : {true, false}) {
      const auto made = target(route, {}, house_.owned(parameter, own ? actor.id : house_.someone(), route.spec().name));
      if (!made) return;
      auto demand = before_the_object(route, actor);
      if (demand == Demand::passes && !own) {
        const auto others = parameter == "user_id"                ? std::optional{for_oneself.at(route.spec().name)}
                            : own_only.contains(route.spec().name) ? std::nullopt
                                                                   : owned_by_one.at(parameter);
        const bool may = others && actor.may(house_.desk(), *others);
        // Of somebody in another team it may take more than the right in one's own.
        if (!may) demand = parameter == "user_id" ? Demand::refused : Demand::hidden;
        if (may && parameter == "user_id") demand = Demand::may_lack_another;
      }
      // With the right to begin jobs alone one knows of one's own on tickets; the one to cancel is of no such kind.
      if (demand == Demand::passes && parameter == "job_id" && !actor.may(house_.desk(), Right::job_read) &&
          (!own || route.spec().name == "cancel_job"))
        demand = Demand::hidden;
      if (demand == Demand::passes && without_success.contains(route.spec().name)) demand = Demand::may_lack_another;
      judge({route, actor, demand, own ? "one's own" : "another's", *made, body(route, {}, actor, Relation::foreign),
             nowhere(route)});
    }
  }
}

void Matrix::over_desk(const api::Route& route) {
  for (const Actor& actor : house_.actors()) {
    const auto made = target(route, {}, {});
    if (!made) return;
    auto demand = before_the_object(route, actor);
    if (!route.spec().access.needs_credentials() && without_success.contains(route.spec().name)) demand = Demand::anything;
    // A right that is held in one team only may not reach what is everybody's.
    if (demand == Demand::passes && (actor.held != Held::everywhere || route.spec().verb != Method::get ||
                                     without_success.contains(route.spec().name))) {
      demand = Demand::may_lack_another;
    }
    judge({route, actor, demand, "of the desk", *made, body(route, {}, actor, Relation::of_team), {}});
  }
}

/// No list, count, report or search shows a trace of a ticket that its reader does not see.
void Matrix::lists_show_no_more(const api::Route& route) {
  for (const Actor& actor : house_.actors()) {
    if (before_the_object(route, actor) != Demand::passes || !route.spec().access.needs_credentials()) continue;
    for (const Relation relation : relations) {
      // Letters that the search index keeps as one word, so that finding it means having seen the ticket.
      const std::string mark = "mark" + std::to_string(++made_) + "z";
      static_cast<void>(house_.ticket(actor, relation, mark));
      std::string query = wishes_.query(route);
      if (const auto text = query.find("text="); text != std::string::npos) query = query.substr(0, text) + "text=" + mark;
      const auto answer = house_.call(actor, {Method::get, std::string(route.spec().path) + query});
      ++cells_;
      const bool shown = answer.body.find(mark) != std::string::npos;
      if (shown && !sees(house_.desk(), actor, relation)) {
        fault(std::string(route.spec().name) + " shows " + actor.name + " a ticket that is " + std::string(name(relation)));
      }
      if (!shown && sees(house_.desk(), actor, relation) && (route.spec().name == "list_tickets" || route.spec().name == "search_tickets")) {
        fault(std::string(route.spec().name) + " hides from " + actor.name + " a ticket that is " + std::string(name(relation)));
      }
    }
  }
}

/// A ticket that is named in a body is as hidden as one in a path.
void Matrix::members_show_no_more(const api::Route& route) {
  const auto member = wishes_.member_with_ticket(route);
  for (const Actor& actor : house_.actors()) {
    for (const Relation relation : {Relation::foreign, Relation::other_organization, Relation::unwatched}) {
      if (sees(house_.desk(), actor, relation)) continue;
      const auto near = house_.ticket(actor, Relation::of_team);
      const auto far = house_.ticket(actor, relation);
      if (on_ticket(route, actor, Relation::of_team) != Demand::may_lack_another) continue;
      const auto path = target(route, near, {});
      if (!path) return;
      const auto ask = [&](std::int64_t other) {
        auto text = boost::json::parse(body(route, near, actor, Relation::of_team)).as_object();
        text[member] = other;
        auto answer = house_.call(actor, {route.spec().verb, *path, boost::json::serialize(text)});
        auto said = answer.comparable();
        const std::string id = std::to_string(other);
        for (auto at = said.find(id); at != std::string::npos; at = said.find(id, at + 1)) said.replace(at, id.size(), "#");
        return std::pair{answer.status, said};
      };
      ++cells_;
      if (ask(far.value) != ask(std::stoll(no_such_id))) {
        fault(std::string(route.spec().name) + " tells " + actor.name + " by /" + member + " that there is a ticket which is " +
              std::string(name(relation)));
      }
    }
  }
}

/// Of a ticket that ended in another, whoever sees that one reads what was said and nothing else; a customer not even that.
void Matrix::merged_shows_words_only(const api::Route& route) {
  const auto& desk = house_.desk();
  const bool words = read_where_merged.contains(route.spec().name);
  for (const Actor& actor : house_.actors()) {
    if (actor.credentials != Credentials::good || sees(desk, actor, Relation::foreign)) continue;
    const bool agent = actor.may(desk, Right::ticket_note) || desk.roles.at(actor.role).tickets != domain::TicketScope::own;
    for (const Relation relation : relations) {
      if (relation == Relation::other_organization) continue;  // tickets of two customers are not merged
      const auto source = house_.ticket(actor, Relation::foreign), end = house_.ticket(actor, relation);
      const auto made = target(route, source, {});
      if (!made) return;
      house_.merge(source, end);
      auto demand = before_the_object(route, actor);
      if (demand == Demand::passes && !(words && agent && sees(desk, actor, relation))) demand = Demand::hidden;
      judge({route, actor, demand, "merged into one that is " + std::string(name(relation)), *made, {}, nowhere(route)});
    }
  }
}

// --- making and judging ------------------------------------------------------------------------------------------------

std::optional<std::string> Matrix::target(const api::Route& route, TicketId ticket, const std::string& owned) {
  std::string path{route.spec().path};
  for (const std::string& parameter : parameters(route)) {
    std::optional<std::string> value;
    if (parameter == "ticket_id") value = std::to_string(ticket.value);
    if (parameter == "attachment_id") value = house_.attachment(ticket);
    if (parameter == "delivery_id") value = house_.delivery(ticket);
    if (owned_by_one.contains(parameter) || (parameter == "user_id" && !owned.empty())) value = owned;
    if (parameter == "name" && path.ends_with("/macros/{name}")) value = "resolved_thanks";
    if (parameter == "name" && path.ends_with("/backups/{name}")) value = house_.backup();
    if (!value && parameter == "user_id") value = house_.owned(parameter, house_.someone(), route.spec().name);
    if (!value) value = house_.common(parameter);
    if (!value) {
      // What else there is, the admin makes in the collection that the path goes through.
      const std::string collection = path.substr(0, path.find("/{" + parameter + "}"));
      const auto posting = std::ranges::find_if(house_.routes(), [&](const api::Route& other) {
        const std::string_view start = route.spec().path;
        return other.spec().verb == Method::post && other.spec().path == start.substr(0, start.find("/{" + parameter + "}"));
      });
      if (posting != house_.routes().end()) {
        const auto made = house_.call({Method::post, collection, body(*posting, ticket, house_.admin(), Relation::of_team)});
        boost::system::error_code ec;
        const auto answer = boost::json::parse(made.body, ec);
        if (good(made.status) && !ec && answer.is_object()) {
          for (const std::string& member : {std::string{"id"}, parameter, std::string{"name"}}) {
            const auto* found = answer.as_object().if_contains(member);
            if (value || found == nullptr) continue;
            value = found->is_string() ? std::string(found->as_string()) : boost::json::serialize(*found);
          }
        }
      }
    }
    if (!value) value = first_listed(route, path, parameter);
    if (!value) {
      fault("the matrix has nothing for {" + parameter + "}: make one in things.cpp, or let the collection before it be posted to");
      return {};
    }
    path = with(std::move(path), parameter, *value);
  }
  return path + wishes_.query(route);
}

/// Where nothing is made by posting, what the collection lists first.
std::optional<std::string> Matrix::first_listed(const api::Route& route, const std::string& path,
                                                const std::string& parameter) {
  const std::string mark = "/{" + parameter + "}";
  const std::string_view whole = route.spec().path;
  const auto collection = whole.substr(0, whole.find(mark));
  const auto listing = std::ranges::find_if(house_.routes(), [&](const api::Route& other) {
    return other.spec().verb == Method::get && other.spec().path == collection;
  });
  if (listing == house_.routes().end()) return {};
  const auto listed = house_.call({Method::get, path.substr(0, path.find(mark)) + wishes_.query(*listing)});
  boost::system::error_code ec;
  const auto answer = boost::json::parse(listed.body, ec);
  if (!good(listed.status) || ec || !answer.is_object()) return {};
  const auto* items = answer.as_object().if_contains("items");
  if (items == nullptr || !items->is_array() || items->as_array().empty()) return {};
  for (const std::string& member : {std::string{"id"}, std::string{"name"}}) {
    const auto& first = items->as_array().front();
    const auto* found = first.is_object() ? first.as_object().if_contains(member) : nullptr;
    if (found != nullptr) return found->is_string() ? std::string(found->as_string()) : boost::json::serialize(*found);
  }
  return {};
}

std::string Matrix::nowhere(const api::Route& route) const {
  std::string path{route.spec().path};
  for (const std::string& parameter : parameters(route)) path = with(std::move(path), parameter, no_such_id);
  return path + wishes_.query(route);
}

std::string Matrix::body(const api::Route& route, TicketId ticket, const Actor& actor, Relation relation) {
  if (route.endpoint().body_kind() != api::BodyKind::json) return {};
  Hints hints;
  hints.unique = "made-" + std::to_string(++made_);
  hints.transition = "none";
  if (route.spec().name == "move_ticket" || route.spec().name == "start_bulk") {
    const auto offered = house_.call({Method::get, "/api/v1/tickets/" + std::to_string(ticket.value) + "/transitions"});
    const auto steps = boost::json::parse(offered.body);
    if (const auto* object = steps.if_object(); object != nullptr && object->contains("items")) {
      for (const auto& step : object->at("items").as_array()) {
        const auto* required = step.as_object().if_contains("require");
        if (required == nullptr || required->as_array().empty()) hints.transition = step.at("name").as_string();
      }
    }
  }
  if (route.spec().name == "move_portal_ticket") hints.transition = "confirm";
  if (route.spec().name == "sign_in") house_.signer(hints.unique);
  hints.other_ticket = house_.ticket(actor, relation);
  return wishes_.body(route, hints);
}

Answer Matrix::judge(const Cell& cell) {
  const auto& spec = cell.route.spec();
  ++cells_;
  const bool match = spec.if_match != api::Match::none;
  const bool upload = cell.route.endpoint().body_kind() == api::BodyKind::upload;
  const bool in_person = spec.path.starts_with("/api/v1/sessions") || for_oneself.contains(spec.name);
  const auto answer = house_.call(cell.actor, {spec.verb, cell.target, cell.body, match, upload, in_person});
  if (good(answer.status)) reached_.insert(spec.name);
  const auto wrong = [&](const std::string& should) {
    fault(std::string(http::name(spec.verb)) + " " + cell.target + " (" + std::string(spec.name) + ") as " + cell.actor.name +
          ", " + cell.what + ": " + std::to_string(answer.status) + " where " + should + ": " + answer.body.substr(0, 200));
  };
  const int status = answer.status;
  if (status >= 500 || status == 429) wrong("no answer of the machine may be");
  switch (cell.demand) {
    case Demand::anything:
      break;
    case Demand::unauthenticated:
      if (status != 401) wrong("401 must be");
      break;
    case Demand::forbidden:
      if (status != 403) wrong("403 must be");
      break;
    case Demand::refused:
      if (status != 403 && status != 404) wrong("a refusal must be");
      break;
    case Demand::hidden: {
      if (status != 404) {
        wrong("404 must be");
        break;
      }
      const auto none = house_.call(cell.actor, {spec.verb, cell.elsewhere, cell.body, match, upload, in_person});
      if (none.status != 404 || none.comparable() != answer.comparable())
        wrong("it must be answered like what is not there (" + none.body.substr(0, 200) + ")");
      break;
    }
    case Demand::passes:
      if (spec.access.needs_credentials() && (status == 401 || status == 403 || status == 404)) wrong("it must be let through");
      if (spec.verb == Method::get && spec.access.needs_credentials() && !good(status)) wrong("an answer must be");
      break;
    case Demand::may_lack_another:
      if (status == 401 || (status == 404 && on_a_ticket(cell.route))) wrong("it must not be hidden");
      if (status == 403 && cell.actor.held == Held::everywhere && cell.actor.role == "admin" && cell.actor.scopes.empty())
        wrong("the admin must be let through");
      break;
  }
  return answer;
}

void Matrix::fault(std::string sentence) {
  // The same fault on every relation is one.
  if (faults_.size() < most_faults) faults_.push_back((tried_.empty() ? "" : std::string(house_.routes()[tried_.size() - 1].spec().name) + ": ") + std::move(sentence));
}

}  // namespace docket::rights
