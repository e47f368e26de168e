// SPDX-License-Identifier: Apache-2.0
// check, schema, simulate, plan, backtest, publish, rollback: the way of a changed YAML file into a running desk.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/failure.hpp"
#include "base/hash.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
#include "cli/terminal.hpp"
#include "definition/bundle.hpp"
#include "definition/commands.hpp"
#include "plugin/manifest.hpp"
#include "server/control.hpp"

namespace docket::cli {
namespace {

struct Options {
  std::string config = "config";
  std::string data;
  std::string format = "text";
  std::string comment;
  std::vector<std::string> mapping;
  std::vector<std::string> plugin_directories{standard_plugin_directory};
  std::vector<std::filesystem::path> secrets{standard_secret_directory};
  std::int64_t publication = 0;
  std::int64_t days = 30;
  bool manual = false;
};

/// What `simulate` is asked, before texts become values.
struct Walk {
  definition::SimulationRequest request;
  std::string start;
  std::string priority;
  std::vector<std::string> fields;
};

int simulate(const Options& options, Walk walk) {
  const auto now = SystemClock{}.now();
  walk.request.start = now;
  if (!walk.start.empty()) {
    const auto start = from_rfc3339(walk.start);
    if (!start)
      throw Failure({"--start reads like 2026-02-13T17:30:00+08:00; \"" + walk.start + "\" does not.",
                     "--start 写作 2026-02-13T17:30:00+08:00 的样子；`" + walk.start + "` 不是。"});
    walk.request.start = *start;
  }
  if (!walk.priority.empty()) walk.request.priority = domain::find_priority(walk.priority);
  for (const auto& field : walk.fields) {
    const auto equals = field.find('=');
    if (equals == std::string::npos)
      throw Failure(
          {"--field reads NAME=VALUE; \"" + field + "\" does not.", "--field 写作 名称=值；`" + field + "` 不是。"});
    walk.request.fields[field.substr(0, equals)] = field.substr(equals + 1);
  }
  return definition::simulate_command(options.config, walk.request, now, std::cout, spoken_language());
}

std::string current_user() {
  const char* name = std::getenv("SUDO_USER");
  if (name == nullptr) name = std::getenv("USER");
  return name != nullptr ? name : "uid " + std::to_string(::getuid());
}

/// "workflow/state=new_state" lines.
std::map<std::string, std::string> mapping_of(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> mapping;
  for (const auto& line : lines) {
    const auto equals = line.find('=');
    if (equals == std::string::npos)
      throw Failure({"--map reads WORKFLOW/STATE=NEW_STATE; \"" + line + "\" does not.",
                     "--map 写作 流程/节点=新节点；`" + line + "` 不是。"});
    mapping[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return mapping;
}

server::ControlRequest with_files(const Options& options, const char* command) {
  const auto bundle = definition::load_bundle(options.config);
  if (!bundle) throw Failure(bundle.error().said());
  server::ControlRequest request;
  request.command = command;
  request.by = current_user();
  request.comment = options.comment;
  request.mapping = mapping_of(options.mapping);
  for (const auto& [path, bytes] : bundle->files) request.files[path] = to_base64url(bytes);
  return request;
}

/// What a desk that is not served is opened with, to check the settings of plugins.
server::Engine::Options opened_here(const Options& options) {
  server::Engine::Options here;
  here.plugin_directories.assign(options.plugin_directories.begin(), options.plugin_directories.end());
  here.secret_directories = secret_directories(options.secrets);
  return here;
}

void print_findings(const server::ControlAnswer& answer) {
  for (const auto& finding : answer.findings) {
    std::cout << spoken({finding.rendered, finding.rendered_zh});
  }
}

void print_affected(const server::ControlAnswer& answer) {
  if (answer.affected.empty()) {
    std::cout << spoken({"No ticket stands in a state that changes.", "没有在途工单停在被改动的节点上。"}) << "\n";
    return;
  }
  std::cout << spoken({"Tickets in flight in states that change:", "停在被改动节点上的在途工单："}) << "\n";
  for (const auto& state : answer.affected) {
    const auto place = state.workflow + "/" + state.state;
    const auto tickets = std::to_string(state.tickets);
    Said line{place + ": " + tickets + (state.removed ? ", state removed" : ", changed"),
              place + "：" + tickets + " 张，" + (state.removed ? "节点已删除" : "节点有改动")};
    if (!state.mapped_to.empty()) {
      line.en += ", goes to " + state.mapped_to;
      line.zh += "，换到 " + state.mapped_to;
    } else {
      line.en += ", keeps its present workflow (move it with --map " + place + "=STATE)";
      line.zh += "，沿用旧流程办完（要换过去请用 --map " + place + "=新节点）";
    }
    std::cout << "  " << spoken(line) << "\n";
  }
}

int plan(const Options& options) {
  const auto answer = server::control(options.data, with_files(options, "plan"), opened_here(options));
  print_findings(answer);
  if (!answer.ok) return tell(answer);
  std::cout << spoken(answer.said());  // ends its own lines
  print_affected(answer);
  return 0;
}

int backtest(const Options& options) {
  auto request = with_files(options, "backtest");
  request.days = options.days;
  std::cerr << spoken({"Living the tickets of these days again; of many thousands this takes a while. Nothing is changed.",
                       "正在重走这些天的工单，工单很多时要等一会儿；不会改动任何数据。"})
            << "\n";
  const auto answer = server::control(options.data, request, opened_here(options));
  print_findings(answer);
  if (!answer.ok) return tell(answer);
  std::cout << spoken(answer.said());  // ends its own lines
  return 0;
}

int publish(const Options& options) {
  const auto answer = server::control(options.data, with_files(options, "publish"), opened_here(options));
  print_findings(answer);
  return tell(answer);
}

int rollback(const Options& options) {
  server::ControlRequest request;
  request.command = "rollback";
  request.by = current_user();
  request.comment = options.comment;
  request.mapping = mapping_of(options.mapping);
  request.publication = options.publication;
  return tell(server::control(options.data, request));
}

}  // namespace

void add_definitions(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  const auto add_config = [&](CLI::App* app) {
    app->add_option("config", options->config, spoken({"Directory with the definitions", "配置所在目录"}))->capture_default_str();
  };
  const auto add_data = [&](CLI::App* app) {
    app->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  };
  const auto add_mapping = [&](CLI::App* app) {
    app->add_option("--map", options->mapping, spoken({"WORKFLOW/STATE=NEW_STATE: where tickets in flight go; may be repeated", "流程/节点=新节点：在途工单换到哪里，可重复给出"}));
    app->add_option("--comment", options->comment, spoken({"Why, for the audit", "原因，记入审计"}));
  };

  const auto add_plugin_places = [&](CLI::App* app, const Said& when) {
    app->add_option("--plugin-dir", options->plugin_directories,
                    spoken({"Directory with installed plugins, whose settings are checked too" + when.en + "; may be repeated",
                            "已安装插件的目录，其设置一并检查" + when.zh + "，可重复给出"}));
    app->add_option("--secrets", options->secrets,
                    spoken({"Directory with the files that settings of plugins may name as secrets" + when.en + "; may be repeated",
                            "插件配置可引用的机密文件所在目录" + when.zh + "，可重复给出"}));
  };
  const Said not_served{", where the desk is not served (a server has its own)", "，仅在服务未运行时有用（运行中的服务有自己的）"};

  auto* check_app = root.add_subcommand("check", spoken({"Check definitions; prints every fault at once", "检查配置，一次列出全部错误"}));
  add_config(check_app);
  add_plugin_places(check_app, {"", ""});
  check_app->add_option("--data", options->data, spoken({"Data directory of the desk, for the plugins installed there", "服务台的数据目录，用其中安装的插件"}));
  check_app->add_option("--format", options->format, spoken({"text or json", "text（文本）或 json"}))
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  commands.push_back({check_app, [options] {
                        const auto format =
                            options->format == "json" ? definition::OutputFormat::json : definition::OutputFormat::text;
                        std::vector<std::filesystem::path> named(options->plugin_directories.begin(), options->plugin_directories.end());
                        const plugin::Catalogue catalogue(plugin::plugin_directories(options->data, std::move(named)),
                                                          secret_directories(options->secrets));
                        return definition::check_command(options->config, format, SystemClock{}.now(), std::cout,
                                                         &catalogue, spoken_language());
                      }});

  auto* schema_app =
      root.add_subcommand("schema", spoken({"Print the JSON Schema of the definitions for editors, or the reference manual", "输出配置的 JSON Schema（供编辑器使用）或参考手册"}));
  schema_app->add_flag("--manual", options->manual, spoken({"The reference manual (Markdown) instead", "改为输出参考手册（Markdown）"}));
  commands.push_back({schema_app, [options] {
                        const auto format =
                            options->manual ? definition::SchemaFormat::manual : definition::SchemaFormat::json_schema;
                        return definition::schema_command(format, std::cout);
                      }});

  auto wish = std::make_shared<Walk>();
  auto* simulate_app = root.add_subcommand(
      "simulate", spoken({"Walk a ticket through a workflow and print each step with owner, due times and warnings", "让一张工单走一遍流程，列出每一步的负责人、到期时间与预警"}));
  add_config(simulate_app);
  simulate_app->add_option("--type", wish->request.type, spoken({"Ticket type; the first of the desk when not given", "工单类型；不给出则用第一个"}));
  simulate_app->add_option("--start", wish->start, spoken({"When the ticket comes in, RFC 3339; now when not given", "工单进来的时间（RFC 3339）；不给出则为现在"}));
  simulate_app->add_option("--step", wish->request.steps,
                           spoken({"Transition to make; may be repeated; the way that the workflow names first when not given", "要走的流转，可重复给出；不给出则走流程里最先写的路"}));
  simulate_app
      ->add_option("--pace", wish->request.pace,
                   spoken({"Share of each step's limit, in percent, after which the next step is made", "每一步用掉时限的百分之几后走下一步"}))
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  simulate_app->add_option("--customer-level", wish->request.customer_level, spoken({"Level of the customer", "客户等级"}));
  simulate_app->add_option("--region", wish->request.region, spoken({"Region of the ticket", "工单所属区域"}));
  simulate_app->add_option("--product-line", wish->request.product_line, spoken({"Product line of the ticket", "工单所属产品线"}));
  simulate_app->add_option("--priority", wish->priority, spoken({"low, normal, high or urgent", "low（低）、normal（普通）、high（高）或 urgent（紧急）"}))
      ->check(CLI::IsMember({"low", "normal", "high", "urgent"}));
  simulate_app->add_option("--field", wish->fields, spoken({"NAME=VALUE of a custom field; may be repeated", "自定义字段 名称=值，可重复给出"}));
  commands.push_back({simulate_app, [options, wish] { return simulate(*options, *wish); }});

  auto* plan_app = root.add_subcommand("plan", spoken({"Say what publishing would change, and for how many tickets", "说明发布会改变什么，影响多少张工单"}));
  add_config(plan_app);
  add_data(plan_app);
  add_mapping(plan_app);
  add_plugin_places(plan_app, not_served);
  commands.push_back({plan_app, [options] { return plan(*options); }});

  auto* backtest_app = root.add_subcommand(
      "backtest", spoken({"Live the tickets of the last weeks again under these definitions, and say what would have gone otherwise", "用这份配置重走最近的工单，说明哪些结果会不同"}));
  add_config(backtest_app);
  add_data(backtest_app);
  backtest_app->add_option("--days", options->days, spoken({"How many days back tickets were created", "回看多少天内新建的工单"}))
      ->check(CLI::Range(1, 3660))
      ->capture_default_str();
  add_plugin_places(backtest_app, not_served);
  commands.push_back({backtest_app, [options] { return backtest(*options); }});

  auto* publish_app = root.add_subcommand("publish", spoken({"Make definitions the active ones", "发布配置，使其生效"}));
  add_config(publish_app);
  add_data(publish_app);
  add_mapping(publish_app);
  add_plugin_places(publish_app, not_served);
  commands.push_back({publish_app, [options] { return publish(*options); }});

  auto* rollback_app = root.add_subcommand("rollback", spoken({"Make an earlier publication the active one again", "回滚到更早的一次发布"}));
  add_data(rollback_app);
  add_mapping(rollback_app);
  rollback_app->add_option("--to", options->publication,
                           spoken({"Number of the publication; the one before the active when not given", "发布编号；不给出则为当前的前一次"}));
  commands.push_back({rollback_app, [options] { return rollback(*options); }});
}

}  // namespace docket::cli
