// SPDX-License-Identifier: Apache-2.0
// What a file is by its first bytes, against what its sender calls it. Nothing is opened, parsed or unpacked.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace docket::desk {

/// Bytes of a file's beginning that are enough to judge it.
inline constexpr std::size_t file_head_bytes = 4096;

/// The media type of a common format by its first bytes; empty when they say nothing.
[[nodiscard]] std::string_view detect_file_type(std::string_view head);

/// The media type to keep: the declared one without parameters where the bytes do not speak against it, and what the
/// bytes say where nothing (or application/octet-stream) was declared. unsupported_media_type for programs and for
/// contents that are not what they are called.
[[nodiscard]] Result<std::string> judge_file_type(std::string_view declared, std::string_view head);

}  // namespace docket::desk
