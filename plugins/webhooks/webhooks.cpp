// SPDX-License-Identifier: Apache-2.0
// Out: each event or message as Standard Webhooks says. In: requests whose signature over the raw body is right become
// tickets, each once for its id.
#include "docket/callback_crypto.hpp"
#include "docket/http.hpp"
#include "docket/plugin.hpp"
#include "signature.hpp"

namespace docket::webhooks {
namespace {

using namespace docket::sdk;

struct Source {
  std::string name, signature, header, secret, type;
};

class Webhooks : public Plugin {
 public:
  Webhooks(Host h, const json::object& settings)
      : Plugin(h), url_(text_of(settings, "url")), secret_(text_of(settings, "secret")), old_secret_(text_of(settings, "old_secret")),
        timeout_ms_(1000 * number_of(settings, "timeout_s", 20)), http_(h) {
    if (!url_.empty() && secret_.empty()) throw std::invalid_argument("url needs secret: what is not signed can not be trusted");
    if (const auto* list = settings.if_contains("incoming"); list != nullptr && list->is_array()) {
      for (const auto& item : list->get_array()) {
        const auto& one = item.as_object();
        sources_.push_back({text_of(one, "name"), text_of(one, "signature"), text_of(one, "header", "x-token"), text_of(one, "secret"), text_of(one, "type")});
      }
    }
  }

  Outcome deliver(const Delivery& delivery) override {
    if (url_.empty()) return Outcome::rejected("this webhook has no url to send to");
    const auto body = body_of(delivery);
    const auto timestamp = std::to_string(host.now_s());
    auto signatures = sign(key(secret_), delivery.key, timestamp, body);
    if (!old_secret_.empty()) signatures += " " + sign(key(old_secret_), delivery.key, timestamp, body);
    WebRequest request{.method = "POST", .url = url_};
    request.headers = {{"Content-Type", "application/json"}, {"webhook-id", delivery.key}, {"webhook-timestamp", timestamp}, {"webhook-signature", signatures}};
    request.body = body;
    request.timeout_ms = timeout_ms_;
    request.most = 64 * 1024;
    try {
      return outcome_of(http_.send(request));
    } catch (const TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

  HttpAnswer receive_http(const HttpRequest& request) override {
    const auto* source = find(request.path);
    if (source == nullptr || request.method != "POST") return {404, "there is nothing here"};
    const auto id = identity(*source, request);
    if (!id) {
      host.warning("a request to " + source->name + " from " + request.address + " has no right signature");
      return {401, "the signature is wrong"};
    }
    boost::system::error_code error;
    const auto parsed = json::parse(json::string_view(request.body.data(), request.body.size()), error);
    if (error || !parsed.is_object()) return {400, "the body is no JSON object"};
    const auto& said = parsed.get_object();
    const auto* inner = said.if_contains("data");
    const auto& data = inner != nullptr && inner->is_object() ? inner->get_object() : said;
    json::object command{{"command", "create_ticket"}, {"key", source->name + ":" + *id}};
    if (!source->type.empty()) command["type"] = source->type;
    command["subject"] = text_of(data, "subject", text_of(data, "title", text_of(said, "type", source->name)));
    command["body"] = text_of(data, "body", json::serialize(data));
    for (const auto* name : {"customer", "fields", "region", "product_line"}) {
      if (const auto* value = data.if_contains(name)) command[name] = *value;
    }
    const auto answer = host.command(command);
    if (answer.ok) return {202, json::serialize(answer.body), {{"content-type", "application/json"}}};
    host.warning("what came from " + source->name + " was not taken: " + answer.detail());
    return {answer.code() == "invalid_field" ? 422 : 503, answer.detail()};
  }

  Health health() override {
    if (!secret_.empty()) (void)key(secret_);
    for (const auto& source : sources_) (void)host.secret(source.secret);
    return {true, "secrets can be read"};
  }

 private:
  std::string key(const std::string& reference) const {
    auto out = key_of(host.secret(reference));
    if (!out) throw std::runtime_error("the signing secret must be whsec_ and base64 of 24 bytes or more");
    return std::move(*out);
  }

  static std::string body_of(const Delivery& delivery) {
    json::object data{{"key", delivery.key}};
    std::string type = "message";
    for (const auto* name : {"ticket", "recipient", "message", "external"}) {
      if (const auto* part = delivery.raw.if_contains(name)) data[name] = *part;
    }
    if (const auto* event = delivery.raw.if_contains("event"); event != nullptr && event->is_object()) {
      type = "ticket." + text_of(event->get_object(), "type", "event");
      data["event"] = *event;
      data.erase("recipient");
    } else {
      data["subject"] = delivery.subject;
      data["body"] = delivery.body;
      data["text"] = delivery.text;
    }
    json::object out{{"type", type}};
    if (const auto* event = data.if_contains("event")) {
      if (const auto* at = event->get_object().if_contains("at")) out["timestamp"] = *at;
    }
    out["data"] = std::move(data);
    return json::serialize(out);
  }

  static Outcome outcome_of(const WebAnswer& answer) {
    const auto why = "the receiver answers " + std::to_string(answer.status);
    if (answer.status >= 200 && answer.status < 300) return Outcome::delivered();
    if (answer.status == 410) return Outcome::rejected(why + ": it is gone for good").halting();
    if (answer.status >= 300 && answer.status < 400) return Outcome::failed(why + ", and redirects are not followed");
    if (answer.status == 429 || answer.status == 502 || answer.status == 503 || answer.status == 504)
      return Outcome::retry_later(why, answer.retry_after_s());
    return Outcome::failed(why);
  }

  const Source* find(std::string_view path) const {
    for (const auto& source : sources_) {
      if (path == "/" + source.name) return &source;
    }
    return nullptr;
  }

  /// What tells one request from another, when its signature is right.
  std::optional<std::string> identity(const Source& source, const HttpRequest& request) const {
    const auto secret = host.secret(source.secret);
    if (secret.empty()) return std::nullopt;
    if (source.signature == "standard") {
      const auto signing = key_of(secret);
      const auto id = request.header("webhook-id");
      if (!signing || id.size() > 120 || !verify(*signing, id, request.header("webhook-timestamp"), request.body, request.header("webhook-signature"), host.now_s()))
        return std::nullopt;
      return std::string(id);
    }
    const auto body = [&] { return sign("the same body is the same request", "body", "0", request.body); };
    if (source.signature == "github") {
      // The signature covers the body and nothing else: under another X-GitHub-Delivery a captured request is still the same.
      return verify_hub(secret, request.body, request.header("x-hub-signature-256")) ? std::optional(body()) : std::nullopt;
    }
    if (!equal_in_constant_time(request.header(source.header), secret)) return std::nullopt;
    for (const auto* name : {"x-github-delivery", "idempotency-key", "x-request-id"}) {
      if (const auto id = request.header(name); !id.empty() && id.size() <= 120) return std::string(id);
    }
    return body();
  }

  std::string url_, secret_, old_secret_;
  std::int64_t timeout_ms_;
  std::vector<Source> sources_;
  Http http_;
};

}  // namespace
}  // namespace docket::webhooks

DOCKET_PLUGIN(docket::webhooks::Webhooks)
