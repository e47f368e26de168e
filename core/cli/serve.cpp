// SPDX-License-Identifier: Apache-2.0
// init and serve: from an empty directory to a desk that answers.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "base/both.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
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
  auto lines = report.done;
  lines.push_back(report.setup_secret ? both("Set-up secret (shown once, makes the first admin): {}", "初始化密钥（只显示这一次，用于建立第一个管理员）：{}", *report.setup_secret)
                                      : both("The desk in {} is set up.", "{} 里的服务台已就绪。", options.data));
  lines.push_back(both("CA certificate for clients: {}", "供客户端信任的 CA 证书：{}", report.ca_certificate));
  for (const auto& line : lines) std::cout << spoken(line) << "\n";
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
  if (text.contains('@'))
    return spoken({"the name and the password of a proxy do not stand here: put them into a file, name it by --proxy-login, and write HOST:PORT",
                   "代理的用户名和密码不写在这里：请写入文件并用 --proxy-login 指明，这里只写 主机:端口"});
  return plugin::parse_proxy(text) ? ""
                                   : spoken(both("{} is no proxy: write HOST:PORT, as in proxy.corp:3128", "`{}` 不是代理：请写 主机:端口，如 proxy.corp:3128", text));
}
std::string wrong_login(const std::string& file) {
  const auto login = plugin::read_proxy_login(file);
  return login ? "" : spoken(login.error());
}
std::string wrong_pattern(const std::string& text) {
  if (plugin::is_pattern(text)) return "";
  return spoken(both("{} is no pattern: write HOST:PORT, as in erp.corp:8000, *.corp:443 or 10.0.0.5:*",
                     "`{}` 不是样式：请写 主机:端口，如 erp.corp:8000、*.corp:443 或 10.0.0.5:*", text));
}

}  // namespace

std::vector<std::filesystem::path> secret_directories(std::vector<std::filesystem::path> named) {
  if (const auto* given = std::getenv("CREDENTIALS_DIRECTORY"); given != nullptr && *given == '/') named.emplace_back(given);
  return named;
}

void add_serve(CLI::App& root, std::vector<Command>& commands) {
  auto init_options = std::make_shared<InitOptions>();
  auto* init_app =
      root.add_subcommand("init", spoken({"Make a data directory ready: keys, certificate, definitions, set-up secret", "准备数据目录：密钥、证书、配置、初始化密钥"}));
  init_app->add_option("--data", init_options->data, spoken({"Data directory of the desk, outside of any checkout", "服务台的数据目录，放在代码目录之外"}))->required();
  init_app->add_option("--config", init_options->config, spoken({"Directory with the definitions to publish first", "首次发布的配置所在目录"}))
      ->capture_default_str();
  init_app->add_option("--server-name", init_options->names,
                       spoken({"Name or address by which clients reach this machine; may be repeated", "客户端访问本机所用的名称或地址，可重复给出"}));
  init_app->add_option("--plugin-dir", init_options->plugins,
                       spoken({"Directory with installed plugins, which the definitions may use; may be repeated", "已安装插件的目录，供配置使用，可重复给出"}));
  init_app->add_option("--secrets", init_options->secrets,
                       spoken({"Directory with the files that settings of plugins may name as secrets; may be repeated", "插件配置可引用的机密文件所在目录，可重复给出"}));
  commands.push_back({init_app, [init_options] { return init(*init_options); }});

  auto settings = std::make_shared<server::NodeSettings>();
  settings->plugin_directories = {standard_plugin_directory};
  settings->secret_directories = {standard_secret_directory};
  auto* app = root.add_subcommand("serve", spoken({"Serve the desk until SIGTERM", "运行服务台，直到收到 SIGTERM"}));
  app->add_option("--data", settings->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  app->add_option("--address", settings->address, spoken({"Address to listen on; \"::\" is all", "监听地址；\"::\" 表示全部"}))->capture_default_str();
  app->add_option("--port", settings->port, spoken({"Port to listen on; 0 is any free one", "监听端口；0 表示任一空闲端口"}))->capture_default_str();
  app->add_option("--admin-port", settings->admin_port,
                  spoken({"Port on loopback for health and metrics; 0 is any free one; none when not given", "回环地址上的健康检查与指标端口；0 表示任一空闲端口；不给出则不开"}));
  app->add_option("--server-name", settings->server_names,
                  spoken({"Further names that clients may use in Host; may be repeated", "客户端在 Host 中还可使用的名称，可重复给出"}));
  app->add_option("--public-url", settings->public_url,
                  spoken({"What links in messages begin with, as in https://desk.example.com; default is the first --server-name with the port", "消息里链接的开头，如 https://desk.example.com；默认取第一个 --server-name 加端口"}));
  app->add_option("--trusted-proxy", settings->trusted_proxies,
                  spoken({"Address or network whose X-Forwarded-For is believed; may be repeated", "信任其 X-Forwarded-For 的地址或网段，可重复给出"}));
  app->add_option("--certificate", settings->certificate,
                  spoken({"PEM file with certificate and chain; default is the one that init made", "证书及证书链的 PEM 文件；默认用 init 生成的"}));
  app->add_option("--key", settings->key, spoken({"PEM file with the key of the certificate", "证书私钥的 PEM 文件"}));
  app->add_option("--backups", settings->backups,
                  spoken({"Directory for backups that are asked for in the admin pages; default is backups in the data directory", "管理页面上所做备份的存放目录；默认是数据目录下的 backups"}));
  app->add_option("--config", settings->config, spoken({"Directory to publish from with --watch", "配合 --watch 使用的配置目录"}));
  app->add_flag("--watch", settings->watch, spoken({"Publish --config by itself when it changes and passes its check", "--config 有改动且通过检查时自动发布"}))
      ->needs("--config");
  app->add_option("--web-root", settings->web_root,
                  spoken({"Directory with the built web pages; default is share/docket/web beside bin", "构建好的网页所在目录；默认是 bin 旁边的 share/docket/web"}));
  app->add_option("--port-file", settings->port_file, spoken({"Write port and admin port there once ready", "就绪后把端口与管理端口写入此文件"}));
  app->add_option("--plugin-dir", settings->plugin_directories,
                  spoken({"Directory with installed plugins; may be repeated; plugins/ of the data directory comes first", "已安装插件的目录，可重复给出；数据目录下的 plugins/ 优先"}));
  app->add_option("--secrets", settings->secret_directories,
                  spoken({"Directory with the files that settings of plugins may name as secrets; may be repeated", "插件配置可引用的机密文件所在目录，可重复给出"}));
  app->add_option("--trust", settings->trust, spoken({"PEM file with the authorities that plugins trust; default is the system's", "插件信任的颁发机构的 PEM 文件；默认用系统的"}));
  app->add_option("--proxy", settings->proxy, spoken({"HOST:PORT of an HTTP proxy for the plugins' connections", "插件对外连接所用 HTTP 代理的 主机:端口"}))->check(&wrong_proxy);
  app->add_option("--proxy-login", settings->proxy_login, spoken({"File with NAME:PASSWORD on its one line, for a proxy that asks for them (Basic)", "代理要求登录（Basic）时的文件，只有一行 用户名:密码"}))
      ->check(&wrong_login)
      ->needs("--proxy");
  app->add_option("--no-proxy", settings->no_proxy, spoken({"HOST:PORT pattern that plugins reach without the proxy; may be repeated", "插件不经代理直连的 主机:端口 样式，可重复给出"}))
      ->check(&wrong_pattern);
  app->add_option("--io-threads", settings->io_threads, spoken({"Threads for connections; 0 is one a core", "处理连接的线程数；0 表示每核一个"}))
      ->capture_default_str();
  app->add_option("--reader-threads", settings->reader_threads, spoken({"Threads for queries", "处理查询的线程数"}))
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app->add_option("--session-idle-minutes", settings->session_idle_minutes,
                  spoken({"A session ends after this long without a request", "会话无请求多少分钟后结束"}))
      ->check(CLI::Range(1, 10080))
      ->capture_default_str();
  app->add_option("--session-hours", settings->session_hours, spoken({"A session ends after this long", "会话最长多少小时"}))
      ->check(CLI::Range(1, 720))
      ->capture_default_str();
  commands.push_back({app, [settings] { return serve(*settings); }});
}

}  // namespace docket::cli
