// SPDX-License-Identifier: Apache-2.0
// init and serve: from an empty directory to a desk that answers.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "plugin/egress_rules.hpp"
#include "plugin/proxy_login.hpp"
#include "runtime/open_files.hpp"
#include "runtime/signals.hpp"
#include "server/application.hpp"
#include "server/set_up.hpp"

namespace docket::cli {
namespace {

struct InitOptions {
  std::string data;
  std::string config = "config";
  std::vector<std::string> names;
  std::vector<std::filesystem::path> plugins{standard_plugin_directory};
  std::vector<std::filesystem::path> secrets{standard_secret_directory};
};

int init(const InitOptions& options) {
  server::Engine::Options here;
  here.plugin_directories = options.plugins;
  here.secret_directories = secret_directories(options.secrets);
  const auto report = server::set_up_data(options.data, options.config, options.names, SystemClock{}, std::move(here));
  std::cout << report.text;
  if (report.setup_secret) {
    std::cout << "Set-up secret (shown once, makes the first admin): " << *report.setup_secret << "\n";
  } else {
    std::cout << "The desk in " << options.data << " is set up.\n";
  }
  std::cout << "CA certificate for clients: " << report.ca_certificate << "\n";
  return 0;
}

/// Whole or not at all, so that whoever waits for the file never reads half a number.
void write_port(const std::filesystem::path& file, std::uint16_t port, std::uint16_t admin_port) {
  const auto temporary = file.string() + ".new";
  std::ofstream(temporary) << port << " " << admin_port << "\n";
  std::filesystem::rename(temporary, file);
}

int serve(server::NodeSettings settings) {
  settings.secret_directories = secret_directories(std::move(settings.secret_directories));
  runtime::block_signals();
  runtime::raise_open_files();
  const SystemClock clock;
  server::Application application(settings, clock);
  log::info("serving", {{"address", settings.address},
                        {"port", std::int64_t{application.port()}},
                        {"admin_port", std::int64_t{application.admin_port()}}});
  if (!settings.port_file.empty()) write_port(settings.port_file, application.port(), application.admin_port());
  runtime::wait_for_stop([&] { application.reload_certificate(); });
  log::info("stopping");
  application.stop(std::chrono::seconds{15});
  log::info("stopped");
  return 0;
}

// For CLI11: empty when good.
std::string wrong_proxy(const std::string& text) {
  // The message goes to the log of the service: no password with it.
  if (text.contains('@')) return "the name and the password of a proxy do not stand here: put them into a file, name it by --proxy-login, and write HOST:PORT";
  return plugin::parse_proxy(text) ? "" : text + " is no proxy: write HOST:PORT, as in proxy.corp:3128";
}
std::string wrong_login(const std::string& file) {
  const auto login = plugin::read_proxy_login(file);
  return login ? "" : login.error();
}
std::string wrong_pattern(const std::string& text) {
  return plugin::is_pattern(text) ? "" : text + " is no pattern: write HOST:PORT, as in erp.corp:8000, *.corp:443 or 10.0.0.5:*";
}

}  // namespace

std::vector<std::filesystem::path> secret_directories(std::vector<std::filesystem::path> named) {
  if (const auto* given = std::getenv("CREDENTIALS_DIRECTORY"); given != nullptr && *given == '/') named.emplace_back(given);
  return named;
}

void add_serve(CLI::App& root, std::vector<Command>& commands) {
  auto init_options = std::make_shared<InitOptions>();
  auto* init_app =
      root.add_subcommand("init", "Make a data directory ready: keys, certificate, definitions, set-up secret");
  init_app->add_option("--data", init_options->data, "Data directory of the desk, outside of any checkout")->required();
  init_app->add_option("--config", init_options->config, "Directory with the definitions to publish first")
      ->capture_default_str();
  init_app->add_option("--server-name", init_options->names,
                       "Name or address by which clients reach this machine; may be repeated");
  init_app->add_option("--plugin-dir", init_options->plugins,
                       "Directory with installed plugins, which the definitions may use; may be repeated");
  init_app->add_option("--secrets", init_options->secrets,
                       "Directory with the files that settings of plugins may name as secrets; may be repeated");
  commands.push_back({init_app, [init_options] { return init(*init_options); }});

  auto settings = std::make_shared<server::NodeSettings>();
  settings->plugin_directories = {standard_plugin_directory};
  settings->secret_directories = {standard_secret_directory};
  auto* app = root.add_subcommand("serve", "Serve the desk until SIGTERM");
  app->add_option("--data", settings->data, "Data directory of the desk")->required();
  app->add_option("--address", settings->address, "Address to listen on; \"::\" is all")->capture_default_str();
  app->add_option("--port", settings->port, "Port to listen on; 0 is any free one")->capture_default_str();
  app->add_option("--admin-port", settings->admin_port,
                  "Port on loopback for health and metrics; 0 is any free one; none when not given");
  app->add_option("--server-name", settings->server_names,
                  "Further names that clients may use in Host; may be repeated");
  app->add_option("--public-url", settings->public_url,
                  "What links in messages begin with, as in https://desk.example.com; default is the first "
                  "--server-name with the port");
  app->add_option("--trusted-proxy", settings->trusted_proxies,
                  "Address or network whose X-Forwarded-For is believed; may be repeated");
  app->add_option("--certificate", settings->certificate,
                  "PEM file with certificate and chain; default is the one that init made");
  app->add_option("--key", settings->key, "PEM file with the key of the certificate");
  app->add_option("--backups", settings->backups,
                  "Directory for backups that are asked for in the admin pages; default is backups in the data "
                  "directory");
  app->add_option("--config", settings->config, "Directory to publish from with --watch");
  app->add_flag("--watch", settings->watch, "Publish --config by itself when it changes and passes its check")
      ->needs("--config");
  app->add_option("--web-root", settings->web_root,
                  "Directory with the built web pages; default is share/docket/web beside bin");
  app->add_option("--port-file", settings->port_file, "Write port and admin port there once ready");
  app->add_option("--plugin-dir", settings->plugin_directories,
                  "Directory with installed plugins; may be repeated; plugins/ of the data directory comes first");
  app->add_option("--secrets", settings->secret_directories,
                  "Directory with the files that settings of plugins may name as secrets; may be repeated");
  app->add_option("--trust", settings->trust, "PEM file with the authorities that plugins trust; default is the system's");
  app->add_option("--proxy", settings->proxy, "HOST:PORT of an HTTP proxy for the plugins' connections")->check(&wrong_proxy);
  app->add_option("--proxy-login", settings->proxy_login, "File with NAME:PASSWORD on its one line, for a proxy that asks for them (Basic)")
      ->check(&wrong_login)
      ->needs("--proxy");
  app->add_option("--no-proxy", settings->no_proxy, "HOST:PORT pattern that plugins reach without the proxy; may be repeated")
      ->check(&wrong_pattern);
  app->add_option("--io-threads", settings->io_threads, "Threads for connections; 0 is one a core")
      ->capture_default_str();
  app->add_option("--reader-threads", settings->reader_threads, "Threads for queries")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app->add_option("--session-idle-minutes", settings->session_idle_minutes,
                  "A session ends after this long without a request")
      ->check(CLI::Range(1, 10080))
      ->capture_default_str();
  app->add_option("--session-hours", settings->session_hours, "A session ends after this long")
      ->check(CLI::Range(1, 720))
      ->capture_default_str();
  commands.push_back({app, [settings] { return serve(*settings); }});
}

}  // namespace docket::cli
