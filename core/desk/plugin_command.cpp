// SPDX-License-Identifier: Apache-2.0
#include "desk/plugin_command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/both.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/text.hpp"
#include "desk/attachments.hpp"
#include "desk/command_ticket.hpp"
#include "desk/deliver.hpp"
#include "desk/manage_people.hpp"
#include "desk/resolve_principal.hpp"
#include "domain/refusals.hpp"
#include "domain/ticket/limits.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::desk {
namespace {

constexpr int most_of_one_receipt = 64;  // more than a lane gathers

using domain::ActorKind;

struct CustomerInput {
  std::optional<std::string> name, email, phone, address;
};
BOOST_DESCRIBE_STRUCT(CustomerInput, (), (name, email, phone, address))

struct CommandInput {
  std::string command;
  std::optional<std::string> key, type, subject, body, region, product_line, priority, transition, message, kind, act_for,
      assignee, team, address, email, phone, vendor_id, delivery, outcome, error, reason, number;
  std::optional<std::int64_t> ticket, user, customer_id;
  std::optional<CustomerInput> customer;
  std::optional<domain::Fields> fields;
  std::optional<std::vector<std::string>> attachments;
  std::optional<domain::Formatted> formatted;
};
BOOST_DESCRIBE_STRUCT(CommandInput, (),
                      (command, key, type, subject, body, region, product_line, priority, transition, message, kind,
                       act_for, assignee, team, address, email, phone, vendor_id, delivery, outcome, error, reason, number,
                       ticket, user, customer_id, customer, fields, attachments, formatted))

struct TicketAnswer {
  std::int64_t ticket = 0;
  std::string number, state;
  std::optional<std::int64_t> message;
};
BOOST_DESCRIBE_STRUCT(TicketAnswer, (), (ticket, number, state, message))

struct TransitionAnswer {
  std::string name, label;
};
BOOST_DESCRIBE_STRUCT(TransitionAnswer, (), (name, label))

struct FoundTicket {
  std::int64_t ticket = 0;
  std::string number, subject, type, state, state_label, priority, team;
  domain::StateCategory category{};
  std::int64_t assignee = 0, customer = 0, messages = 0;
  domain::Fields fields;
  Time created_at{}, updated_at{};
  std::vector<TransitionAnswer> transitions;
};
BOOST_DESCRIBE_STRUCT(FoundTicket, (),
                      (ticket, number, subject, type, state, state_label, priority, team, category, assignee, customer,
                       messages, fields, created_at, updated_at, transitions))

struct PersonAnswer {
  std::int64_t id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(PersonAnswer, (), (id, name))

struct CustomerAnswer {
  std::int64_t id = 0;
  std::string name, email, phone;
};
BOOST_DESCRIBE_STRUCT(CustomerAnswer, (), (id, name, email, phone))

struct IntakeAnswer {
  IntakeOutcome outcome{};
  std::optional<std::int64_t> ticket, message;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(IntakeAnswer, (), (outcome, ticket, message, reason))

bool is_picture(std::string_view media_type) {
  constexpr std::array<std::string_view, 4> shown{"image/png", "image/jpeg", "image/gif", "image/webp"};
  return std::ranges::find(shown, media_type) != shown.end();
}

/// What a command did, besides its answer: for the intake ledger.
struct Done {
  std::string answer = "{}";
  IntakeOutcome outcome = IntakeOutcome::done;
  TicketId ticket{};
  std::int64_t message = 0;
  std::string reason{};
};

class Command {
 public:
  Command(Unit& unit, const domain::PluginUse& use, const PluginManifest& manifest, CommandInput input,
          domain::Principal principal)
      : unit_(unit), use_(use), manifest_(manifest), input_(std::move(input)), principal_(std::move(principal)) {}

  Result<Done> run() {
    const auto& name = input_.command;
    if (name == "create_ticket") return create();
    if (name == "add_message") return say();
    if (name == "move_ticket") return on_ticket(move_command());
    if (name == "take_ticket") return on_ticket(domain::TakeTicket{});
    if (name == "assign_ticket") return assign();
    if (name == "set_fields") return set_fields();
    if (name == "find_ticket") return find_ticket();
    if (name == "find_user") return find_user();
    if (name == "find_customer") return find_customer_answer();
    if (name == "set_address") return set_address();
    if (name == "receipt") return receipt();
    if (name == "record_intake") return record_intake();
    if (name == "intake") return recall_intake();
    return fail_field("/command", both("There is no command {}.", "没有命令 {}。", name));
  }

 private:
  // People ------------------------------------------------------------------------------------------------------

  /// The person whom the vendor vouches for, where the admin trusts the plugin with that.
  Result<void> become_person() {
    if (!input_.act_for) return {};
    if (!use_.acts_for_people) {
      return fail(ErrorCode::forbidden,
                  {"The plugin may not act for people: set acts_for_people in its definition if that is meant.",
                   "插件不能代表员工操作，需要时请管理员在其配置中设 acts_for_people。"});
    }
    const auto address = unit_.plugins.find_address(manifest_.address, *input_.act_for);
    if (!address || address->owner_kind != ActorKind::user)
      return fail(ErrorCode::not_found, both("Nobody here has the {0} address {1}.", "您的账号（{1}）还没有与服务台绑定，请联系管理员。",
                                             manifest_.address, *input_.act_for));
    const auto user = unit_.directory.find_user(UserId{address->owner});
    if (!user || !user->active) return fail(ErrorCode::forbidden, both("The account of {} is switched off.", "账号 {} 已停用，请联系管理员。", *input_.act_for));
    principal_ = resolve_principal(*user, *unit_.active, std::nullopt);
    return {};
  }

  std::optional<Customer> known_customer(const CustomerInput& given) const {
    if (given.address && !given.address->empty()) {
      const auto address = unit_.plugins.find_address(manifest_.address, *given.address);
      if (address && address->owner_kind == ActorKind::customer)
        return unit_.directory.find_customer(CustomerId{address->owner});
    }
    // Each by itself: a phone number of one and the address of another must not meet.
    for (const bool by_email : {true, false}) {
      const auto& text = by_email ? given.email : given.phone;
      if (!text || text->empty()) continue;
      const auto found = unit_.directory.customers_by_contact(by_email ? std::string{} : *text, by_email ? *text : std::string{});
      if (!found.empty()) return found.front();
    }
    return std::nullopt;
  }

  Result<std::optional<Customer>> customer_of_input() {
    if (!input_.customer) return std::optional<Customer>{};
    const auto& given = *input_.customer;
    auto customer = known_customer(given);
    if (!customer) {
      CustomerChange wish;
      wish.name = given.name && !given.name->empty() ? given.name : given.email ? given.email : given.phone ? given.phone : given.address;
      if (!wish.name || wish.name->empty()) return std::optional<Customer>{};
      wish.name = std::string(first_characters(*wish.name, 100));
      wish.email = given.email.value_or("");
      wish.phone = given.phone.value_or("");
      auto made = create_customer(unit_, principal_, wish);
      if (!made) return std::unexpected(std::move(made.error()));
      customer = std::move(*made);
    }
    if (given.address && !given.address->empty() && manifest_.address != "none" && manifest_.address != "email" &&
        manifest_.address != "phone") {
      // Somebody who works here may write in as well: the address stays theirs.
      if (!unit_.plugins.find_address(manifest_.address, *given.address))
        unit_.plugins.set_address({manifest_.address, *given.address, ActorKind::customer, customer->id.value});
    }
    return std::optional<Customer>(std::move(*customer));
  }

  // Tickets -----------------------------------------------------------------------------------------------------

  Result<std::vector<std::int64_t>> attachments() const {
    std::vector<std::int64_t> out;
    if (!input_.attachments) return out;
    if (input_.attachments->size() > domain::max_attachments) {
      return fail_field("/attachments",
                        both("A message has at most {} attachments.", "一条消息最多 {} 个附件。", domain::max_attachments));
    }
    for (const auto& text : *input_.attachments) {
      std::int64_t id = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
      if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return fail_field("/attachments", both("\"{}\" is no attachment.", "“{}”不是附件。", text));
      out.push_back(id);
    }
    return out;
  }

  /// Its form first, so that what is asked of the desk is bounded; then that its pictures, which are among the
  /// message's files, are such as browsers show without running them.
  Result<domain::Formatted> formatted_of_input(const std::vector<std::int64_t>& files) const {
    if (!input_.formatted) return domain::Formatted{};
    if (auto form = domain::check_formatted(*input_.formatted, files, "/formatted"); !form)
      return std::unexpected(std::move(form.error()));
    std::set<std::int64_t> pictures;
    std::vector<const domain::Formatted*> open{&*input_.formatted};
    while (!open.empty()) {
      const auto* list = open.back();
      open.pop_back();
      for (const auto& node : *list) {
        open.push_back(&node.children);
        if (node.kind == domain::NodeKind::image) pictures.insert(node.attachment.value_or(0));
      }
    }
    for (const auto id : pictures) {
      const auto file = unit_.attachments.find_attachment(AttachmentId{id});
      if (!file || !is_picture(file->media_type))
        return fail_field("/formatted", {"A picture is an attachment of type png, jpeg, gif or webp.", "图片须是 png、jpeg、gif 或 webp 格式的附件。"});
    }
    return *input_.formatted;
  }

  Result<TicketId> ticket_id() const {
    if (input_.ticket) return TicketId{*input_.ticket};
    if (input_.number) {
      if (const auto id = ticket_of_number(*unit_.active, *input_.number)) return *id;
    }
    return fail_field("/ticket", {"Name a ticket.", "请写工单号。"});
  }

  Done answer_of(const TicketOutcome& outcome) const {
    TicketAnswer answer;
    answer.ticket = outcome.ticket.id.value;
    answer.number = ticket_number(*unit_.active, outcome.ticket.id);
    answer.state = outcome.ticket.state;
    if (!outcome.messages.empty()) answer.message = outcome.messages.front();
    Done done;
    done.answer = json::encode(answer);
    done.ticket = outcome.ticket.id;
    done.message = answer.message.value_or(0);
    return done;
  }

  Result<Done> create() {
    auto files = attachments();
    if (!files) return std::unexpected(std::move(files.error()));
    auto formatted = formatted_of_input(*files);
    if (!formatted) return std::unexpected(std::move(formatted.error()));
    auto customer = customer_of_input();
    if (!customer) return std::unexpected(std::move(customer.error()));
    domain::CreateTicket command;
    command.type = input_.type ? *input_.type : unit_.active->forms.empty() ? std::string{} : unit_.active->forms.begin()->first;
    command.subject = std::string(first_characters(input_.subject.value_or(""), 200));
    command.body = input_.body.value_or("");
    command.channel = use_.name;
    if (command.channel.size() > 32) command.channel = use_.plugin.substr(0, 32);
    command.region = input_.region.value_or("");
    command.product_line = input_.product_line.value_or("");
    if (input_.fields) command.fields = *input_.fields;
    command.formatted = std::move(*formatted);
    command.attachments = std::move(*files);
    if (input_.priority) {
      command.priority = enum_from_name<domain::Priority>(*input_.priority);
      if (!command.priority) return fail_field("/priority", both("There is no priority {}.", "没有优先级“{}”。", *input_.priority));
    }
    if (*customer) {
      command.customer.customer = (*customer)->id;
      speak_for(**customer);
    }
    auto outcome = create_ticket(unit_, principal_, std::move(command));
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    auto done = answer_of(*outcome);
    done.outcome = IntakeOutcome::ticket;
    return done;
  }

  /// What a customer said is shown under the customer's name, though the plugin wrote it down.
  void speak_for(const Customer& customer) {
    if (principal_.actor.kind == ActorKind::plugin) principal_.actor.name = customer.name;
  }

  Result<Done> say() {
    const auto kind = enum_from_name<domain::MessageKind>(input_.kind.value_or("customer"));
    if (!kind) return fail_field("/kind", {"A message is customer, reply or note.", "消息类型须是 customer、reply 或 note。"});
    const auto uploader = upload_owner(principal_);
    if (auto person = become_person(); !person) return std::unexpected(std::move(person.error()));
    const auto id = ticket_id();
    if (!id) return std::unexpected(id.error());
    auto files = attachments();
    if (!files) return std::unexpected(std::move(files.error()));
    if (input_.act_for) {
      // What the plugin took in for the person is the person's; one that is not its own is refused below.
      for (const auto file : *files) unit_.attachments.hand_over(AttachmentId{file}, uploader, principal_.actor);
    }
    auto formatted = formatted_of_input(*files);
    if (!formatted) return std::unexpected(std::move(formatted.error()));
    if (*kind == domain::MessageKind::customer) {
      auto customer = customer_of_input();
      if (!customer) return std::unexpected(std::move(customer.error()));
      if (*customer) speak_for(**customer);
    }
    domain::AddMessage command;
    command.kind = *kind;
    command.body = input_.body.value_or("");
    command.formatted = std::move(*formatted);
    command.attachments = std::move(*files);
    auto outcome = command_ticket(unit_, principal_, *id, {}, command);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    auto done = answer_of(*outcome);
    done.outcome = IntakeOutcome::message;
    return done;
  }

  domain::MoveTicket move_command() const {
    domain::MoveTicket command;
    command.transition = input_.transition.value_or("");
    if (input_.fields) command.fields = *input_.fields;
    command.message = input_.message.value_or("");
    return command;
  }

  Result<Done> on_ticket(const domain::TicketCommand& command) {
    if (auto person = become_person(); !person) return std::unexpected(std::move(person.error()));
    const auto id = ticket_id();
    if (!id) return std::unexpected(id.error());
    auto outcome = command_ticket(unit_, principal_, *id, {}, command);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    return answer_of(*outcome);
  }

  Result<Done> assign() {
    domain::AssignTicket command;
    command.team = input_.team.value_or("");
    if (input_.assignee) {
      auto user = unit_.directory.find_user_by_login(*input_.assignee);
      if (!user) {
        const auto address = unit_.plugins.find_address(manifest_.address, *input_.assignee);
        if (address && address->owner_kind == ActorKind::user) user = unit_.directory.find_user(UserId{address->owner});
      }
      if (!user) return fail_field("/assignee", both("There is nobody {}.", "没有用户 {}。", *input_.assignee));
      command.assignee = user->id;
    }
    return on_ticket(command);
  }

  Result<Done> set_fields() {
    domain::SetFields command;
    if (input_.fields) command.change.fields = *input_.fields;
    return on_ticket(command);
  }

  Result<Done> find_ticket() {
    if (auto person = become_person(); !person) return std::unexpected(std::move(person.error()));
    const auto id = ticket_id();
    if (!id) return std::unexpected(id.error());
    const auto ticket = unit_.tickets.find(*id, principal_);
    if (!ticket) return domain::no_ticket();
    FoundTicket out;
    out.ticket = ticket->id.value;
    out.number = ticket_number(*unit_.active, ticket->id);
    out.subject = ticket->subject;
    out.type = ticket->type;
    out.state = ticket->state;
    out.priority = enum_name(ticket->priority);
    out.team = ticket->team;
    out.category = ticket->category;
    out.assignee = ticket->assignee.value;
    out.customer = ticket->customer.value;
    out.messages = ticket->messages;
    out.created_at = ticket->created_at;
    out.updated_at = ticket->updated_at;
    for (const auto& [name, value] : ticket->fields) {
      if (!principal_.restricted_on(ticket->team)) out.fields[name] = value;
    }
    const auto pinned = unit_.source.get(ticket->workflow_bundle);
    if (const auto workflow = pinned->workflows.find(ticket->workflow); workflow != pinned->workflows.end()) {
      if (const auto* state = workflow->second.find_state(ticket->state)) out.state_label = state->title.zh;
      for (const auto* transition : workflow->second.transitions_from(ticket->state))
        out.transitions.push_back({transition->name, transition->title.zh});
    }
    return Done{.answer = json::encode(out), .ticket = ticket->id};
  }

  // Addresses ---------------------------------------------------------------------------------------------------

  /// Active people with the e-mail address or phone number that is asked for; two are enough to know that it is not one.
  std::vector<User> users_by_contact() const {
    std::vector<User> found;
    if (!input_.email && !input_.phone) return found;
    constexpr int at_once = 200;
    for (auto page = unit_.directory.users({}, at_once, {}); !page.empty(); page = unit_.directory.users(page.back().id, at_once, {})) {
      for (const auto& one : page) {
        const bool same = (input_.email && !one.email.empty() && fold(one.email) == fold(*input_.email)) ||
                          (input_.phone && !one.phone.empty() && one.phone == *input_.phone);
        if (same && one.active) found.push_back(one);
        if (found.size() > 1) return found;
      }
    }
    return found;
  }

  Result<Done> find_user() {
    if (!principal_.may(domain::Right::user_read)) return domain::lacks_right(domain::Right::user_read);
    std::optional<User> user;
    if (input_.address) {
      const auto address = unit_.plugins.find_address(manifest_.address, *input_.address);
      if (address && address->owner_kind == ActorKind::user) user = unit_.directory.find_user(UserId{address->owner});
    }
    if (!user) {
      const auto found = users_by_contact();
      if (found.size() > 1) {
        return fail(ErrorCode::conflict, {"Several people here have this e-mail address or phone number.",
                                          "有多位用户用着这个邮箱或电话，无法确定是谁。"});
      }
      if (!found.empty()) user = found.front();
    }
    if (!user || !user->active) return fail(ErrorCode::not_found, {"There is no such person.", "没有这位用户。"});
    return Done{.answer = json::encode(PersonAnswer{user->id.value, user->name})};
  }

  Result<Done> find_customer_answer() {
    if (!principal_.may(domain::Right::customer_read)) return domain::lacks_right(domain::Right::customer_read);
    CustomerInput given;
    given.address = input_.address;
    given.email = input_.email;
    given.phone = input_.phone;
    const auto customer = known_customer(given);
    if (!customer) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
    return Done{.answer = json::encode(CustomerAnswer{customer->id.value, customer->name, customer->email, customer->phone})};
  }

  Result<Done> set_address() {
    if (manifest_.address == "none" || manifest_.address == "email" || manifest_.address == "phone")
      return fail(ErrorCode::forbidden, {"Addresses of this kind are kept by people, not by plugins.", "这类地址由人维护，插件不能改。"});
    if (!input_.address || input_.address->empty() || input_.address->size() > 200)
      return fail_field("/address", {"An address has 1 to 200 bytes.", "地址须为 1 到 200 字节。"});
    Address address;
    address.kind = manifest_.address;
    address.value = *input_.address;
    // An address decides who a plugin may act as: nobody's is taken over.
    const auto held = unit_.plugins.find_address(address.kind, address.value);
    if (input_.user) {
      if (!principal_.may(domain::Right::user_manage)) return domain::lacks_right(domain::Right::user_manage);
      const auto user = unit_.directory.find_user(UserId{*input_.user});
      if (!user) return fail(ErrorCode::not_found, {"There is no such person.", "没有这位用户。"});
      if (auto within = check_within(principal_, *user, *unit_.active); !within) return std::unexpected(std::move(within.error()));
      address.owner = *input_.user;
      for (const auto& other : unit_.plugins.addresses(ActorKind::user, address.owner)) {
        if (other.kind == address.kind && other.value != address.value)
          return fail(ErrorCode::conflict, {"This person has another address of that kind; an admin can change it.", "此人已绑定另一个同类地址，请管理员修改。"});
      }
    } else if (input_.customer_id) {
      if (!principal_.may(domain::Right::customer_edit)) return domain::lacks_right(domain::Right::customer_edit);
      if (!unit_.directory.find_customer(CustomerId{*input_.customer_id})) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
      address.owner_kind = ActorKind::customer;
      address.owner = *input_.customer_id;
    } else {
      return fail_field("/user", {"Say whose address it is: user or customer_id.", "请写明是谁的地址：user 或 customer_id。"});
    }
    if (held && (held->owner_kind != address.owner_kind || held->owner != address.owner))
      return fail(ErrorCode::conflict, {"Somebody else has this address; an admin can change it.", "这个地址已绑定给别人，请管理员修改。"});
    unit_.plugins.set_address(address);
    return Done{};
  }

  // Deliveries and the ledger -------------------------------------------------------------------------------------

  Result<Done> receipt() {
    std::optional<Delivery> delivery;
    if (input_.vendor_id) delivery = unit_.outbox.find_by_vendor(use_.name, *input_.vendor_id);
    if (!delivery && input_.delivery) delivery = unit_.outbox.find_by_key(*input_.delivery);
    if (!delivery || delivery->destination != use_.name) return fail(ErrorCode::not_found, {"There is no such delivery of this plugin.", "这个插件没有这条投递。"});
    const auto outcome = input_.outcome.value_or("");
    if (outcome != "delivered" && outcome != "failed") return fail_field("/outcome", {"A receipt says delivered or failed.", "回执须是 delivered 或 failed。"});
    // What was gathered went as one message and has one receipt.
    const auto vendor_id = delivery->vendor_id;
    for (int i = 0; delivery && i < most_of_one_receipt; ++i) {
      record_receipt(unit_, *delivery, outcome == "delivered", input_.error.value_or(""), use_.fallback);
      delivery = unit_.outbox.find_by_vendor(use_.name, vendor_id);
    }
    return Done{};
  }

  Result<Done> record_intake() {
    Done done;
    const auto outcome = enum_from_name<IntakeOutcome>(input_.outcome.value_or(""));
    if (outcome != IntakeOutcome::ignored && outcome != IntakeOutcome::failed)
      return fail_field("/outcome", {"What came in is ignored or failed; tickets and messages leave their own rows.",
                                     "outcome 须是 ignored 或 failed。"});
    if (!input_.key) return fail_field("/key", {"Name the item.", "请写 key。"});
    done.outcome = *outcome;
    done.reason = std::string(first_characters(input_.reason.value_or(""), 500));
    return done;
  }

  Result<Done> recall_intake() {
    if (!input_.key) return fail_field("/key", {"Name the item.", "请写 key。"});
    const auto row = unit_.plugins.find_intake(use_.name, *input_.key);
    if (!row) return fail(ErrorCode::not_found, {"Nothing is known of this item.", "没有这一条的记录。"});
    IntakeAnswer out;
    out.outcome = row->outcome;
    if (row->ticket) out.ticket = row->ticket.value;
    if (row->message != 0) out.message = row->message;
    out.reason = row->reason;
    return Done{.answer = json::encode(out)};
  }

  Unit& unit_;
  const domain::PluginUse& use_;
  const PluginManifest& manifest_;
  const CommandInput input_;
  domain::Principal principal_;
};

/// Commands that change nothing: their keys are not remembered.
bool is_question(std::string_view command) {
  return command == "intake" || command.starts_with("find_");
}

}  // namespace

Result<domain::Principal> plugin_principal(const DirectoryReader& directory, const domain::Definitions& definitions,
                                           const domain::PluginUse& use) {
  if (use.user.empty()) {
    return fail(ErrorCode::forbidden,
                both("The plugin {0} has no account to act as: set `user` in its definition.",
                     "插件“{0}”没有可用的账号，请在其配置中设 user。", use.name));
  }
  const auto user = directory.find_user_by_login(use.user);
  if (!user || !user->active) {
    return fail(ErrorCode::forbidden, both("The account {0} of the plugin {1} is not there, or is switched off.",
                                           "插件“{1}”的账号 {0} 不存在或已停用。", use.user, use.name));
  }
  auto principal = resolve_principal(*user, definitions, std::nullopt);
  principal.actor = {domain::ActorKind::plugin, user->id.value, use.name};
  principal.display_name = use.name;
  return principal;
}

Result<std::string> run_plugin_command(Unit& unit, const domain::PluginUse& use, const PluginManifest& manifest,
                                       std::string_view request) {
  auto input = json::decode_text<CommandInput>(request, {.bytes = std::size_t{4} << 20, .depth = 64});
  if (!input) return std::unexpected(std::move(input.error()));
  const auto& name = input->command;
  if (std::ranges::find(manifest.commands, name) == manifest.commands.end())
    return fail(ErrorCode::forbidden, both("The plugin's manifest does not name the command {}.", "插件的清单里没有命令 {}。", name));
  if (input->key && (input->key->empty() || input->key->size() > 200)) return fail_field("/key", {"A key has 1 to 200 bytes.", "key 须为 1 到 200 字节。"});
  const bool remembered = input->key && !is_question(name);
  const auto key = input->key.value_or("");
  if (remembered) {
    // A failed item may be tried again by the plugin; everything else was done for good.
    const auto known = unit.plugins.find_intake(use.name, key);
    if (known && known->outcome != IntakeOutcome::failed) return known->answer;
  }
  auto principal = plugin_principal(unit.directory, *unit.active, use);
  if (!principal) return std::unexpected(std::move(principal.error()));
  auto done = Command(unit, use, manifest, std::move(*input), std::move(*principal)).run();
  if (!done) return std::unexpected(std::move(done.error()));
  if (remembered) {
    Intake row;
    row.plugin = use.name;
    row.key = key;
    row.outcome = done->outcome;
    row.ticket = done->ticket;
    row.message = done->message;
    row.reason = std::move(done->reason);
    row.answer = done->answer;
    row.at = unit.now;
    unit.plugins.add_intake(row);
  }
  return std::move(done->answer);
}

}  // namespace docket::desk
