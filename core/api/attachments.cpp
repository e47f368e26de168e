// SPDX-License-Identifier: Apache-2.0
// Files: uploaded first, then named by a message; read by whoever sees the ticket.
#include "desk/attachments.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/ticket_output.hpp"
#include "desk/file_type.hpp"

#include <filesystem>
#include <fstream>

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

struct UploadQuery {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(UploadQuery, (), (name))
constexpr auto field_rules(const UploadQuery*) {
  return std::array{Rule{.field = "name", .description = "As people see it; never a path.", .length = {1, 500}}};
}

std::string head_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string head(desk::file_head_bytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

/// Judges the bytes and moves the file in, which waits for the disk.
Result<desk::Attachment> taken(desk::BlobStore& blobs, const std::string& name, const Upload& upload) {
  const auto size = std::filesystem::file_size(upload.file);
  if (size == 0) return fail_field("", {"The file is empty; send its bytes as the body.", "文件是空的。"});
  auto media_type = desk::judge_file_type(upload.media_type, head_of(upload.file));
  if (!media_type) return std::unexpected{std::move(media_type).error()};
  desk::Attachment row;
  row.name = desk::clean_file_name(name);
  row.media_type = std::move(*media_type);
  row.size = static_cast<std::int64_t>(size);
  row.sha256 = blobs.take(upload.file);
  return row;
}

/// What whoever has no account is answered with: a file of one's own by its id, a stranger's by its handle.
struct OutsideUpload {
  std::optional<AttachmentId> id;
  std::optional<std::string> handle;
  std::string name, media_type;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(OutsideUpload, (), (id, handle, name, media_type, size))
constexpr auto field_rules(const OutsideUpload*) {
  return std::array{Rule{.field = "id", .description = "What a message names; only with a link."},
                    Rule{.field = "handle",
                         .description = "What a new request names; only for strangers. Whoever knows it may use the file, once."}};
}

Answer<desk::Attachment> shown(desk::Uploaded made, const desk::Attachment*) {
  auto location = "/api/v1/attachments/" + std::to_string(made.file.id.value);
  return Answer<desk::Attachment>{std::move(made.file)}.at(std::move(location));
}

Answer<OutsideUpload> shown(desk::Uploaded made, const OutsideUpload*) {
  OutsideUpload out{{}, {}, std::move(made.file.name), std::move(made.file.media_type), made.file.size};
  if (made.handle.empty()) out.id = made.file.id;
  else out.handle = std::move(made.handle);
  return out;
}

/// What came of writing the row; true beside it: it was there before.
struct Written {
  std::optional<std::pair<desk::Uploaded, bool>> made;
  Error refused{};
};

/// May it come in (reader), judge and move it (aside), write its row.
template <class Out>
void upload(const Call<None, UploadQuery, Upload>& call, StagedContext context, Reply<Out> reply) {
  if (call.upload.file.empty()) return reply(fail_field("", {"Send the file's bytes as the body.", "没有收到文件内容。"}));
  auto& services = context.services;
  const auto authorise = context.authorise;
  auto shared = std::make_shared<Reply<Out>>(std::move(reply));
  const auto write = [&services, authorise, shared, remembered = context.remembered](desk::Attachment row) {
    desk::write(
        services.database,
        [authorise, remembered, row = std::move(row)](desk::Unit& unit) -> Result<Written> {
          const auto caller = authorise(unit);
          if (!caller) return std::unexpected{caller.error()};
          bool has_row = false;
          auto made = remembered.once<desk::Uploaded>(unit, caller->principal, row.sha256, [&]() -> Result<desk::Uploaded> {
            // Again: others of the same person may have come in meanwhile.
            if (auto may = desk::may_upload(unit.attachments, caller->principal); !may)
              return std::unexpected{std::move(may).error()};
            has_row = true;
            return desk::add_upload(unit, caller->principal, row);
          });
          if (made) return Written{std::move(*made), {}};
          // The bytes are on disk already: like those of any upload they count, and go after a day.
          if (!has_row) (void)desk::add_upload(unit, caller->principal, row);
          return Written{{}, std::move(made).error()};
        },
        [shared](Result<Written> done) {
          if (!done) return (*shared)(std::unexpected{std::move(done).error()});
          if (!done->made) return (*shared)(std::unexpected{std::move(done->refused)});
          auto& [made, again] = *done->made;
          auto answer = shown(std::move(made), static_cast<const Out*>(nullptr));
          if (again) answer.headers.emplace_back("Idempotency-Replayed", "true");
          (*shared)(std::move(answer));
        });
  };
  const auto aside = [&services, shared, write, name = call.query.name, file = call.upload](Result<None> allowed) {
    if (!allowed) return (*shared)(std::unexpected{std::move(allowed).error()});
    services.side.run([&services, shared, write, name, file](Result<void> may_run) {
      if (!may_run) return (*shared)(std::unexpected{std::move(may_run).error()});
      auto row = taken(services.blobs, name, file);
      if (!row) return (*shared)(std::unexpected{std::move(row).error()});
      write(std::move(*row));
    });
  };
  desk::read(
      services.database,
      [authorise](const desk::Reading& reading) -> Result<None> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        auto allowed = desk::may_upload(reading.attachments, caller->principal);
        if (!allowed) return std::unexpected{std::move(allowed).error()};
        return None{};
      },
      aside);
}

struct AttachmentPath {
  AttachmentId attachment_id{};
};
BOOST_DESCRIBE_STRUCT(AttachmentPath, (), (attachment_id))

Result<Answer<FileBody>> read(const Call<AttachmentPath, None, None>& call, const QueryContext& context) {
  const auto attachment = desk::find_attachment(context.reading, context.principal, call.path.attachment_id);
  if (!attachment) return std::unexpected{attachment.error()};
  const auto path = context.services.blobs.verified_path(attachment->sha256);
  if (!path) return fail(ErrorCode::internal, {"The stored file is missing or damaged. The operator has been told.", "附件文件缺失或损坏，已通知管理员。"});
  return FileBody{*path, attachment->name, attachment->media_type, {}};
}

Result<Answer<Page<desk::Attachment>>> list(const Call<TicketPath, None, None>& call, const QueryContext& context) {
  auto found = desk::attachments_of(context.reading, context.principal, call.path.ticket_id);
  if (!found) return std::unexpected{std::move(found).error()};
  return Page<desk::Attachment>{std::move(*found), {}};
}

}  // namespace

void add_attachment_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(
      make_route({.name = "upload_attachment",
                  .verb = post,
                  .path = "/api/v1/attachments",
                  .access = Access::signed_in(),
                  .rate = RateClass::upload,
                  .summary = "Upload a file; a message must name it within a day.",
                  .success = 201,
                  .keyed = true,
                  .max_body = desk::most_file_bytes,
                  .errors = {ErrorCode::storage_full, ErrorCode::unsupported_media_type, ErrorCode::forbidden}},
                 upload<desk::Attachment>));
  const auto outside = [](std::string_view name, std::string_view path, Access access, std::string_view summary) {
    return RouteSpec{.name = name,
                     .verb = post,
                     .path = path,
                     .access = access,
                     .rate = RateClass::submit,
                     .summary = summary,
                     .success = 201,
                     .max_body = desk::most_file_bytes,
                     .errors = {ErrorCode::storage_full, ErrorCode::unsupported_media_type}};
  };
  routes.push_back(make_route(outside("upload_portal_file", "/api/v1/portal/attachments",
                                      Access::outside(desk::LinkPurpose::portal),
                                      "Upload a file for a new request, or for one's own; a message must name it within a day."),
                              upload<OutsideUpload>));
  routes.push_back(make_route(outside("upload_guest_file", "/api/v1/guest/attachments",
                                      Access::link(desk::LinkPurpose::guest),
                                      "Upload a file for an answer; the answer must name it within a day."),
                              upload<OutsideUpload>));
  routes.push_back(make_route({.name = "read_attachment",
                               .verb = get,
                               .path = "/api/v1/attachments/{attachment_id}",
                               .access = Access::signed_in(),
                               .rate = RateClass::read,
                               .summary = "The file's bytes.",
                               .lane = Lane::report},
                              read));
  routes.push_back(make_route({.name = "list_attachments",
                               .verb = get,
                               .path = "/api/v1/tickets/{ticket_id}/attachments",
                               .access = Right::ticket_read,
                               .rate = RateClass::read,
                               .summary = "Files of a ticket."},
                              list));
}

}  // namespace docket::api
