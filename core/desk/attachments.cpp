// SPDX-License-Identifier: Apache-2.0
#include "desk/attachments.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "desk/merged_tickets.hpp"
#include "desk/resolve_principal.hpp"

namespace docket::desk {
namespace {

constexpr std::size_t longest_name = 200;

/// U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069: they make "gpj.exe" look like "exe.jpg".
bool turns_direction(std::string_view three) {
  if (three.size() < 3 || three[0] != '\xe2') return false;
  const auto low = static_cast<unsigned char>(three[2]);
  if (three[1] == '\x80') return low == 0x8e || low == 0x8f || (low >= 0xaa && low <= 0xae);
  return three[1] == '\x81' && low >= 0xa6 && low <= 0xa9;
}

constexpr std::int64_t most_stray_bytes = std::int64_t{1} << 30;

bool is_stranger(const domain::Principal& principal) {
  return principal.actor.kind == domain::ActorKind::system && principal.actor.id == 0 && principal.rights.none();
}

domain::Actor stray_owner(std::string name) {
  return {domain::ActorKind::customer, 0, std::move(name)};
}

/// The database knows only the digest of what gives the file away.
std::string stray_name(const std::string& handle) {
  return "stray " + to_hex(sha256(handle));
}

std::unexpected<Error> no_attachment() {
  return fail(ErrorCode::not_found, {"There is no such file, or you may not see it.", "没有这个附件，或您无权查看。"});
}

}  // namespace

bool may_have(const domain::Principal& principal, const domain::Ticket& ticket, const Attachment& attachment) {
  if (!attachment.internal) return true;
  return principal.user && domain::sees_notes(principal) &&
         (principal.may(domain::Right::ticket_note, ticket.team) || principal.may(domain::Right::ticket_read, ticket.team));
}

std::string clean_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != name.npos) name.remove_prefix(slash + 1);
  std::string clean;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (turns_direction(name.substr(i))) {
      i += 2;
    } else if (static_cast<unsigned char>(name[i]) >= 0x20 && name[i] != 0x7F) {
      clean.push_back(name[i]);
    }
  }
  while (!clean.empty() && (clean.back() == ' ' || clean.back() == '.')) clean.pop_back();
  clean.erase(0, std::min(clean.find_first_not_of(' '), clean.size()));
  if (clean.empty() || !is_utf8(clean)) return "file";
  return std::string{first_characters(clean, longest_name)};
}

domain::Actor upload_owner(const domain::Principal& principal) {
  domain::Actor owner{principal.actor.kind, principal.actor.id, {}};
  if (principal.only) owner.name = "link of ticket " + std::to_string(principal.only.value);
  if (owner.kind == domain::ActorKind::plugin) owner.name = principal.display_name;
  return owner;
}

bool owns(const domain::Actor& owner, const Attachment& upload) {
  return upload.by.kind == owner.kind && upload.by.id == owner.id && (owner.name.empty() || upload.by.name == owner.name);
}

Result<void> may_upload(const AttachmentReader& attachments, const domain::Principal& principal) {
  using domain::Right;
  if (is_stranger(principal)) {
    if (attachments.bytes_unbound(stray_owner("")) < most_stray_bytes) return {};
    return fail(ErrorCode::storage_full, {"There is no room for files of strangers just now. Send the request without the "
                                         "file and add it by the link that you are given.",
                                         "现在暂时不能上传附件。请先提交，再用收到的进度链接补传。"});
  }
  const bool has_link = static_cast<bool>(principal.only);
  if (!has_link && !principal.may(Right::ticket_reply) && !principal.may(Right::ticket_note) && !principal.may(Right::ticket_create))
    return fail(ErrorCode::forbidden, {"Uploading needs the right ticket_create, ticket_reply or ticket_note.",
                                     "您没有上传附件的权限（需要新建工单、回复客户或写内部备注的权限）。"});
  if (attachments.bytes_unbound(upload_owner(principal)) >= most_unbound_bytes) {
    return fail(ErrorCode::too_large,
                {"Files that you uploaded and no message uses take all the room there is for them. Use some of them, or "
                 "wait: they are removed a day after their upload.",
                 "您上传后还没用到的附件太多了。请先发出一些，或等一天，未用的会自动清理。"});
  }
  return {};
}

Uploaded add_upload(Unit& unit, const domain::Principal& principal, Attachment upload) {
  upload.ticket = {};
  upload.by = upload_owner(principal);
  if (upload.by.name.empty()) upload.by.name = principal.actor.name;
  upload.created_at = unit.now;
  if (!is_stranger(principal)) {
    upload.id = unit.attachments.add_attachment(upload);
    return {std::move(upload), {}};
  }
  // Nobody to whom it could be bound: whoever knows the handle may use it, so that it is none that can be guessed.
  constexpr std::size_t handle_bytes = 16;
  auto handle = to_base64url(random_bytes(handle_bytes));
  upload.by = stray_owner(stray_name(handle));
  unit.attachments.add_attachment(upload);
  return {std::move(upload), std::move(handle)};
}

Result<std::vector<std::int64_t>> take_strays(Unit& unit, const std::vector<std::string>& handles,
                                              const domain::Actor& by) {
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const auto id = unit.attachments.take_stray(stray_name(handles[i]), by);
    if (!id) {
      return fail_field("/attachments/" + std::to_string(i),
                        {"There is no such upload that is still free; upload the file again.", "这个附件已失效，请重新上传。"});
    }
    ids.push_back(id->value);
  }
  return ids;
}

Result<Attachment> find_attachment(const Reading& reading, const domain::Principal& principal, AttachmentId id) {
  auto attachment = reading.attachments.find_attachment(id);
  if (!attachment) return no_attachment();
  if (!attachment->ticket) {
    if (!owns(upload_owner(principal), *attachment)) return no_attachment();
    return std::move(*attachment);
  }
  // Its route asks for no right: a file of a ticket is for those whose roles let them read that ticket.
  auto reader = principal;
  if (const auto user = principal.user ? reading.directory.find_user(principal.user) : std::nullopt)
    show_by(reader, *user, *reading.active, domain::Right::ticket_read);
  const auto ticket = readable_by(reading.tickets, attachment->ticket, reader);
  if (!ticket || !may_have(reader, *ticket, *attachment)) return no_attachment();
  return std::move(*attachment);
}

Result<std::vector<Attachment>> attachments_of(const Reading& reading, const domain::Principal& principal,
                                               TicketId id) {
  const auto ticket = readable_by(reading.tickets, id, principal);
  if (!ticket) return fail(ErrorCode::not_found, {"There is no such ticket, or you may not see it.", "没有这张工单，或您无权查看。"});
  auto all = reading.attachments.attachments(id);
  std::erase_if(all, [&](const Attachment& attachment) { return !may_have(principal, *ticket, attachment); });
  return all;
}

}  // namespace docket::desk
