// SPDX-License-Identifier: Apache-2.0
// check, plan, publish, rollback: the way of a changed YAML file into a running desk.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/hash.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
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
  bool manual = false;
};

/// What stops a command, in the language that it speaks.
std::runtime_error failure(const Said& said) {
  return std::runtime_error(said.in(spoken_language()));
}

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
      throw failure({"--start reads like 2026-02-13T17:30:00+08:00; \"" + walk.start + "\" does not.",
                     "--start 写作 2026-02-13T17:30:00+08:00 的样子；`" + walk.start + "` 不是。"});
    walk.request.start = *start;
  }
  if (!walk.priority.empty()) walk.request.priority = domain::find_priority(walk.priority);
  for (const auto& field : walk.fields) {
    const auto equals = field.find('=');
    if (equals == std::string::npos)
      throw failure(
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
      throw failure({"--map reads WORKFLOW/STATE=NEW_STATE; \"" + line + "\" does not.",
                     "--map 写作 流程/节点=新节点；`" + line + "` 不是。"});
    mapping[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return mapping;
}

server::ControlRequest with_files(const Options& options, const char* command) {
  const auto bundle = definition::load_bundle(options.config);
  if (!bundle) throw failure(bundle.error().said());
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
    std::cout << Said{finding.rendered, finding.rendered_zh}.in(spoken_language());
  }
}

const std::string& text_of(const server::ControlAnswer& answer) {
  return spoken_language() == Language::zh && !answer.text_zh.empty() ? answer.text_zh : answer.text;
}

void print_affected(const server::ControlAnswer& answer) {
  const bool zh = spoken_language() == Language::zh;
  if (answer.affected.empty()) {
    std::cout << (zh ? "没有在途工单停在被改动的节点上。\n" : "No ticket stands in a state that changes.\n");
    return;
  }
  std::cout << (zh ? "停在被改动节点上的在途工单：\n" : "Tickets in flight in states that change:\n");
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
    std::cout << "  " << line.in(spoken_language()) << "\n";
  }
}

int plan(const Options& options) {
  const auto answer = server::control(options.data, with_files(options, "plan"), opened_here(options));
  print_findings(answer);
  std::cout << text_of(answer);
  if (!answer.ok) {
    std::cout << "\n";
    return 1;
  }
  print_affected(answer);
  return 0;
}

int publish(const Options& options) {
  const auto answer = server::control(options.data, with_files(options, "publish"), opened_here(options));
  print_findings(answer);
  std::cout << text_of(answer) << "\n";
  return answer.ok ? 0 : 1;
}

int rollback(const Options& options) {
  server::ControlRequest request;
  request.command = "rollback";
  request.by = current_user();
  request.comment = options.comment;
  request.mapping = mapping_of(options.mapping);
  request.publication = options.publication;
  const auto answer = server::control(options.data, request);
  std::cout << text_of(answer) << "\n";
  return answer.ok ? 0 : 1;
}

}  // namespace

void add_definitions(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  const auto add_config = [&](CLI::App* app) {
    app->add_option("config", options->config, "Directory with the definitions")->capture_default_str();
  };
  const auto add_data = [&](CLI::App* app) {
    app->add_option("--data", options->data, "Data directory of the desk")->required();
  };
  const auto add_mapping = [&](CLI::App* app) {
    app->add_option("--map", options->mapping, "WORKFLOW/STATE=NEW_STATE: where tickets in flight go; may be repeated");
    app->add_option("--comment", options->comment, "Why, for the audit");
  };

  const auto add_plugin_places = [&](CLI::App* app, const std::string& when) {
    app->add_option("--plugin-dir", options->plugin_directories,
                    "Directory with installed plugins, whose settings are checked too" + when + "; may be repeated");
    app->add_option("--secrets", options->secrets,
                    "Directory with the files that settings of plugins may name as secrets" + when + "; may be repeated");
  };
  const std::string not_served = ", where the desk is not served (a server has its own)";

  auto* check_app = root.add_subcommand("check", "Check definitions; prints every fault at once");
  add_config(check_app);
  add_plugin_places(check_app, "");
  check_app->add_option("--data", options->data, "Data directory of the desk, for the plugins installed there");
  check_app->add_option("--format", options->format, "text or json")
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
      root.add_subcommand("schema", "Print the JSON Schema of the definitions for editors, or the reference manual");
  schema_app->add_flag("--manual", options->manual, "The reference manual (Markdown) instead");
  commands.push_back({schema_app, [options] {
                        const auto format =
                            options->manual ? definition::SchemaFormat::manual : definition::SchemaFormat::json_schema;
                        return definition::schema_command(format, std::cout);
                      }});

  auto wish = std::make_shared<Walk>();
  auto* simulate_app = root.add_subcommand(
      "simulate", "Walk a ticket through a workflow and print each step with owner, due times and warnings");
  add_config(simulate_app);
  simulate_app->add_option("--type", wish->request.type, "Ticket type; the first of the desk when not given");
  simulate_app->add_option("--start", wish->start, "When the ticket comes in, RFC 3339; now when not given");
  simulate_app->add_option("--step", wish->request.steps,
                           "Transition to make; may be repeated; the way that the workflow names first when not given");
  simulate_app
      ->add_option("--pace", wish->request.pace,
                   "Share of each step's limit, in percent, after which the next step is made")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  simulate_app->add_option("--customer-level", wish->request.customer_level, "Level of the customer");
  simulate_app->add_option("--region", wish->request.region, "Region of the ticket");
  simulate_app->add_option("--product-line", wish->request.product_line, "Product line of the ticket");
  simulate_app->add_option("--priority", wish->priority, "low, normal, high or urgent")
      ->check(CLI::IsMember({"low", "normal", "high", "urgent"}));
  simulate_app->add_option("--field", wish->fields, "NAME=VALUE of a custom field; may be repeated");
  commands.push_back({simulate_app, [options, wish] { return simulate(*options, *wish); }});

  auto* plan_app = root.add_subcommand("plan", "Say what publishing would change, and for how many tickets");
  add_config(plan_app);
  add_data(plan_app);
  add_mapping(plan_app);
  add_plugin_places(plan_app, not_served);
  commands.push_back({plan_app, [options] { return plan(*options); }});

  auto* publish_app = root.add_subcommand("publish", "Make definitions the active ones");
  add_config(publish_app);
  add_data(publish_app);
  add_mapping(publish_app);
  add_plugin_places(publish_app, not_served);
  commands.push_back({publish_app, [options] { return publish(*options); }});

  auto* rollback_app = root.add_subcommand("rollback", "Make an earlier publication the active one again");
  add_data(rollback_app);
  add_mapping(rollback_app);
  rollback_app->add_option("--to", options->publication,
                           "Number of the publication; the one before the active when not given");
  commands.push_back({rollback_app, [options] { return rollback(*options); }});
}

}  // namespace docket::cli
