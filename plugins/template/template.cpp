// SPDX-License-Identifier: Apache-2.0
// The smallest useful plugin: posts each message as JSON to one address. Copy this folder to begin your own.
#include "docket/http.hpp"
#include "docket/plugin.hpp"

namespace {

using namespace docket::sdk;

class Notifier : public Plugin {
 public:
  Notifier(Host h, const json::object& settings)
      : Plugin(h), url_(text_of(settings, "url")), token_(text_of(settings, "token")), http_(h) {}

  Outcome deliver(const Delivery& delivery) override {
    WebRequest request{.method = "POST", .url = url_};
    request.headers = {{"Authorization", "Bearer " + host.secret(token_)},
                       {"Idempotency-Key", delivery.key},
                       {"Content-Type", "application/json"}};
    request.body = json::serialize(json::object{{"subject", delivery.subject}, {"body", delivery.body}});
    const auto answer = http_.send(request);
    if (answer.status < 300) return Outcome::delivered();
    const auto why = "the receiver answers " + std::to_string(answer.status);
    if (answer.status == 401 || answer.status == 403) return Outcome::failed(why + "; is the token right?").halting();
    if (answer.status == 429 || answer.status >= 500) return Outcome::retry_later(why, answer.retry_after_s());
    return Outcome::rejected(why);
  }

 private:
  std::string url_, token_;
  Http http_;
};

}  // namespace

DOCKET_PLUGIN(Notifier)
