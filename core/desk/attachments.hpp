// SPDX-License-Identifier: Apache-2.0
// Files on tickets: what may be uploaded, and who may have which file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

inline constexpr std::int64_t most_file_bytes = std::int64_t{25} << 20;
inline constexpr std::int64_t most_ticket_bytes = std::int64_t{500} << 20;  ///< of all files on a ticket
inline constexpr std::int64_t most_unbound_bytes = std::int64_t{250}
                                                   << 20;  ///< that one person uploaded and no message took

/// A name that is safe to show and to save under: without directories, control characters and marks that turn the
/// direction of writing; at most 200 characters. "file" when nothing is left.
[[nodiscard]] std::string clean_file_name(std::string_view name);

/// Whose the principal's uploads are until a message takes them. All links of one customer act as that customer, and
/// whoever knows name and number can come by one: what a link uploads goes by its ticket, in place of the name. Plugins
/// may share an account: theirs go by the plugin's name, whomever it speaks for.
[[nodiscard]] domain::Actor upload_owner(const domain::Principal& principal);

/// Whether the upload is the owner's. An owner without a name owns it under whatever name.
[[nodiscard]] bool owns(const domain::Actor& owner, const Attachment& upload);

/// Whether the principal may upload at all, and still has room. forbidden, or too_large with what to do.
[[nodiscard]] Result<void> may_upload(const AttachmentReader& attachments, const domain::Principal& principal);

/// An upload as it is answered: a stranger's has a handle of 128 random bits and no id.
struct Uploaded {
  Attachment file{};
  std::string handle{};
};
BOOST_DESCRIBE_STRUCT(Uploaded, (), (file, handle))

/// Keeps an upload that hangs on nothing yet; a message takes it by its id (a stranger's request by its handle) within
/// a day.
[[nodiscard]] Uploaded add_upload(Unit& unit, const domain::Principal& principal, Attachment upload);

/// Gives uploads of strangers, by the handles that they were answered with, to whom they turned out to be.
[[nodiscard]] Result<std::vector<std::int64_t>> take_strays(Unit& unit, const std::vector<std::string>& handles,
                                                            const domain::Actor& by);

/// Whether a file is for the principal, who sees the ticket where it hangs or in which that one ended: what hangs on
/// internal notes is not for everybody.
[[nodiscard]] bool may_have(const domain::Principal& principal, const domain::Ticket& ticket, const Attachment& attachment);

/// The file, if the principal may have it: its own upload, or on a visible ticket or one that ended there (those on
/// internal notes only for agents). not_found otherwise.
[[nodiscard]] Result<Attachment> find_attachment(const Reading& reading, const domain::Principal& principal,
                                                 AttachmentId id);

/// The files that the principal may have on a visible ticket, or on one that ended there, oldest first. not_found else.
[[nodiscard]] Result<std::vector<Attachment>> attachments_of(const Reading& reading, const domain::Principal& principal,
                                                             TicketId ticket);

}  // namespace docket::desk
