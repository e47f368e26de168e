// SPDX-License-Identifier: Apache-2.0
#include "docket/plugin.hpp"

#include "docket/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

namespace docket::sdk {
namespace {

docket_text view(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view view(docket_text text) {
  return {text.data, static_cast<std::size_t>(text.size)};
}

void append(void* to, const char* data, std::uint64_t size) {
  static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(size));
}
docket_sink sink(std::string& to) {
  return {&to, &append};
}

void write(docket_sink to, std::string_view text) {
  to.write(to.context, text.data(), text.size());
}
void write(docket_sink to, const json::value& value) {
  write(to, json::serialize(value));
}

std::int32_t checked(std::int32_t status, const std::string& why, std::string_view what) {
  if (status >= 0) return status;
  throw HostError(status, why.empty() ? std::string(what) + " did not work" : why);
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw HostError(DOCKET_FAILED, "the content could not be written");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

json::object object_of(docket_text text) {
  auto value = json::parse(view(text));
  if (!value.is_object()) throw std::invalid_argument("the request is no JSON object");
  return std::move(value.as_object());
}

const json::object& member(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::vector<std::string> texts_of(const json::object& from, std::string_view name) {
  std::vector<std::string> out;
  const auto* list = from.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

Delivery delivery_of(docket_text text) {
  Delivery out;
  out.raw = object_of(text);
  out.key = text_of(out.raw, "key");
  out.text = text_of(out.raw, "text");
  out.subject = without_controls(text_of(out.raw, "subject"));
  out.body = without_controls(text_of(out.raw, "body"));
  out.language = text_of(out.raw, "language", "zh");
  const auto& recipient = member(out.raw, "recipient");
  out.recipient_kind = text_of(recipient, "kind", "none");
  out.recipient_name = text_of(recipient, "name");
  out.address = text_of(recipient, "address");
  const auto& ticket = member(out.raw, "ticket");
  out.ticket_id = number_of(ticket, "id");
  out.ticket_number = text_of(ticket, "number");
  out.link = text_of(ticket, "link");
  out.attempt = static_cast<int>(number_of(out.raw, "attempt", 1));
  if (const auto* list = out.raw.if_contains("attachments"); list != nullptr && list->is_array()) {
    for (const auto& item : list->get_array()) {
      if (item.is_object()) out.attachments.push_back(text_of(item.get_object(), "id"));
    }
  }
  return out;
}

json::object json_of(const Outcome& outcome) {
  json::object out{{"outcome", outcome.kind}};
  if (!outcome.vendor_id.empty()) out["vendor_id"] = outcome.vendor_id;
  if (!outcome.error.empty()) out["error"] = outcome.error;
  if (outcome.retry_after_s > 0) out["retry_after_s"] = outcome.retry_after_s;
  if (!outcome.external_id.empty()) out["external_id"] = outcome.external_id;
  if (outcome.halt) out["halt"] = true;
  return out;
}

json::object json_of(const Record& record) {
  json::object out{{"id", record.id}, {"data", record.data}};
  if (!record.updated_at.empty()) out["updated_at"] = record.updated_at;
  if (record.deleted) out["deleted"] = true;
  return out;
}

json::object json_of(const Page& page) {
  json::array records, refused;
  for (const auto& record : page.records) records.emplace_back(json_of(record));
  for (const auto& [id, reason] : page.refused) refused.emplace_back(json::object{{"id", id}, {"reason", reason}});
  json::object out{{"records", std::move(records)}, {"cursor", page.cursor}, {"more", page.more}};
  if (!refused.empty()) out["refused"] = std::move(refused);
  if (page.total) out["total"] = *page.total;
  return out;
}

HttpRequest http_of(docket_text request, docket_text body) {
  HttpRequest out;
  const auto raw = object_of(request);
  out.method = text_of(raw, "method");
  out.path = text_of(raw, "path");
  out.query = text_of(raw, "query");
  out.address = text_of(raw, "address");
  for (const auto& [name, value] : member(raw, "headers")) {
    if (value.is_string()) out.headers.emplace_back(name, std::string(value.get_string()));
  }
  out.body = view(body);
  return out;
}

/// Runs `body`; whatever it throws is written as text where the host expects the answer.
template <class F>
std::int32_t guarded(docket_sink to, F&& body) noexcept {
  try {
    body();
    return DOCKET_OK;
  } catch (const HostError& error) {
    write(to, std::string_view(error.what()));
    return error.status();
  } catch (const std::exception& error) {
    write(to, std::string_view(error.what()));
    return DOCKET_FAILED;
  } catch (...) {
    write(to, std::string_view("something unknown was thrown"));
    return DOCKET_FAILED;
  }
}

Plugin& self(void* instance) {
  return *static_cast<Plugin*>(instance);
}

detail::Factory factory = nullptr;  // set once, by the entry

std::int32_t create(const docket_host* host, docket_text settings, void** instance, docket_sink error) {
  *instance = nullptr;
  return guarded(error, [&] { *instance = factory(Host(host), object_of(settings)).release(); });
}
void destroy(void* instance) {
  delete static_cast<Plugin*>(instance);
}
std::int32_t deliver(void* instance, docket_text request, docket_sink answer) {
  return guarded(answer, [&] { write(answer, json_of(self(instance).deliver(delivery_of(request)))); });
}
std::int32_t poll(void* instance, docket_text, docket_sink answer) {
  return guarded(answer, [&] {
    const auto said = self(instance).poll();
    json::object out{{"more", said.more}};
    if (said.next_in_s > 0) out["next_in_s"] = said.next_in_s;
    if (!said.error.empty()) out["error"] = said.error;
    if (said.halt) out["halt"] = true;
    write(answer, out);
  });
}
std::int32_t receive_http(void* instance, docket_text request, docket_text body, docket_sink answer,
                          docket_sink answer_body) {
  return guarded(answer, [&] {
    const auto said = self(instance).receive_http(http_of(request, body));
    json::object headers;
    for (const auto& [name, value] : said.headers) headers[name] = value;
    write(answer_body, said.body);
    write(answer, json::object{{"status", said.status}, {"headers", std::move(headers)}});
  });
}
std::int32_t health(void* instance, docket_text, docket_sink answer) {
  return guarded(answer, [&] {
    const auto said = self(instance).health();
    json::object out{{"healthy", said.healthy}};
    if (!said.detail.empty()) out["detail"] = said.detail;
    if (said.halt) out["halt"] = true;
    write(answer, out);
  });
}
std::int32_t pull(void* instance, docket_text request, docket_sink answer) {
  return guarded(answer, [&] {
    const auto raw = object_of(request);
    PullRequest asked{text_of(raw, "resource"), text_of(raw, "cursor"), static_cast<int>(number_of(raw, "limit", 200)),
                      yes_of(raw, "full")};
    write(answer, json_of(self(instance).pull(asked)));
  });
}
std::int32_t look_up(void* instance, docket_text request, docket_sink answer) {
  return guarded(answer, [&] {
    const auto raw = object_of(request);
    LookUp asked{text_of(raw, "phone"), text_of(raw, "email"), member(raw, "external"), texts_of(raw, "resources")};
    json::object records;
    for (const auto& [resource, found] : self(instance).look_up(asked)) {
      json::array list;
      for (const auto& record : found) list.emplace_back(json_of(record));
      records[resource] = std::move(list);
    }
    write(answer, json::object{{"records", std::move(records)}});
  });
}
std::int32_t push(void* instance, docket_text request, docket_sink answer) {
  return guarded(answer, [&] {
    const auto delivery = delivery_of(request);
    write(answer, json_of(self(instance).push(delivery, member(delivery.raw, "event"))));
  });
}

[[noreturn]] void unsupported(const char* what) {
  throw HostError(DOCKET_UNSUPPORTED, std::string("this plugin does not ") + what);
}

std::string unescaped(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

std::string Content::read(std::size_t most) {
  std::string out;
  std::array<char, 65536> piece{};
  for (;;) {
    const auto n = ::read(descriptor.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw HostError(DOCKET_FAILED, "the content could not be read");
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > most) throw HostError(DOCKET_REFUSED, "the content is too large");
    out.append(piece.data(), static_cast<std::size_t>(n));
  }
}

void Host::log(std::uint32_t level, std::string_view line) const {
  host_->log(host_->context, level, view(line));
}
std::int64_t Host::remaining_ms() const {
  return std::max<std::int64_t>(0, (host_->deadline(host_->context) - now_us()) / 1000);
}
Descriptor Host::connect(std::string_view host, std::uint16_t port, std::uint32_t timeout_ms) const {
  std::string why;
  const auto got = host_->connect(host_->context, view(host), port, timeout_ms, sink(why));
  return Descriptor(checked(got, why, "the connection"));
}
std::string Host::trust_file() const {
  std::string out;
  checked(host_->trust_file(host_->context, sink(out)), {}, "asking for the authorities to trust");
  return out;
}
std::string Host::secret(std::string_view reference) const {
  std::string out;
  const auto status = host_->secret(host_->context, view(reference), sink(out));
  checked(status, status < 0 ? out : std::string{}, "reading the secret");
  return out;
}
std::optional<std::string> Host::state(std::string_view key) const {
  std::string out;
  const auto status = host_->state_get(host_->context, view(key), sink(out));
  if (status == DOCKET_NOT_FOUND) return std::nullopt;
  checked(status, out, "reading the plugin's state");
  return out;
}
void Host::put_state(std::string_view key, std::string_view value) const {
  checked(host_->state_put(host_->context, view(key), view(value)), {}, "keeping the plugin's state");
}

std::string Host::Answer::code() const {
  if (ok) return {};
  return body.is_object() ? text_of(body.get_object(), "code", "failed") : std::string("failed");
}
std::string Host::Answer::detail() const {
  if (ok) return {};
  return body.is_object() ? text_of(body.get_object(), "detail", "the command failed") : json::serialize(body);
}
std::string Host::Answer::detail_zh() const {
  if (ok || !body.is_object()) return detail();
  auto words = text_of(body.get_object(), "detail_zh", "");
  return words.empty() ? detail() : words;
}
Host::Answer Host::command(const json::object& request) const {
  std::string out;
  const auto status = host_->command(host_->context, view(json::serialize(request)), sink(out));
  if (status == DOCKET_TOO_LATE) throw HostError(status, "the deadline of the call has passed");
  boost::system::error_code error;
  auto body = json::parse(out, error);
  if (error) body = json::object{{"code", "failed"}, {"detail", out}};
  return {status == DOCKET_OK, std::move(body)};
}

Content Host::open_content(std::string_view attachment_id) const {
  std::string facts;
  const auto got = host_->content_open(host_->context, view(attachment_id), sink(facts));
  Content out;
  out.descriptor = Descriptor(checked(got, facts, "opening the attachment"));
  const auto raw = json::parse(facts);
  out.id = std::string(attachment_id);
  out.name = text_of(raw.as_object(), "name");
  out.media_type = text_of(raw.as_object(), "media_type");
  out.size = number_of(raw.as_object(), "size");
  return out;
}
std::string Host::keep_content(std::string_view name, std::string_view media_type, std::string_view bytes) const {
  const Descriptor file(checked(host_->content_create(host_->context), {}, "making a file for content"));
  write_all(file.get(), bytes);
  std::string answer;
  const auto facts = json::serialize(json::object{{"name", name}, {"media_type", media_type}});
  checked(host_->content_keep(host_->context, file.get(), view(facts), sink(answer)), answer, "keeping the content");
  return text_of(json::parse(answer).as_object(), "id");
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}
std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (unescaped(pair.substr(0, equals)) == name)
      return unescaped(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

Outcome Plugin::deliver(const Delivery&) {
  unsupported("send messages");
}
PollAnswer Plugin::poll() {
  unsupported("poll");
}
HttpAnswer Plugin::receive_http(const HttpRequest&) {
  return {404, {}, {}};
}
Page Plugin::pull(const PullRequest&) {
  unsupported("pull records");
}
std::vector<std::pair<std::string, std::vector<Record>>> Plugin::look_up(const LookUp&) {
  unsupported("look records up");
}
Outcome Plugin::push(const Delivery&, const json::object&) {
  unsupported("write back");
}

std::string text_of(const json::object& from, std::string_view name, std::string_view fallback) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::string(fallback);
  return std::string(value->get_string());
}
std::int64_t number_of(const json::object& from, std::string_view name, std::int64_t fallback) {
  const auto* value = from.if_contains(name);
  if (value == nullptr) return fallback;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? fallback : number;
}
bool yes_of(const json::object& from, std::string_view name, bool fallback) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

std::int32_t detail::enter(const docket_host* host, docket_plugin* plugin, Factory make) noexcept {
  if (host->abi_major != DOCKET_ABI_MAJOR) return DOCKET_UNSUPPORTED;
  factory = make;
  const docket_plugin mine{sizeof(docket_plugin), DOCKET_ABI_MAJOR, DOCKET_ABI_MINOR, &create, &destroy, &deliver,
                           &poll, &receive_http, &health, &pull, &look_up, &push};
  const auto room = std::min<std::size_t>(plugin->size, sizeof mine);
  std::copy_n(reinterpret_cast<const std::byte*>(&mine), room, reinterpret_cast<std::byte*>(plugin));
  plugin->size = static_cast<std::uint32_t>(room);
  return DOCKET_OK;
}

}  // namespace docket::sdk
