// SPDX-License-Identifier: Apache-2.0
// What people without an account are shown: files, and how much they may send.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "desk/attachments.hpp"
#include "desk/ports/unit.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::api {

struct OutsideFile {
  AttachmentId id{};
  std::string name, media_type;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(OutsideFile, (), (id, name, media_type, size))

[[nodiscard]] inline OutsideFile outside_file(const desk::Attachment& file) {
  return {file.id, file.name, file.media_type, file.size};
}

struct UploadLimits {
  std::int64_t max_bytes = desk::most_file_bytes;
  std::int64_t max_files = static_cast<std::int64_t>(domain::max_attachments);
};
BOOST_DESCRIBE_STRUCT(UploadLimits, (), (max_bytes, max_files))

}  // namespace docket::api
