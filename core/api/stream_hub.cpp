// SPDX-License-Identifier: Apache-2.0
#include "api/stream_hub.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "domain/ticket/ticket.hpp"

namespace docket::api {
namespace {

constexpr std::size_t most_clients = 5'000;
constexpr std::ptrdiff_t most_of_one_person = 32;
constexpr int page = 500;                     // positions of one round
constexpr std::int64_t most_behind = 20'000;  // of an open client; beyond it a fresh start is cheaper for both
constexpr std::size_t longest_start = 256;
constexpr std::size_t most_present = 1'000;  // tickets that somebody is on, as a client is told them that begins
constexpr std::uint16_t policy_violation = 1008;
constexpr std::chrono::milliseconds retry_after{200};

std::shared_ptr<const std::string> position_text(std::int64_t seq, bool resync) {
  return std::make_shared<const std::string>(json::encode(StreamPosition{seq, resync}));
}

/// A stream of the transport.
class SocketSink final : public StreamSink {
 public:
  explicit SocketSink(http::StreamSender sender) : sender_(std::move(sender)) {}
  bool send(std::shared_ptr<const std::string> text) override { return sender_.send(std::move(text)); }
  void close(std::uint16_t code) override { sender_.close(code); }

 private:
  http::StreamSender sender_;
};

}  // namespace

struct StreamHub::Client {
  Client(Authoriser who, domain::Principal resolved, Instant now)
      : authorise(std::move(who)), user(resolved.user), opened_at(now), principal(std::move(resolved)) {}

  const Authoriser authorise;
  const UserId user;
  const Instant opened_at;

  // Under the hub's mutex.
  std::shared_ptr<StreamSink> sink{};
  std::optional<StreamStart> start{};  // as sent; taken by the next round
  bool started = false;
  bool gone = false;

  // Of step()'s thread.
  domain::Principal principal;
  std::optional<std::int64_t> position{};  // all up to here was told; none before the start
};

/// The transport's end of a client. Lives as long as the socket.
class StreamHub::Peer final : public http::StreamPeer {
 public:
  Peer(StreamHub& hub, std::shared_ptr<Client> client) : hub_(hub), client_(std::move(client)) {}
  void on_open(http::StreamSender sender) override {
    hub_.opened(client_, std::make_unique<SocketSink>(std::move(sender)));
  }
  void on_message(std::string_view text) override { hub_.started(client_, text); }
  void on_close() override { hub_.closed(client_); }

 private:
  StreamHub& hub_;
  std::shared_ptr<Client> client_;
};

/// One round of step(): who takes part, and what the database said.
struct StreamHub::Round {
  struct Part {
    std::shared_ptr<Client> client;
    std::shared_ptr<StreamSink> sink;
    std::optional<StreamStart> start{};
    std::optional<Result<Caller>> checked{};
    std::optional<StreamPosition> greeting{};  // the client's place is moved there
  };
  std::vector<Part> parts;
  bool check = false;
  Time now{};
  std::vector<desk::FeedEntry> entries{};
  std::map<std::int64_t, std::optional<domain::Ticket>> tickets{};
  bool more = false;
  std::map<UserId, NoticeId> notices{};  // the newest of each person
  std::optional<NoticeId> last_notice{};
  std::vector<TicketId> present{};  // where somebody came or left
  std::vector<TicketId> occupied{};  // where else somebody is; told to those who begin
};

StreamHub::StreamHub(desk::Database& database, Presence* presence) : database_(database), presence_(presence) {}
StreamHub::~StreamHub() = default;

void StreamHub::on_work(std::function<void()> wake) {
  wake_ = std::move(wake);
}

void StreamHub::feed_advanced() {
  if (!advanced_.exchange(true)) wake();
}

void StreamHub::wake() {
  if (wake_) wake_();
}

Result<std::shared_ptr<http::StreamPeer>> StreamHub::add(Authoriser authorise, domain::Principal principal,
                                                         Instant now) {
  auto client = std::make_shared<Client>(std::move(authorise), std::move(principal), now);
  const std::lock_guard lock(mutex_);
  if (clients_.size() >= most_clients) {
    auto refused = fail(ErrorCode::overloaded, {"Too many live streams are open on this server.", "服务器上打开的窗口太多，请稍候再试。"});
    refused.error().retry_after_seconds = 10;
    return refused;
  }
  if (std::ranges::count(clients_, client->user, [](const auto& other) { return other->user; }) >= most_of_one_person) {
    auto refused = fail(ErrorCode::too_many_requests, {"You have too many live streams open; close some windows.", "您打开的窗口太多，请关掉几个。"});
    refused.error().retry_after_seconds = 10;
    return refused;
  }
  clients_.push_back(client);
  return std::make_shared<Peer>(*this, std::move(client));
}

void StreamHub::opened(const std::shared_ptr<Client>& client, std::unique_ptr<StreamSink> sink) {
  const std::lock_guard lock(mutex_);
  client->sink = std::move(sink);
}

void StreamHub::started(const std::shared_ptr<Client>& client, std::string_view message) {
  auto start = json::decode_text<StreamStart>(message, {.bytes = longest_start, .depth = 4});
  std::shared_ptr<StreamSink> refused;
  {
    const std::lock_guard lock(mutex_);
    if (client->gone) return;
    if (!start || client->started) {
      client->gone = true;
      refused = client->sink;
    } else {
      client->started = true;
      client->start = *start;
    }
  }
  if (refused) return refused->close(policy_violation);
  wake();
}

void StreamHub::closed(const std::shared_ptr<Client>& client) {
  const std::lock_guard lock(mutex_);
  client->gone = true;
  client->sink.reset();
  std::erase(clients_, client);
}

StreamHub::Round StreamHub::gather(Instant now) {
  Round round;
  std::vector<std::shared_ptr<StreamSink>> late;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& client : clients_) {
      if (client->gone || !client->sink) continue;
      if (!client->started && now - client->opened_at > start_deadline) {
        client->gone = true;
        late.push_back(client->sink);
        continue;
      }
      round.parts.push_back({client, client->sink, std::exchange(client->start, std::nullopt)});
    }
    // A socket that never came to be: nothing will tell of its end.
    std::erase_if(clients_,
                  [&](const auto& client) { return !client->sink && now - client->opened_at > start_deadline; });
  }
  for (const auto& sink : late) sink->close(policy_violation);
  return round;
}

std::chrono::milliseconds StreamHub::step(Instant now) {
  auto round = gather(now);
  const bool advanced = advanced_.exchange(false);
  if (round.parts.empty()) {
    told_notice_.reset();  // what comes while nobody listens is read, not told
    return check_interval;
  }
  round.check = !checked_at_ || now - *checked_at_ >= check_interval;
  const bool starting = std::ranges::any_of(round.parts, [](const auto& part) { return part.start.has_value(); });
  const bool moving = presence_ != nullptr && presence_->has_changed();
  if (advanced || starting || moving || round.check) {
    if (presence_ != nullptr) {
      round.present = presence_->take_changed(now);
      if (starting) round.occupied = presence_->tickets(now, most_present);
      std::erase_if(round.occupied, [&](TicketId id) { return std::ranges::binary_search(round.present, id); });
    }
    const auto outcome =
        desk::read_and_wait(database_, [&](const desk::Reading& reading) { return read(round, reading); });
    if (!outcome) {
      // Busy or stopping: nothing is lost, the round is repeated.
      advanced_.store(true);
      if (presence_ != nullptr) presence_->tell_again(round.present);
      const std::lock_guard lock(mutex_);
      for (auto& part : round.parts) {
        if (part.start) part.client->start = part.start;
      }
      return retry_after;
    }
    if (round.check) checked_at_ = now;
    tell(round, now);
    if (round.more) {
      advanced_.store(true);
      return std::chrono::milliseconds{0};
    }
  }
  const auto left = check_interval - (now - *checked_at_);
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left), std::chrono::milliseconds{1});
}

Result<void> StreamHub::read(Round& round, const desk::Reading& reading) const {
  round.now = reading.now;
  if (told_notice_) {
    const auto notices = reading.notices.notices_since(*told_notice_, page);
    for (const auto& notice : notices) {
      round.notices[notice.user] = notice.id;
      round.last_notice = notice.id;
    }
    round.more = notices.size() == static_cast<std::size_t>(page);
  } else {
    round.last_notice = reading.notices.last_notice();
  }
  const auto head = reading.stream.feed_head();
  std::optional<std::int64_t> from;
  for (auto& part : round.parts) {
    auto position = part.client->position;
    if (round.check) part.checked = part.client->authorise(reading);
    if (part.start) {
      const auto last = part.start->last_seq.value_or(head);
      // A position ahead of the feed is from before a restore.
      const bool resync = last > head || head - last > most_replayed;
      position = resync ? head : last;
      part.greeting = StreamPosition{*position, resync};
    } else if (position && head - *position > most_behind) {
      position = head;
      part.greeting = StreamPosition{head, true};
    }
    if (position) from = std::min(from.value_or(*position), *position);
  }
  const auto everybody = domain::system_principal("live stream");
  for (const auto* ids : {&round.present, &round.occupied}) {
    for (const auto id : *ids) round.tickets.emplace(id.value, reading.tickets.find(id, everybody));
  }
  if (!from || *from >= head) return {};
  round.entries = reading.stream.feed(*from, page);
  round.more = round.more || round.entries.size() == static_cast<std::size_t>(page);
  for (const auto& entry : round.entries) {
    if (entry.stream != 0 && !round.tickets.contains(entry.stream))
      round.tickets.emplace(entry.stream, reading.tickets.find(TicketId{entry.stream}, everybody));
  }
  return {};
}

void StreamHub::tell(Round& round, Instant now) {
  if (round.last_notice) told_notice_ = round.last_notice;
  std::vector<std::shared_ptr<const std::string>> texts(round.entries.size());
  const auto text_of = [&](std::size_t index) {
    const auto& entry = round.entries[index];
    auto& text = texts[index];
    if (!text) {
      text = std::make_shared<const std::string>(
          json::encode(StreamEvent{entry.position, TicketId{entry.stream}, entry.kind, entry.sequence, entry.at}));
    }
    return text;
  };
  const auto presences_on = [&](const std::vector<TicketId>& ids) {
    std::vector<std::pair<TicketId, std::shared_ptr<const std::string>>> out;
    for (const auto id : ids) {
      StreamPresence told;
      told.ticket_id = id;
      told.others = presence_->on(id, now);
      out.emplace_back(id, std::make_shared<const std::string>(json::encode(told)));
    }
    return out;
  };
  const auto changed = presences_on(round.present);
  const auto standing = presences_on(round.occupied);
  for (auto& part : round.parts) {
    auto& client = *part.client;
    if (part.checked) {
      if (!*part.checked) {  // signed out, switched off, or without the right
        {
          const std::lock_guard lock(mutex_);
          client.gone = true;
        }
        part.sink->close(signed_out);
        continue;
      }
      client.principal = std::move((*part.checked)->principal);
    }
    if (part.greeting) {
      client.position = part.greeting->seq;
      if (!part.sink->send(position_text(part.greeting->seq, part.greeting->resync))) continue;
    }
    if (!client.position) continue;
    if (const auto notice = round.notices.find(client.user); client.user && notice != round.notices.end()) {
      StreamNotice told;
      told.id = notice->second;
      if (!part.sink->send(std::make_shared<const std::string>(json::encode(told)))) continue;
    }
    std::map<std::int64_t, bool> sees;
    const auto sees_ticket = [&](std::int64_t id) {
      const auto [seen, fresh] = sees.try_emplace(id, false);
      const auto& ticket = round.tickets.at(id);
      if (fresh) seen->second = ticket && domain::visible(client.principal, *ticket, round.now);
      return seen->second;
    };
    // Among colleagues: a customer with an account is not told who reads their ticket.
    const bool colleague = client.principal.may(domain::Right::ticket_note);
    for (const auto* presences : {&changed, part.start ? &standing : nullptr}) {
      if (!colleague || presences == nullptr) continue;
      for (const auto& [id, text] : *presences) {
        if (sees_ticket(id.value) && !part.sink->send(text)) break;
      }
    }
    for (std::size_t i = 0; i < round.entries.size(); ++i) {
      const auto& entry = round.entries[i];
      if (entry.position <= *client.position) continue;
      client.position = entry.position;
      if (entry.stream == 0) continue;
      if (sees_ticket(entry.stream) && !part.sink->send(text_of(i))) break;
    }
  }
}

}  // namespace docket::api
