// SPDX-License-Identifier: Apache-2.0
#include "server/application.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "api/routes.hpp"
#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/log.hpp"
#include "desk/access_links.hpp"
#include "server/control.hpp"
#include "server/set_up.hpp"
#include "server/web_root.hpp"

namespace docket::server {
namespace {

Engine::Options engine_options(const NodeSettings& settings) {
  Engine::Options options;
  options.data = settings.data;
  options.reader_threads = settings.reader_threads;
  options.plugin_directories = settings.plugin_directories;
  options.secret_directories = settings.secret_directories;
  return options;
}

std::filesystem::path certificate_file(const NodeSettings& settings) {
  return settings.certificate.empty() ? DataLayout(settings.data).tls / "server.pem" : settings.certificate;
}

http::TlsKeys tls_keys(const NodeSettings& settings) {
  const DataLayout layout(settings.data);
  const auto certificate = certificate_file(settings);
  const auto key = settings.key.empty() ? layout.tls / "server.key" : settings.key;
  auto keys = http::read_tls_keys(certificate.string(), key.string());
  if (!keys) {
    auto why = keys.error().said();
    if (settings.certificate.empty() && settings.key.empty()) {
      why.en += " Put tls/ back from your copy; if there is none, `docket init` makes a new authority, which all clients must then trust.";
      why.zh += "请从副本放回 tls/；没有副本时 `docket init` 会生成新的颁发机构，所有客户端须重新信任它。";
    }
    throw Failure(std::move(why));
  }
  return std::move(*keys);
}

http::ServerOptions front_door(const NodeSettings& settings) {
  http::ServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.tls = tls_keys(settings);
  options.server_names.insert(options.server_names.end(), settings.server_names.begin(), settings.server_names.end());
  options.stream_path = "/api/v1/stream";
  options.trusted_proxies = settings.trusted_proxies;
  options.io_threads = settings.io_threads;
  options.upload_directory = DataLayout(settings.data).uploads.string();
  options.access_log = http::log_access;
  return options;
}

/// Health and metrics: on loopback and without TLS, for the machine itself.
http::ServerOptions back_door(const NodeSettings& settings, std::uint16_t port) {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = port;
  options.io_threads = 1;
  options.max_connections = 32;
  options.upload_directory = DataLayout(settings.data).uploads.string();
  return options;
}

std::shared_ptr<const api::Pages> read_pages(const NodeSettings& settings) {
  const auto directory = find_web_root(settings.web_root);
  if (directory.empty()) {
    log::warning("no_web_pages", {{"note", "only the API is served; ./deploy/console builds the pages"}});
    return {};
  }
  auto pages = api::Pages::load(directory);
  log::info("web_pages", {{"directory", directory.string()}, {"files", static_cast<std::int64_t>(pages->size())}});
  return pages;
}

api::GatewayOptions gateway_options(const NodeSettings& settings) {
  api::GatewayOptions options;
  options.sessions.idle = std::chrono::minutes{settings.session_idle_minutes};
  options.sessions.absolute = std::chrono::hours{settings.session_hours};
  options.cursor_key = load_or_make_key(DataLayout(settings.data).cursor_key);
  options.setup_digest = read_setup_digest(settings.data);
  options.pages = read_pages(settings);
  return options;
}

/// What links begin with. Without a name that others can reach, they are paths on this server.
std::string public_site(const NodeSettings& settings) {
  if (!settings.public_url.empty()) return settings.public_url;
  if (settings.server_names.empty()) return {};
  const auto port = settings.port == 443 ? std::string{} : ":" + std::to_string(settings.port);
  return "https://" + settings.server_names.front() + port;
}

std::unique_ptr<http::Server> started(http::ServerOptions options, http::Handler& handler) {
  auto server = http::Server::start(std::move(options), handler);
  if (!server) throw Failure(server.error().said());
  return std::move(*server);
}

plugin::PluginsOptions plugins_options(const NodeSettings& settings) {
  const DataLayout layout(settings.data);
  plugin::PluginsOptions options;
  options.executable = settings.program;
  options.log_directory = settings.data / "plugin-logs";
  options.scratch = layout.uploads;
  options.own_secrets = {layout.keys, layout.tls, layout.backups, settings.data / "docket.db"};
  options.trust_file = settings.trust.string();
  options.public_address = public_site(settings);
  options.egress.proxy = settings.proxy;
  options.egress.direct = settings.no_proxy;
  options.egress.login = settings.proxy_login;
  for (const auto& named : {settings.key, settings.proxy_login}) {
    if (!named.empty()) options.own_secrets.push_back(named);
  }
  return options;
}

/// Calls `act` if it is still there when the time has passed.
class Unless {
 public:
  Unless(std::chrono::milliseconds time, std::function<void()> act)
      : thread_([this, time, act = std::move(act)] {
          std::unique_lock lock(mutex_);
          if (!changed_.wait_for(lock, time, [this] { return done_; })) act();
        }) {}
  ~Unless() {
    {
      const std::scoped_lock lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Unless(const Unless&) = delete;
  Unless& operator=(const Unless&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

constexpr std::chrono::seconds patience_with_plugins{8};  // the service manager kills after 30 s
constexpr std::size_t password_threads = 2;
constexpr std::size_t password_queue = 64;
constexpr std::size_t side_threads = 2;
constexpr std::size_t side_queue = 64;

}  // namespace

Application::Application(const NodeSettings& settings, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      engine_(engine_options(settings), clock),
      machine_(engine_, certificate_file(settings)),
      passwords_(password_threads, password_queue),
      files_(DataLayout(settings.data).exports),
      side_(side_threads, side_queue) {
  if (!engine_.active()) {
    throw Failure(both("No definitions are published in {}. Run `docket init` first.", "{} 里还没有发布过配置，请先运行 `docket init`。",
                       settings.data.string()));
  }
  // Half a desk is none: what was started ends again when a later part can not start.
  struct Undo {
    Application* application;
    ~Undo() {
      if (application != nullptr) application->stop(std::chrono::milliseconds{0});
    }
  } undo{this};
  start();
  undo.application = nullptr;
}

void Application::start() {
  const desk::LinkSecrets links(load_or_make_key(DataLayout(settings_.data).link_key), public_site(settings_));
  plugins_ = std::make_unique<plugin::Plugins>(engine_.database(), engine_.blobs(), clock_, engine_.catalogue(),
                                               plugins_options(settings_));
  const api::Services services{engine_.database(), passwords_, engine_.blobs(), engine_.compiler(), side_,
                               files_, board_, machine_, plugins_.get(), links};
  gateway_ = std::make_unique<api::Gateway>(gateway_options(settings_), api::routes(), services);
  stream_ = std::make_unique<runtime::Loop>(
      "stream", [this] { return gateway_->stream().step(std::chrono::steady_clock::now()); });
  gateway_->stream().on_work([this] { stream_->wake(); });

  timers_ = std::make_unique<runtime::Timers>(engine_.database(), clock_);
  deliveries_ = std::make_unique<runtime::Deliveries>(
      engine_.database(), clock_, std::map<std::string, desk::Destination*>{{"log", &log_destination_}},
      runtime::Deliveries::Completing{
          &desk::names_links,
          [links](desk::Unit& unit, desk::Delivery& delivery) { (void)desk::fill_links(unit, links, delivery); }});
  plugins_->use_lanes(*deliveries_);
  plugins_->follow();
  jobs_ = std::make_unique<runtime::Jobs>(engine_.database());
  exports_ = std::make_unique<runtime::Exports>(engine_.database(), files_, clock_);
  backups_ = std::make_unique<Backups>(
      engine_, settings_.backups.empty() ? DataLayout(settings_.data).backups : settings_.backups);
  machine_.keeps(*backups_);
  field_index_ = std::make_unique<runtime::Loop>("field-index", [this] { return fill_field_index(); });
  facts_ = std::make_unique<ReportFacts>(engine_);
  anchor_key_ = std::make_unique<AnchorKey>(AnchorKey::load_or_make(DataLayout(settings_.data).anchor_key));
  housekeeping_ = std::make_unique<Housekeeping>(engine_.database(), engine_.blobs(), clock_, *anchor_key_);
  engine_.on_commit([this](const desk::Wakes& wakes) { after_commit(wakes); });
  timers_->expect(Time{});  // what was armed before anybody listened: the rows are asked again

  if (settings_.watch) watch_ = std::make_unique<Watch>(engine_, settings_.config);
  control_ = std::make_unique<runtime::ControlSocket>(
      engine_.directory().control_socket(),
      [this](const std::string& request, const std::stop_token& stop) {
        return answer_control(engine_, request, stop, plugins_.get());
      });
  if (settings_.admin_port) {
    admin_handler_ = std::make_unique<AdminHandler>(engine_, *plugins_);
    admin_ = started(back_door(settings_, *settings_.admin_port), *admin_handler_);
  }
  if (settings_.certificate.empty() && settings_.key.empty()) {
    renewal_.emplace(DataLayout(settings_.data).tls, wall_clock_);
    static_cast<void>(renewal_->look());  // the door opens with what it made, or with what there is
  }
  server_ = started(front_door(settings_), *gateway_);
  if (renewal_) {
    certificate_ = std::make_unique<runtime::Loop>("certificate", [this] {
      if (renewal_->look()) reload_certificate();
      return runtime::Loop::longest_wait;
    });
  }
  machine_.watch(*server_);
  if (admin_handler_) admin_handler_->watch(*server_);
}

Application::~Application() {
  stop(std::chrono::milliseconds{0});
}

void Application::after_commit(const desk::Wakes& wakes) {
  if (wakes.feed) {
    gateway_->stream().feed_advanced();
    facts_->changed();
  }
  if (wakes.timer_at) timers_->expect(*wakes.timer_at);
  if (!wakes.destinations.empty()) deliveries_->wake(wakes.destinations);
  if (wakes.published) {
    jobs_->published();
    plugins_->follow();
    fields_to_fill_.store(true);
    field_index_->wake();
  }
  if (wakes.jobs) {
    jobs_->wake();
    exports_->wake();
    backups_->wake();
  }
}

std::chrono::milliseconds Application::fill_field_index() {
  if (!fields_to_fill_.exchange(false)) return runtime::Loop::longest_wait;
  const auto more = engine_.database().fill_field_index();
  if (more && !*more) return runtime::Loop::longest_wait;
  fields_to_fill_.store(true);  // the next slice, or the same one again when it could not run
  return more ? std::chrono::milliseconds{0} : runtime::Loop::longest_wait;
}

void Application::reload_certificate() {
  try {
    const auto reloaded = server_->reload_tls(tls_keys(settings_));
    if (reloaded) {
      log::info("certificate_reloaded");
    } else {
      log::error("certificate_not_reloaded", {{"reason", reloaded.error().detail}});
    }
  } catch (const std::exception& failure) {
    log::error("certificate_not_reloaded", {{"reason", std::string_view(failure.what())}});
  }
}

void Application::catch_up() {
  timers_->catch_up();
  timers_->give_out_waiting();
}

void Application::stop(std::chrono::milliseconds grace) {
  if (stopped_.exchange(true)) return;
  if (admin_handler_) admin_handler_->stopping();
  if (certificate_) certificate_->stop();
  if (server_) server_->stop(grace);
  engine_.database().stop_long_readers();  // else what is joined below waits behind a report
  control_.reset();
  if (watch_) watch_->stop();
  if (housekeeping_) housekeeping_->stop();
  if (jobs_) jobs_->stop();
  if (exports_) exports_->stop();
  if (backups_) backups_->stop();
  machine_.forget();
  if (field_index_) field_index_->stop();
  if (facts_) facts_->stop();
  if (timers_) timers_->stop();
  {
    // A delivery that is cut off is tried again after the start, with the same key.
    const Unless hurry(patience_with_plugins, [this] {
      if (plugins_) plugins_->cut_off();
    });
    if (deliveries_) deliveries_->stop();
    if (plugins_) plugins_->stop();
  }
  if (stream_) stream_->stop();
  engine_.on_commit({});      // whoever was woken by commits is gone
  engine_.database().stop();  // jobs under way still answer through the gateway
  if (admin_) admin_->stop(std::chrono::milliseconds{0});
}

}  // namespace docket::server
