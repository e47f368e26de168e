// SPDX-License-Identifier: Apache-2.0
#include "desk/export_rows.hpp"

#include <algorithm>
#include <map>

#include "base/enum.hpp"
#include "desk/deliver.hpp"
#include "desk/spoken_names.hpp"
#include "desk/spoken_ticket.hpp"
#include "domain/ticket/ticket_number.hpp"

namespace docket::desk {
namespace {

using domain::Cell;
using domain::Title;

const std::string& word(const Title& title, bool english) {
  return english && !title.en.empty() ? title.en : title.zh;
}

TableColumn column(const Title& title, bool english, TableColumnKind kind = TableColumnKind::text) {
  return {word(title, english), kind};
}

Cell time(Time t) {
  return std::int64_t{t.time_since_epoch().count()};
}
Cell time(const std::optional<Time>& t) {
  return t ? time(*t) : Cell{};
}
template <class Tag>
Cell number(Id<Tag> id) {
  return id ? Cell{id.value} : Cell{};
}

Cell value_cell(const domain::Value& value, bool english) {
  if (const auto* yes = std::get_if<bool>(&value)) return std::string(english ? (*yes ? "yes" : "no") : (*yes ? "是" : "否"));
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string joined;
    for (const auto& element : *list) joined += (joined.empty() ? "" : ", ") + element;
    return joined;
  }
  return {};
}

std::string cell_text(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? *text : std::string();
}

class TicketRows final : public ExportRows {
 public:
  TicketRows(domain::Condition filter, bool english, Time until, const Reading& reading, const domain::Principal& principal)
      : english_(english), until_(until) {
    query_.filter = std::move(filter);
    query_.sort = domain::Sorting::created;
    query_.descending = false;
    query_.limit = 200;
    for (const auto& [name, form] : reading.active->forms) {
      for (const auto& field : form.fields) fields_.emplace(field.name, word(field.title, english));
    }
    // The same name may stand in several forms: hidden in one of them, it is left out.
    std::erase_if(fields_, [&](const auto& field) { return !may_see(reading, principal, field.first, {}); });
  }

  [[nodiscard]] std::vector<TableColumn> columns() const override {
    const auto text = [&](const char* zh, const char* en) { return column({zh, en}, english_); };
    const auto at = [&](const char* zh, const char* en) { return column({zh, en}, english_, TableColumnKind::time); };
    const auto count = [&](const char* zh, const char* en) { return column({zh, en}, english_, TableColumnKind::number); };
    std::vector<TableColumn> out{text("工单", "Ticket"),      text("主题", "Subject"),        text("类型", "Type"),
                                 text("状态", "State"),       text("类别", "Category"),       text("优先级", "Priority"),
                                 text("班组", "Team"),        text("坐席", "Agent"),          text("客户", "Customer"),
                                 text("渠道", "Channel"),     text("地区", "Region"),         text("产品线", "Product line"),
                                 text("标签", "Tags"),        text("挂起原因", "On hold for"), at("到期", "Due"),
                                 at("创建", "Created"),       at("更新", "Updated"),          at("首次响应", "First response"),
                                 at("解决", "Resolved"),      at("关闭", "Closed"),           count("重新打开", "Reopened"),
                                 count("催单", "Urged")};
    for (const auto& [name, title] : fields_) out.push_back({title.empty() ? name : title, TableColumnKind::text});
    return out;
  }

  Result<ExportSlice> next(const Reading& reading, const domain::Principal& principal, int limit) override {
    ExportSlice slice;
    auto query = query_;
    for (int looked = 0; looked < limit && !slice.last; looked += query.limit) {
      auto page = reading.tickets.list(query, principal);
      if (!page) return std::unexpected(std::move(page).error());
      for (const auto& row : page->rows) {
        if (row.created_at > until_) {
          slice.last = true;
          break;
        }
        if (!principal.may(domain::Right::ticket_export, row.team)) continue;
        const auto ticket = reading.tickets.find(row.id, principal);
        if (ticket) slice.rows.push_back(cells(reading, principal, row, *ticket));
      }
      query.after = page->next;
      slice.last = slice.last || !page->next;
    }
    query_.after = query.after;
    return slice;
  }

 private:
  /// On tickets of that team; none: on those of some team.
  static bool may_see(const Reading& reading, const domain::Principal& principal, const std::string& name,
                      const std::optional<std::string>& team) {
    return std::ranges::all_of(reading.active->forms, [&](const auto& form) {
      const auto* field = form.second.find_field(name);
      if (field == nullptr) return true;
      return (team ? principal.access(field->group, *team) : principal.access(field->group)) != domain::FieldAccess::hidden;
    });
  }

  std::vector<Cell> cells(const Reading& reading, const domain::Principal& principal, const TicketRow& row,
                          const domain::Ticket& ticket) const {
    const WordSources sources{reading.directory, *reading.active, reading.source, reading.now};
    const SpokenTicket spoken(sources, ticket, {.english = english_, .by = &principal});
    const auto told = [&](std::string_view field) { return value_cell(spoken.get(field), english_); };
    std::vector<Cell> out{told("id"),
                          ticket.subject,
                          told("type"),
                          told("state"),
                          told("category"),
                          told("priority"),
                          told("team"),
                          row.assignee_name,
                          row.customer_name,
                          told("channel"),
                          ticket.region,
                          ticket.product_line,
                          told("tags"),
                          ticket.hold ? ticket.hold->reason : std::string(),
                          time(row.due_at),
                          time(ticket.created_at),
                          time(ticket.updated_at),
                          time(ticket.first_replied_at),
                          time(ticket.resolved_at),
                          time(ticket.closed_at),
                          std::int64_t{ticket.reopens},
                          std::int64_t{ticket.urges}};
    for (const auto& [name, title] : fields_) {
      // Rights may have been narrowed since the columns were chosen, and may hold in some teams only.
      out.push_back(may_see(reading, principal, name, ticket.team) ? told(std::string{"field."}.append(name)) : Cell{});
    }
    return out;
  }

  bool english_;
  Time until_;
  TicketListQuery query_;
  std::map<std::string, std::string> fields_;
};

class CustomerRows final : public ExportRows {
 public:
  explicit CustomerRows(bool english) : english_(english) {}

  [[nodiscard]] std::vector<TableColumn> columns() const override {
    const auto text = [&](const char* zh, const char* en) { return column({zh, en}, english_); };
    return {column({"编号", "Number"}, english_, TableColumnKind::number),
            text("姓名", "Name"),
            text("电话", "Phone"),
            text("邮箱", "E-mail"),
            text("等级", "Level"),
            text("地区", "Region"),
            text("企业客户", "Organization"),
            text("备注", "Notes"),
            column({"创建", "Created"}, english_, TableColumnKind::time)};
  }

  Result<ExportSlice> next(const Reading& reading, const domain::Principal&, int limit) override {
    ExportSlice slice;
    auto before = before_;
    for (auto& one : reading.directory.customers("", before, limit)) {
      before = one.id;
      std::string company;
      if (one.organization) {
        if (const auto found = reading.directory.find_organization(one.organization)) company = found->name;
      }
      slice.rows.push_back({number(one.id), one.name, one.phone, one.email, spoken_level(one.level, english_), one.region,
                            std::move(company), one.notes, time(one.created_at)});
    }
    slice.last = std::cmp_less(slice.rows.size(), limit);
    before_ = before;
    return slice;
  }

 private:
  bool english_;
  CustomerId before_{};
};

class DeliveryRows final : public ExportRows {
 public:
  explicit DeliveryRows(bool english) : english_(english) {}

  [[nodiscard]] std::vector<TableColumn> columns() const override {
    const auto text = [&](const char* zh, const char* en) { return column({zh, en}, english_); };
    const auto at = [&](const char* zh, const char* en) { return column({zh, en}, english_, TableColumnKind::time); };
    const auto count = [&](const char* zh, const char* en) { return column({zh, en}, english_, TableColumnKind::number); };
    return {count("编号", "Number"), text("工单", "Ticket"),    text("去向", "Destination"), text("文本", "Text"),
            text("主题", "Subject"), text("状态", "State"),     count("尝试", "Tries"),      at("创建", "Created"),
            at("完成", "Done"),      text("错误", "Last error")};
  }

  Result<ExportSlice> next(const Reading& reading, const domain::Principal& principal, int limit) override {
    ExportSlice slice;
    auto page = reading.outbox.deliveries({}, before_, limit, principal);
    for (auto& one : page.rows) {
      hide_words(one, reading, principal);
      slice.rows.push_back({number(one.id), ticket_number(*reading.active, one.ticket),
                            spoken_destination(*reading.active, one.destination, english_), one.text, one.subject,
                            spoken_delivery(enum_name(one.state), english_), std::int64_t{one.tries},
                            time(one.created_at), time(one.done_at), one.last_error});
    }
    slice.last = !page.next;
    before_ = page.next.value_or(before_);
    return slice;
  }

 private:
  bool english_;
  DeliveryId before_{};
};

class AuditRows final : public ExportRows {
 public:
  explicit AuditRows(bool english) : english_(english) {}

  [[nodiscard]] std::vector<TableColumn> columns() const override {
    const auto text = [&](const char* zh, const char* en) { return column({zh, en}, english_); };
    return {column({"序号", "Number"}, english_, TableColumnKind::number),
            column({"时间", "At"}, english_, TableColumnKind::time),
            text("何人", "Who"),
            text("何事", "What"),
            text("对象", "About"),
            text("细节", "Details")};
  }

  Result<ExportSlice> next(const Reading& reading, const domain::Principal&, int limit) override {
    ExportSlice slice;
    auto before = before_;
    for (const auto& one : reading.stream.desk_events(before, limit)) {
      before = one.sequence;
      slice.rows.push_back({one.sequence, time(one.at), who(reading, one.actor), spoken_act(one.event.kind, english_),
                            spoken_subject(one.event.subject, english_), details(one.event.details)});
    }
    slice.last = std::cmp_less(slice.rows.size(), limit);
    before_ = before;
    return slice;
  }

 private:
  [[nodiscard]] std::string who(const Reading& reading, const domain::Actor& actor) const {
    if (!actor.name.empty()) return actor.name;
    const auto user = actor.kind == domain::ActorKind::user ? reading.directory.find_user(UserId{actor.id}) : std::nullopt;
    return user ? user->name : spoken_actor(enum_name(actor.kind), english_);
  }
  [[nodiscard]] std::string details(const domain::Fields& fields) const {
    std::string line;
    for (const auto& [name, value] : fields) {
      line.append(line.empty() ? "" : english_ ? "; " : "；");
      line.append(spoken_detail(name, english_)).append(english_ ? ": " : "：");
      line.append(spoken_detail_value(name, cell_text(value_cell(value, english_)), english_));
    }
    return line;
  }
  bool english_;
  std::int64_t before_ = 0;
};

}  // namespace

std::unique_ptr<ExportRows> make_export_rows(ExportKind kind, const domain::Condition& filter, bool english, Time until,
                                             const Reading& reading, const domain::Principal& principal) {
  switch (kind) {
    case ExportKind::tickets:
      return std::make_unique<TicketRows>(filter, english, until, reading, principal);
    case ExportKind::customers:
      return std::make_unique<CustomerRows>(english);
    case ExportKind::deliveries:
      return std::make_unique<DeliveryRows>(english);
    case ExportKind::audit:
      return std::make_unique<AuditRows>(english);
  }
  return nullptr;
}

}  // namespace docket::desk
