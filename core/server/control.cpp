// SPDX-License-Identifier: Apache-2.0
#include "server/control.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <iterator>
#include <utility>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "base/hash.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/password.hpp"
#include "base/processor.hpp"
#include "definition/plan.hpp"
#include "definition/render_backtest.hpp"
#include "desk/backtest.hpp"
#include "desk/manage_people.hpp"
#include "desk/ports/plugin_door.hpp"
#include "desk/verify_desk.hpp"
#include "runtime/control_socket.hpp"
#include "server/anchor_key.hpp"
#include "server/set_up.hpp"
#include "store/backup.hpp"
#include "store/data_owner.hpp"

namespace docket::server {
namespace {

void say(ControlAnswer& answer, Said text) {
  answer.text = std::move(text.en);
  answer.text_zh = std::move(text.zh);
}

/// A line each.
Said joined(const std::vector<Said>& lines) {
  Said text;
  for (const auto& line : lines) {
    if (!text.empty()) {
      text.en += "\n";
      text.zh += "\n";
    }
    text.en += line.en;
    text.zh += line.in(Language::zh);
  }
  return text;
}

ControlAnswer refuse(Said text) {
  ControlAnswer answer;
  say(answer, std::move(text));
  return answer;
}

ControlAnswer refuse(const Error& error) {
  Said text{error.detail, error.said().in(Language::zh)};
  for (const auto& field : error.fields) {
    text.en += "\n  " + field.pointer + ": " + field.message;
    text.zh += "\n  " + field.pointer + "：" + field.said().in(Language::zh);
  }
  auto answer = refuse(std::move(text));
  answer.passing = info(error.code).retryable;
  return answer;
}

domain::Principal operator_of(const ControlRequest& request) {
  return domain::system_principal(request.by.empty() ? "command line" : request.by + " (command line)");
}

Result<desk::BundleFiles> files_of(const ControlRequest& request) {
  desk::BundleFiles files;
  for (const auto& [path, encoded] : request.files) {
    auto bytes = from_base64url(encoded);
    if (!bytes)
      return fail(ErrorCode::malformed_request,
                  {"The file " + path + " did not arrive whole.", "文件 " + path + " 没有完整送达，请重试。"});
    files.emplace(path, std::move(*bytes));
  }
  return files;
}

Result<desk::StateMapping> mapping_of(const ControlRequest& request) {
  desk::StateMapping mapping;
  for (const auto& [from, to] : request.mapping) {
    const auto slash = from.find('/');
    if (slash == std::string::npos || to.empty()) {
      return fail(ErrorCode::invalid_field, {"A mapping reads WORKFLOW/STATE=NEW_STATE; \"" + from + "\" does not.",
                                             "--map 写作 流程/节点=新节点；`" + from + "` 不是这样。"});
    }
    mapping.emplace(std::pair{from.substr(0, slash), from.substr(slash + 1)}, to);
  }
  return mapping;
}

ControlAnswer status(Engine& engine) {
  const auto active = engine.active();
  ControlAnswer answer;
  answer.ok = true;
  if (!active) {
    say(answer, {"No definitions are published yet. Run `docket publish`.", "还没有发布过配置，请运行 `docket publish`。"});
    return answer;
  }
  answer.digest = active->digest;
  const auto publication = desk::read_and_wait(
      engine.database(), [](const desk::Reading& reading) -> Result<std::optional<desk::Publication>> {
        return reading.bundles.active_publication();
      });
  if (publication && *publication) answer.publication = (*publication)->number;
  say(answer, both("Active: publication {}, bundle {}.", "当前生效：发布 #{}，配置包 {}。", answer.publication, answer.digest.substr(0, 12)));
  return answer;
}

/// What plan and backtest ask of the files that came with a request.
struct Candidate {
  std::shared_ptr<const domain::Definitions> definitions{};  ///< none: `answer` is a refusal
  ControlAnswer answer{};                                    ///< with digest and findings
};
Candidate candidate_of(Engine& engine, const ControlRequest& request) {
  const auto files = files_of(request);
  if (!files) return {{}, refuse(files.error())};
  const auto checked = engine.compiler().compile(*files, engine.clock().now());
  Candidate out;
  out.definitions = checked.definitions;
  out.answer.digest = checked.digest;
  out.answer.findings = checked.findings;
  if (!checked.definitions)
    say(out.answer, {"The candidate has faults; it can not be published.", "有错误，改正后才能发布。"});
  return out;
}

ControlAnswer plan(Engine& engine, const ControlRequest& request) {
  const auto mapping = mapping_of(request);
  if (!mapping) return refuse(mapping.error());
  auto [candidate, answer] = candidate_of(engine, request);
  if (!candidate) return answer;
  const auto active = engine.active();
  auto affected = desk::read_and_wait(
      engine.database(), [&](const desk::Reading& reading) -> Result<std::vector<desk::AffectedState>> {
        return desk::affected_states(reading.tickets, reading.source, *candidate, *mapping);
      });
  if (!affected) return refuse(affected.error());
  answer.ok = true;
  answer.affected = std::move(*affected);
  if (!active) {
    say(answer,
        {"Nothing is published yet; this would be the first publication.\n", "还没有发布过，这将是第一次发布。\n"});
    return answer;
  }
  const auto count = [&](const std::string& workflow, const std::string& state) {
    std::int64_t tickets = 0;
    for (const auto& entry : answer.affected) {
      if (entry.workflow == workflow && entry.state == state) tickets += entry.tickets;
    }
    return tickets;
  };
  const auto difference = definition::plan(*active, *candidate, engine.clock().now(), count);
  say(answer, {definition::render_plan(difference), definition::render_plan(difference, Language::zh)});
  return answer;
}

ControlAnswer stopping(std::string_view command) {
  auto answer = refuse(both("The desk is being stopped; give `docket {}` again when it serves.", "服务正在停止，恢复服务后请再运行一次 `docket {}`。", command));
  answer.passing = true;
  return answer;
}

/// Minutes of work on a large desk, which leaves the processor to whoever is served.
ControlAnswer backtest(Engine& engine, const ControlRequest& request, const std::stop_token& stop) {
  constexpr std::int64_t most_days = 3'660;
  const auto days = request.days.value_or(30);
  if (days < 1 || days > most_days)
    return refuse(both("A backtest looks 1 to {} days back.", "回测的天数为 1 至 {} 天。", most_days));
  const auto active = engine.active();
  if (!active)
    return refuse({"Nothing is published yet, so there is nothing to compare with.", "还没有发布过配置，没有可对照的。"});
  auto [candidate, answer] = candidate_of(engine, request);
  if (!candidate) return answer;
  const auto now = engine.clock().now();
  (void)put_last(0, true);  // of this thread, which ends with the request
  const auto outcome =
      desk::backtest(engine.database(), {active, candidate, now - std::chrono::hours{24 * days}, now, 0},
                     [&stop]() -> Result<void> {
                       if (stop.stop_requested())
                         return fail(ErrorCode::shutting_down, {"The desk is being stopped.", "服务正在停止。"});
                       return {};
                     });
  if (!outcome) {
    auto refused = stop.stop_requested() ? stopping("backtest") : refuse(outcome.error());
    refused.findings = std::move(answer.findings);
    return refused;
  }
  answer.ok = true;
  say(answer, definition::render_backtest(*outcome, *candidate));
  return answer;
}

ControlAnswer publish(Engine& engine, const ControlRequest& request) {
  const auto files = files_of(request);
  if (!files) return refuse(files.error());
  const auto mapping = mapping_of(request);
  if (!mapping) return refuse(mapping.error());
  const auto checked = engine.compiler().compile(*files, engine.clock().now());
  ControlAnswer answer;
  answer.digest = checked.digest;
  answer.findings = checked.findings;
  const auto principal = operator_of(request);
  const auto published = desk::write_and_wait(engine.database(), [&](desk::Unit& unit) {
    return desk::publish_bundle(unit, principal, checked, *files, *mapping, request.comment, request.expected_active);
  });
  if (!published) {
    say(answer, published.error().said());
    answer.passing = info(published.error().code).retryable;
    return answer;
  }
  answer.ok = true;
  answer.publication = published->number;
  const auto number = std::to_string(published->number);
  say(answer, {"Published as number " + number + "; it is active now.", "已发布 #" + number + "，现已生效。"});
  return answer;
}

/// The publication to go back to, with its definitions at hand: compiling them is not for the writer.
Result<std::int64_t> find_earlier(const desk::Reading& reading, std::int64_t number) {
  if (number == 0) {
    const auto last = reading.bundles.publications(0, 2);
    // Given twice, it would bring back what it was given against.
    if (!last.empty() && last[0].rollback_of)
      return fail(ErrorCode::conflict, {"The active publication is a rollback already (to publication " + std::to_string(*last[0].rollback_of) +
                                            "); say with --to which one is to be active.",
                                        "当前发布已是一次回滚（回到 #" + std::to_string(*last[0].rollback_of) + "）；请用 --to 指明要回到哪次发布。"});
    if (last.size() < 2)
      return fail(ErrorCode::conflict, {"There is no earlier publication to go back to.", "没有更早的发布可以回滚。"});
    number = last[1].number;
  }
  desk::ready_for_rollback(reading, number);
  return number;
}

ControlAnswer rollback(Engine& engine, const ControlRequest& request) {
  const auto mapping = mapping_of(request);
  if (!mapping) return refuse(mapping.error());
  const auto number = desk::read_long_and_wait(
      engine.database(), [&](const desk::Reading& reading) { return find_earlier(reading, request.publication); });
  if (!number) return refuse(number.error());
  const auto principal = operator_of(request);
  const auto published = desk::write_and_wait(engine.database(), [&](desk::Unit& unit) {
    return desk::rollback_bundle(unit, principal, *number, *mapping, request.comment);
  });
  if (!published) return refuse(published.error());
  ControlAnswer answer;
  answer.ok = true;
  answer.publication = published->number;
  answer.digest = published->digest;
  const auto earlier = std::to_string(published->rollback_of.value_or(0));
  const auto now = std::to_string(published->number);
  say(answer, {"Publication " + earlier + " is active again, as number " + now + ".",
               "已回滚到 #" + earlier + "（发布 #" + now + "）。"});
  return answer;
}

const Said short_password{"A password has at least 12 characters.", "密码至少 12 个字符。"};

ControlAnswer user_add(Engine& engine, const ControlRequest& request) {
  if (request.password.size() < 12) return refuse(short_password);
  desk::UserChange wish;
  wish.login = request.login;
  wish.name = request.name.empty() ? request.login : request.name;
  wish.grants = std::vector<desk::RoleGrant>{{request.role, ""}};
  if (!request.team.empty()) wish.memberships = std::vector<desk::Membership>{{request.team, false}};
  const auto hash = hash_password(request.password);
  const auto principal = operator_of(request);
  const auto user = desk::write_and_wait(engine.database(), [&](desk::Unit& unit) -> Result<desk::User> {
    if (!unit.active) return fail(ErrorCode::conflict, {"Publish definitions first: roles come from them.", "请先发布配置：角色由配置定义。"});
    return desk::create_user(unit, principal, wish, hash);
  });
  if (!user) return refuse(user.error());
  ControlAnswer answer;
  answer.ok = true;
  say(answer, both("User {} was made.", "已建立用户 {}。", user->login));
  return answer;
}

ControlAnswer user_password(Engine& engine, const ControlRequest& request) {
  if (request.password.size() < 12) return refuse(short_password);
  const auto hash = hash_password(request.password);
  const auto principal = operator_of(request);
  const auto done = desk::write_and_wait(engine.database(), [&](desk::Unit& unit) -> Result<void> {
    const auto user = unit.directory.find_user_by_login(request.login);
    if (!user) return fail(ErrorCode::not_found, both("There is no user \"{}\".", "没有用户“{}”。", request.login));
    return desk::set_password(unit, principal, user->id, hash);
  });
  if (!done) return refuse(done.error());
  ControlAnswer answer;
  answer.ok = true;
  say(answer, both("The password was changed; open sessions of {} have ended.", "密码已更改，{} 的现有会话都已结束。", request.login));
  return answer;
}

ControlAnswer backup(Engine& engine, const ControlRequest& request, const std::stop_token& stop) {
  struct Stopped {};
  const std::filesystem::path target = request.target;
  if (!target.is_absolute()) return refuse({"Name the directory for the backup by its whole path.", "请写出备份目录的完整路径。"});
  Result<store::BackupManifest> manifest;
  try {
    manifest = store::make_backup(engine.database().writer(), engine.directory().blobs(), target, engine.clock().now(),
                                  [&](std::int64_t, std::int64_t) {
                                    if (stop.stop_requested()) throw Stopped{};
                                  });
  } catch (const Stopped&) {
    return stopping("backup");
  }
  if (!manifest) return refuse(manifest.error());
  std::int64_t bytes = 0;
  for (const auto& file : manifest->files) bytes += file.size;
  ControlAnswer answer;
  answer.ok = true;
  std::vector<Said> lines{both(
      "Backed up {} files with {} bytes to {}. Keys and certificates are not in it; keep copies of tls/ and keys/ apart from it.",
      "已备份 {} 个文件共 {} 字节到 {}。其中不含密钥与证书，请另行保管 tls/ 与 keys/ 的副本。", manifest->files.size(), bytes, target.string())};
  if (auto unsound = store::about_unsound(*manifest); !unsound.empty()) lines.push_back(std::move(unsound));
  say(answer, joined(lines));
  return answer;
}

/// Runs `step` on a reader, from where it ended before, until it gives none; `then` after each, when its reading is over.
template <class Step>
Result<void> read_by_pages(Engine& engine, const std::stop_token& stop, std::int64_t from, Step step,
                           const std::function<void()>& then = [] {}) {
  for (std::optional<std::int64_t> next = from; next;) {
    if (stop.stop_requested()) return fail(ErrorCode::shutting_down, {"The desk is being stopped.", "服务正在停止。"});
    const auto done = desk::read_long_and_wait(
        engine.database(),
        [&](const desk::Reading& reading) -> Result<std::optional<std::int64_t>> { return step(reading, *next); });
    if (!done) return std::unexpected(done.error());
    next = *done;
    then();
  }
  return {};
}

/// What the signatures say, in words; empty when every anchor is ours. Adds to the problems what is one.
Said about_signatures(const std::optional<AnchorKey>& key, const std::filesystem::path& file, desk::VerifyReport& report) {
  if (report.foreign_anchors == 0) return {};
  if (!key)
    return both("The signatures of the anchors were not checked: {} is not there. Put it back from your copy and verify again.",
                "锚点的签名没有核对：缺少 {}。请从副本放回后再核对一次。", file.string());
  report.add(both("{} of {} anchors, the last at {}, are not signed by {}. If that key was made anew, after a restore for example, put the "
                  "old one back and verify again; if it was not, somebody else signed them.",
                  "{1} 个锚点中有 {0} 个（最后一个在位置 {2}）不是由 {3} 签名的。如果该密钥是重新生成的（例如恢复之后），请放回原密钥再核对；"
                  "如果不是，就是别人签的。",
                  report.foreign_anchors, report.anchors, report.last_foreign_anchor, file.string()));
  return {};
}

/// Page by page, so that no snapshot of the database lives long and people are served meanwhile.
ControlAnswer verify(Engine& engine, const std::stop_token& stop) {
  constexpr int tickets_a_page = 100;
  const auto key_file = DataLayout(engine.directory().path()).anchor_key;
  const auto key = AnchorKey::load(key_file);
  desk::VerifyReport report;
  std::vector<desk::Attachment> files;  // of the page
  const auto page_of_tickets = [&](const desk::Reading& reading, std::int64_t after) -> std::optional<std::int64_t> {

    const auto heads = reading.stream.changed_heads(0, reading.stream.feed_head(), after, tickets_a_page);
    for (const auto& head : heads) {
      if (head.stream == 0) {
        desk::verify_desk_stream(reading, report);
      } else {
        desk::verify_ticket(reading, TicketId{head.stream}, report);
        std::ranges::move(reading.attachments.attachments(TicketId{head.stream}), std::back_inserter(files));
      }
    }
    if (heads.empty()) return {};
    return heads.back().stream;
  };
  const auto their_files = [&] {
    for (const auto& file : std::exchange(files, {})) {
      if (!stop.stop_requested()) desk::verify_file(file, engine.blobs(), report);
    }
  };
  auto checked = read_by_pages(engine, stop, -1, page_of_tickets, their_files);
  if (checked) {
    checked = read_by_pages(engine, stop, 0, [&](const desk::Reading& reading, std::int64_t from) {
      return desk::verify_anchors(
          reading,
          [&](const std::string& bytes, const std::string& signature) { return key && key->verify(bytes, signature); }, from,
          report);
    });
  }
  if (!checked) return stop.stop_requested() ? stopping("verify") : refuse(checked.error());
  const auto about_keys = about_signatures(key, key_file, report);
  ControlAnswer answer;
  answer.ok = report.problems.empty();
  const auto faults = std::ssize(report.problems) + report.more;
  auto lines = std::move(report.problems);
  if (report.more > 0) lines.push_back(both("and {} more", "另有 {} 处", report.more));
  if (!about_keys.empty()) lines.push_back(about_keys);
  const auto verdict = faults == 0 ? Said{"all sound.", "全部完好。"} : both("{} problems.", "{} 处问题。", faults);
  lines.push_back(both("Checked {} histories with {} events, {} messages, {} files, {} deliveries, {} links, {} facts of reports and {} anchors: {}",
                       "已核对 {0} 份历史、{1} 个事件、{2} 条消息、{3} 个文件、{4} 条投递、{5} 个链接、{6} 条报表事实与 {7} 个锚点：{9}", report.streams,
                       report.events, report.messages, report.files, report.deliveries, report.links, report.facts, report.anchors, verdict.en,
                       verdict.zh));
  say(answer, joined(lines));
  return answer;
}

ControlAnswer plugin_states(const desk::PluginDoor& door) {
  ControlAnswer answer;
  answer.ok = true;
  std::vector<Said> lines;
  for (const auto& one : door.statuses()) {
    auto line = both("{} ({} {}): {}", "{}（{} {}）：{}", one.name, one.plugin, one.version, one.state);
    const auto add = [&line](const Said& more) {
      line.en += more.en;
      line.zh += more.zh;
    };
    if (!one.healthy) add({", not healthy", "，不健康"});
    if (!one.lane.empty()) add(both(", lane {}, sent {}, failed {}", "，通道 {}，已发 {}，失败 {}", one.lane, one.sent, one.failed));
    if (one.restarts > 0) add(both(", restarts {}", "，重启 {} 次", one.restarts));
    lines.push_back(std::move(line));
    if (!one.last_error.empty()) lines.push_back(Said{"  " + one.last_error});
  }
  if (lines.empty()) lines.emplace_back("No plugin is configured.", "没有配置任何插件。");
  say(answer, joined(lines));
  return answer;
}

ControlAnswer test_plugin(desk::PluginDoor& door, const std::string& name) {
  std::promise<Result<desk::PluginTest>> promise;
  auto future = promise.get_future();
  door.test(name, [&promise](Result<desk::PluginTest> result) { promise.set_value(std::move(result)); });
  const auto result = future.get();
  if (!result) return refuse(result.error());
  ControlAnswer answer;
  answer.ok = result->healthy;
  auto text = result->healthy ? both("{} is healthy", "{} 正常", name) : both("{} is not healthy", "{} 不正常", name);
  text.en += result->detail.empty() ? "." : ": " + result->detail;
  text.zh += result->detail.empty() ? "。" : "：" + result->detail;
  say(answer, std::move(text));
  return answer;
}

}  // namespace

ControlAnswer run_control(Engine& engine, const ControlRequest& request, const std::stop_token& stop) {
  if (request.command == "plugins" || request.command == "plugin_test") return refuse({"The desk is not served now; its plugins do not run.", "服务台现在没有运行，插件也就没有运行。"});
  if (request.command == "status") return status(engine);
  if (request.command == "plan") return plan(engine, request);
  if (request.command == "backtest") return backtest(engine, request, stop);
  if (request.command == "publish") return publish(engine, request);
  if (request.command == "verify") return verify(engine, stop);
  if (request.command == "backup") return backup(engine, request, stop);
  if (request.command == "rollback") return rollback(engine, request);
  if (request.command == "user_add") return user_add(engine, request);
  if (request.command == "user_password") return user_password(engine, request);
  return refuse(both("This server does not know the command \"{}\"; is it of another version?", "正在运行的服务不认识命令“{}”，版本是否不同？", request.command));
}

std::string answer_control(Engine& engine, const std::string& request, const std::stop_token& stop,
                           desk::PluginDoor* plugins) {
  json::Limits limits;
  limits.bytes = std::size_t{64} << 20;
  const auto decoded = json::decode_text<ControlRequest>(request, limits);
  if (!decoded) return json::encode(refuse(both("The request could not be read: {}", "请求无法读取：{}", decoded.error().detail)));
  try {
    if (plugins != nullptr && decoded->command == "plugins") return json::encode(plugin_states(*plugins));
    if (plugins != nullptr && decoded->command == "plugin_test") return json::encode(test_plugin(*plugins, decoded->name));
    return json::encode(run_control(engine, *decoded, stop));
  } catch (const Failure& failure) {
    const auto& why = failure.said();
    return json::encode(refuse({"It failed: " + why.en, "执行失败：" + why.in(Language::zh)}));
  } catch (const std::exception& failure) {
    return json::encode(refuse(both("It failed: {}", "执行失败：{}", std::string_view(failure.what()))));
  }
}

ControlAnswer control(const std::filesystem::path& data, const ControlRequest& request, Engine::Options here) {
  json::Limits limits;
  limits.bytes = std::size_t{64} << 20;
  const auto answer = runtime::ask_server(data / "control.sock", json::encode(request));
  if (!answer) return refuse(answer.error());
  if (*answer) {
    auto decoded = json::decode_text<ControlAnswer>(**answer, limits);
    if (!decoded) return refuse(both("The answer of the server could not be read: {}", "服务的应答无法读取：{}", decoded.error().detail));
    return std::move(*decoded);
  }
  const store::LeaveToOwner leave{data};
  const SystemClock clock;
  here.data = data;
  here.upgrade = false;
  Engine engine(here, clock);
  return run_control(engine, request);
}

}  // namespace docket::server
