// SPDX-License-Identifier: Apache-2.0
#include "things.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <stdexcept>

#include "base/hash.hpp"
#include "base/password.hpp"
#include "desk/command_ticket.hpp"
#include "desk/export_job.hpp"
#include "desk/manage_people.hpp"

namespace docket::rights {
namespace {

constexpr std::chrono::seconds patience{60};

/// May do all that there is, in somebody's name.
domain::Principal in_the_name_of(const Actor& actor) {
  auto principal = domain::system_principal("rights");
  principal.actor = {domain::ActorKind::user, actor.id.value, actor.name};
  principal.user = actor.id;
  return principal;
}

}  // namespace

std::string Answer::comparable() const {
  boost::system::error_code ec;
  auto value = boost::json::parse(body, ec);
  if (ec || !value.is_object()) return body;
  for (const char* name : {"instance", "request_id", "incident"}) value.as_object().erase(name);
  return boost::json::serialize(value);
}

House::House(test::DeskServer& server, bool small)
    : server_(server), gateway_(server.gateway()), desk_(server.engine().active()) {
  actors_ = make_actors(server, *desk_, small);
  someone_ = server.add({"someone", {{"agent", ""}}, {{far_team, false}}});
  files_ = write<desk::BundleFiles>([&](desk::Unit& unit) -> Result<desk::BundleFiles> {
    const auto system = domain::system_principal("rights");
    for (const bool strange : {false, true}) {
      desk::OrganizationChange firm;
      firm.name = strange ? "别家公司" : "本家公司";
      const auto made = desk::create_organization(unit, system, firm);
      if (!made) return std::unexpected(made.error());
      desk::CustomerChange person;
      person.name = strange ? "别家客户" : "本家客户";
      person.organization = made->id;
      const auto customer = desk::create_customer(unit, system, person);
      if (!customer) return std::unexpected(customer.error());
      (strange ? stranger_customer_ : customer_) = customer->id;
    }
    const auto files = unit.bundles.bundle_files(unit.active->digest);
    if (!files) return fail(ErrorCode::not_found, "no files");
    return *files;
  });
  for (const Actor& actor : actors_) {
    if (actor.credentials == Credentials::none) continue;
    renew(actor);
    if (actor.credentials == Credentials::revoked) {
      write<bool>([&](desk::Unit& unit) -> Result<bool> {
        for (const auto& token : unit.access.tokens(actor.id, TokenId{}, 100)) unit.access.revoke_token(token.id, unit.now);
        return true;
      });
    }
    if (actor.credentials == Credentials::switched_off) {
      write<bool>([&](desk::Unit& unit) -> Result<bool> {
        desk::UserChange off;
        off.active = false;
        const auto done = desk::change_user(unit, domain::system_principal("rights"), actor.id, {}, off);
        if (!done) return std::unexpected(done.error());
        return true;
      });
    }
  }
}

template <class T>
T House::write(std::function<Result<T>(desk::Unit&)> work) {
  auto done = desk::write_and_wait(server_.engine().database(), std::move(work));
  if (!done) {
    std::string why = done.error().detail;
    for (const auto& field : done.error().fields) why += " " + field.pointer + ": " + field.message;
    throw std::runtime_error(why);
  }
  return std::move(*done);
}

const Actor& House::admin() const {
  for (const Actor& actor : actors_) {
    if (actor.name == "admin") return actor;
  }
  throw std::runtime_error("the desk has no role admin");
}

void House::renew(const Actor& actor) {
  auto& token = tokens_[actor.name];
  if (actor.credentials == Credentials::forged) {
    token = "dkt_" + random_token();
  } else if (actor.credentials == Credentials::good || token.empty()) {
    token = server_.token(actor.name, {actor.scopes.begin(), actor.scopes.end()});
  }
}

Answer House::call(const Actor& actor, const Ask& ask) {
  for (int tries = 0;; ++tries) {
    http::Request request;
    request.method = ask.verb;
    const auto mark = ask.target.find('?');
    request.path = ask.target.substr(0, mark);
    if (mark != std::string::npos) request.query = ask.target.substr(mark + 1);
    request.headers.emplace_back("host", "localhost");
    if (!ask.link.empty()) {
      request.headers.emplace_back("authorization", "Bearer " + ask.link);
    } else if (actor.credentials != Credentials::none && ask.in_person) {
      const auto secret = random_token();
      const bool over = actor.credentials == Credentials::revoked;
      if (actor.credentials != Credentials::forged) add_session(actor.id, std::chrono::hours{over ? -1 : 1}, secret);
      request.headers.emplace_back("cookie", "__Host-docket=" + secret);
      request.headers.emplace_back("sec-fetch-site", "same-origin");
    } else if (actor.credentials != Credentials::none) {
      request.headers.emplace_back("authorization", "Bearer " + tokens_.at(actor.name));
    }
    if (ask.match) request.headers.emplace_back("if-match", "*");
    ++asked_;
    request.remote_address = "10." + std::to_string(asked_ / 62'500 % 250) + "." + std::to_string(asked_ / 250 % 250) + "." +
                             std::to_string(asked_ % 250 + 1);
    request.id = "matrix";
    if (ask.upload) {
      const auto file = server_.data() / "uploads" / ("matrix-" + std::to_string(asked_));
      std::ofstream{file} << "证据";
      request.body_file = file.string();
      request.headers.emplace_back("content-type", "text/plain");
    } else if (!ask.body.empty()) {
      request.headers.emplace_back("content-type", "application/json");
      request.body = ask.body;
    }
    std::promise<http::Response> promise;
    auto answered = promise.get_future();
    gateway_.handle(std::move(request), [&promise](http::Response response) { promise.set_value(std::move(response)); });
    if (answered.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no answer to " + ask.target);
    auto response = answered.get();
    // Rates are not what is tried here: a new token has a new bucket.
    if (response.status == 429 && actor.credentials == Credentials::good && tries < 2) {
      renew(actor);
      continue;
    }
    Answer answer{response.status, response.shared_body ? *response.shared_body : std::move(response.body), {}};
    for (const auto& [name, value] : response.headers) {
      if (name == "Location") answer.location = value;
    }
    return answer;
  }
}

boost::json::object House::files() const {
  boost::json::object out;
  for (const auto& [path, content] : files_) out[path] = content;
  // The same desk in other bytes: what is published already can not be published again.
  out["desk.yaml"] = files_.at("desk.yaml") + "\n# " + std::to_string(asked_) + "\n";
  return out;
}

TicketId House::ticket(const Actor& actor, Relation relation, const std::string& mark) {
  return write<TicketId>([&](desk::Unit& unit) -> Result<TicketId> {
    const auto system = domain::system_principal("rights");
    domain::CreateTicket wish;
    wish.type = "consult";
    wish.subject = mark + "，第 " + std::to_string(asked_) + " 件";
    wish.body = mark;
    wish.team = team_of(actor, relation);
    wish.customer.customer = relation == Relation::other_organization ? stranger_customer_ : customer_;
    auto made = desk::create_ticket(unit, relation == Relation::created ? in_the_name_of(actor) : system, wish);
    if (!made) return std::unexpected(made.error());
    const auto id = made->ticket.id;
    const auto then = [&](const domain::TicketCommand& command) -> Result<TicketId> {
      const auto done = desk::command_ticket(unit, system, id, {}, command);
      if (!done) return std::unexpected(done.error());
      return id;
    };
    switch (relation) {
      case Relation::held:
        if (actor.credentials == Credentials::switched_off) return id;  // nobody can give them anything
        return then(domain::AssignTicket{wish.team, actor.id});
      case Relation::watched:
        return then(domain::WatchTicket{{actor.id}, {}});
      case Relation::copied:
        return then(domain::CopyTicket{{actor.id}});
      case Relation::unwatched:
        if (auto watched = then(domain::WatchTicket{{actor.id}, {}}); !watched) return watched;
        return then(domain::WatchTicket{{}, {actor.id}});
      default:
        return id;
    }
  });
}

void House::resolve(TicketId ticket) {
  write<bool>([&](desk::Unit& unit) -> Result<bool> {
    domain::MoveTicket move;
    move.transition = "resolve";
    move.message = "好了";
    const auto done = desk::command_ticket(unit, domain::system_principal("rights"), ticket, {}, move);
    if (!done) return std::unexpected(done.error());
    return true;
  });
}

void House::merge(TicketId from, TicketId into) {
  write<bool>([&](desk::Unit& unit) -> Result<bool> {
    const auto done = desk::merge_tickets(unit, domain::system_principal("rights"), from, into, {});
    if (!done) return std::unexpected(done.error());
    return true;
  });
}

std::string House::add_session(UserId owner, std::chrono::seconds lasts, const std::string& secret) {
  const auto id = write<std::int64_t>([&](desk::Unit& unit) -> Result<std::int64_t> {
    desk::Session session;
    session.user = owner;
    session.created_at = session.last_used_at = unit.now;
    session.expires_at = unit.now + lasts;
    return unit.access.add_session(session, sha256(secret)).value;
  });
  return std::to_string(id);
}

std::string House::delivery(TicketId ticket) {
  const auto id = write<std::int64_t>([&](desk::Unit& unit) -> Result<std::int64_t> {
    const auto system = domain::system_principal("rights");
    auto rows = unit.outbox.deliveries({.ticket = ticket}, {}, 1, system).rows;
    if (rows.empty()) {
      const auto urged = desk::command_ticket(unit, system, ticket, {}, domain::UrgeTicket{"请快一点"});
      if (!urged) return std::unexpected(urged.error());
      rows = unit.outbox.deliveries({.ticket = ticket}, {}, 1, system).rows;
    }
    if (rows.empty()) return fail(ErrorCode::not_found, "nothing makes a delivery of a ticket any more");
    unit.outbox.record(rows.front().id, desk::DeliveryState::dead, 9, {}, "tried too often", "", unit.now);
    return rows.front().id.value;
  });
  return std::to_string(id);
}

std::string House::attachment(TicketId ticket) {
  const auto up = call({http::Method::post, "/api/v1/attachments?name=proof.txt", {}, false, true});
  if (up.status != 201) throw std::runtime_error("no upload: " + up.body);
  const auto id = boost::json::serialize(boost::json::parse(up.body).at("id"));
  const auto said = call({http::Method::post, "/api/v1/tickets/" + std::to_string(ticket.value) + "/messages",
                          R"({"kind":"reply","body":"见附件","attachments":[)" + id + "]}"});
  if (said.status >= 300) throw std::runtime_error("no message with a file: " + said.body);
  return id;
}

std::string House::owned(const std::string& parameter, UserId owner, std::string_view route) {
  if (parameter == "user_id") return std::to_string(owner.value);
  if (parameter == "session_id") return add_session(owner, std::chrono::hours{1}, random_token());
  const auto written_on = parameter == "held_id" ? ticket(admin(), Relation::of_team) : TicketId{};
  const auto id = write<std::int64_t>([&](desk::Unit& unit) -> Result<std::int64_t> {
    if (route == "read_export") {
      domain::Principal asking = domain::system_principal("rights");
      asking.user = owner;
      auto job = desk::start_export(unit, asking, {.format = desk::ExportFormat::csv});
      if (!job) return std::unexpected(job.error());
      job->state = desk::JobState::done;
      unit.jobs.save_job(*job);
      return job->id.value;
    }
    if (parameter == "job_id") {
      desk::Job job;
      job.kind = route == "cancel_job" ? "matrix" : "bulk";  // nobody runs what nobody knows
      job.state = route == "cancel_job" ? desk::JobState::running : desk::JobState::done;
      job.by = owner;
      job.created_at = unit.now;
      if (job.state == desk::JobState::done) job.ended_at = unit.now;
      return unit.jobs.add_job(job).value;
    }
    if (parameter == "held_id") {
      desk::HeldMessage message;
      message.user = owner;
      message.ticket = written_on;
      message.written.body = "马上回复";
      message.send_at = unit.now + std::chrono::hours{1};
      return unit.workspace.add_held(message).value;
    }
    if (parameter == "view_id") {
      desk::OwnView view;
      view.user = owner;
      view.title = "owned";
      view.created_at = unit.now;
      return unit.workspace.add_view(view).value;
    }
    desk::Token token;
    token.user = owner;
    token.name = "owned";
    token.scopes = {domain::Right::ticket_read};
    token.created_at = unit.now;
    return unit.access.add_token(token, sha256(random_token())).value;
  });
  if (route == "read_export") std::ofstream{server_.data() / "exports" / ("export-" + std::to_string(id) + ".csv")} << "工单\n";
  return std::to_string(id);
}

void House::signer(const std::string& login) {
  if (password_hash_.empty()) password_hash_ = hash_password(password);
  const auto id = server_.add({login, {{"agent", ""}}, {{home_team, false}}});
  write<bool>([&](desk::Unit& unit) -> Result<bool> {
    unit.access.set_password_hash(id, password_hash_);
    return true;
  });
}

std::string House::backup() {
  const auto name = "matrix-" + std::to_string(++backups_);
  const auto directory = server_.data() / "backups" / name;
  std::filesystem::create_directories(directory);
  std::ofstream{directory / "manifest.json"}
      << R"({"format":1,"created_at":"2026-03-02T01:30:00Z","schema":1,"feed_position":0,"files":[]})";
  return name;
}

std::string House::link(desk::LinkPurpose purpose, TicketId ticket, const std::string& file) {
  const auto path = "/api/v1/tickets/" + std::to_string(ticket.value);
  const auto given = purpose == desk::LinkPurpose::portal
                         ? call({http::Method::post, path + "/portal-link"})
                         : call({http::Method::post, path + "/guests",
                                 R"({"name":"老李","question":"收到了吗?","attachments":[)" + file + "]}"});
  if (given.status >= 300) throw std::runtime_error("no link: " + given.body);
  const std::string address{boost::json::parse(given.body).at("link").as_string()};
  return address.substr(address.find('#') + 1);
}

void House::end_links(desk::LinkPurpose purpose, TicketId ticket) {
  const auto path = "/api/v1/tickets/" + std::to_string(ticket.value);
  const auto end = [&](const std::string& target) {
    const auto ended = call({http::Method::del, target});
    if (ended.status >= 300) throw std::runtime_error("a link does not end: " + ended.body);
  };
  if (purpose == desk::LinkPurpose::portal) return end(path + "/portal-link");
  const auto guests = boost::json::parse(call({http::Method::get, path + "/guests"}).body);
  for (const auto& guest : guests.at("items").as_array())
    end(path + "/guests/" + boost::json::serialize(guest.at("id")));
}

std::optional<std::string> House::common(const std::string& parameter) {
  if (parameter == "customer_id") return std::to_string(customer_.value);
  if (parameter == "organization_id") return "1";
  if (parameter == "publication") return "1";
  if (parameter == "kind") return "note";  // of a draft
  if (parameter == "plugin") return "none";   // none is set up
  return {};
}

}  // namespace docket::rights
