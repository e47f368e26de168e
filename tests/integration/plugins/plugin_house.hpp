// SPDX-License-Identifier: Apache-2.0
// A desk in memory with lanes and real plugin processes, and a receiver for what leaves it.
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "definition/bundle.hpp"
#include "definition/yaml_compiler.hpp"
#include "desk/command_ticket.hpp"
#include "desk/manage_people.hpp"
#include "docket/emulator.hpp"
#include "plugin/manifest.hpp"
#include "plugin/plugins.hpp"
#include "runtime/deliveries.hpp"
#include "support/catch.hpp"
#include "support/shared_desk.hpp"
#include "support/temporary_directory.hpp"

namespace docket::test {

using namespace std::chrono_literals;
using sdk::Emulator;
using sdk::EmulatorAnswer;
using sdk::EmulatorRequest;

inline const Time monday_morning = *from_rfc3339("2026-03-02T02:00:00Z");

inline domain::Definitions definitions(const std::string& plugins) {
  auto bundle = definition::load_bundle(std::string{DOCKET_SOURCE_DIR} + "/config");
  if (!bundle) throw std::runtime_error(bundle.error().detail);
  bundle->files["plugins.yaml"] = plugins;
  const auto checked = definition::YamlCompiler{}.compile(bundle->files, monday_morning);
  for (const auto& finding : checked.findings) {
    if (finding.error) throw std::runtime_error(finding.rendered);
  }
  return *checked.definitions;
}

class NoBlobs final : public desk::BlobStore {
 public:
  std::string take(const std::string&) override { throw std::runtime_error("no blobs"); }
  std::optional<std::string> verified_path(const std::string&) const override { return std::nullopt; }
};

struct House {
  const plugin::EgressSettings egress;
  const std::filesystem::path authorities;
  TemporaryDirectory directory;
  std::mutex answer_mutex;
  EmulatorAnswer next{.status = 204};
  Emulator receiver{[this](const EmulatorRequest&) {
    const std::scoped_lock lock(answer_mutex);
    return next;
  }};
  SharedDesk desk{definitions("{}"), monday_morning};
  NoBlobs blobs;
  ManualClock clock{monday_morning};
  /// What is installed here goes before what was built.
  plugin::Catalogue catalogue{{directory.path() / "plugins", std::filesystem::path(DOCKET_PLUGIN_DIRECTORY)},
                              {directory.path()}};
  runtime::Deliveries deliveries{desk, clock, {}};
  plugin::Plugins plugins{desk, blobs, clock, catalogue, options()};
  UserId agent{};

  /// `egress` and `authorities` (PEM) are the machine's, as `docket serve` is told them.
  explicit House(plugin::EgressSettings by = {}, std::filesystem::path trusted = {}) : egress(std::move(by)), authorities(std::move(trusted)) {
    std::ofstream(directory.path() / "secret") << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
    plugins.use_lanes(deliveries);
    desk.write(
        [&](desk::Unit& unit) -> Result<void> {
          desk::User user;
          user.login = "bot";
          user.name = "Bot";
          user.grants = {{"admin", ""}};
          agent = unit.directory.add_user(user);
          return {};
        },
        [](Result<void>) {});
  }
  ~House() {
    deliveries.stop();
    plugins.stop();
  }
  plugin::PluginsOptions options() const {
    plugin::PluginsOptions out;
    out.executable = DOCKET_PROGRAM;
    out.own_secrets = {directory.path() / "keys"};
    out.egress = egress;
    out.trust_file = authorities.string();
    return out;
  }
  std::string hooks(const std::string& more) const {
    const auto port = std::to_string(receiver.port());
    return "plugins:\n  hooks:\n    plugin: webhooks\n    user: bot\n    settings: {url: \"http://127.0.0.1:" + port + "/in\", secret: \"" +
           (directory.path() / "secret").string() + "\", incoming: [{name: shop, signature: header, secret: \"" +
           (directory.path() / "secret").string() + "\"}]}\n    hosts: [\"127.0.0.1:" + port + "\"]\n" + more;
  }
  /// A version is its manifest and its library; the library is the one that was built, which is all the same to the host.
  void install_webhooks(const boost::json::object& changes) const {
    const auto built = std::filesystem::path(DOCKET_PLUGIN_DIRECTORY) / "webhooks";
    const auto parcel = directory.path() / "parcel";
    std::filesystem::remove_all(parcel);
    std::filesystem::copy(built, parcel);
    std::ifstream in(built / "manifest.json");
    auto manifest = boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
    for (const auto& change : changes) manifest[change.key()] = change.value();
    std::ofstream(parcel / "manifest.json") << boost::json::serialize(manifest);
    const auto installed = plugin::install(parcel, directory.path() / "plugins");
    if (!installed) throw std::runtime_error(installed.error().detail);
  }
  void publish(const std::string& yaml) {
    auto made = definitions(yaml);
    {
      const std::scoped_lock lock(desk.mutex);
      desk.memory.activate(std::move(made));
    }
    plugins.follow();
  }
  TicketId create(const std::string& subject) {
    TicketId id;
    desk.write(
        [&](desk::Unit& unit) -> Result<void> {
          domain::CreateTicket command;
          command.type = unit.active->forms.begin()->first;
          command.subject = subject;
          command.body = "说明";
          auto made = desk::create_ticket(unit, domain::system_principal("test"), command);
          if (!made) return std::unexpected(made.error());
          id = made->ticket.id;
          return {};
        },
        [](Result<void> done) { REQUIRE(done); });
    deliveries.wake({"hooks"});
    return id;
  }
  std::vector<desk::Delivery> outbox() {
    const std::scoped_lock lock(desk.mutex);
    std::vector<desk::Delivery> out;
    for (const auto& [id, row] : desk.memory.rows.deliveries) out.push_back(row);
    return out;
  }
  std::size_t in_state(desk::DeliveryState state) {
    const auto all = outbox();
    return static_cast<std::size_t>(std::ranges::count(all, state, &desk::Delivery::state));
  }
  desk::PluginStatus status(const std::string& name) {
    for (auto& one : plugins.statuses()) {
      if (one.name == name) return one;
    }
    return {};
  }
  std::future<Result<desk::HookAnswer>> call_hook(const std::string& name, const std::string& path, const std::string& body,
                                                  std::vector<std::pair<std::string, std::string>> headers) {
    desk::HookRequest request;
    request.method = "POST";
    request.path = path;
    request.headers = std::move(headers);
    request.body = body;
    auto promise = std::make_shared<std::promise<Result<desk::HookAnswer>>>();
    auto future = promise->get_future();
    plugins.receive_http(name, std::move(request), [promise](Result<desk::HookAnswer> answer) { promise->set_value(std::move(answer)); });
    return future;
  }
  desk::HookAnswer hook(const std::string& path, const std::string& body, std::vector<std::pair<std::string, std::string>> headers) {
    auto answer = call_hook("hooks", path, body, std::move(headers)).get();
    return answer ? *answer : desk::HookAnswer{.status = 599};
  }
};

inline constexpr const char* loopback = "    networks: [127.0.0.0/8]\n    events: [created]\n";

}  // namespace docket::test
