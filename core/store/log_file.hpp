// SPDX-License-Identifier: Apache-2.0
// How SQLite's write-ahead log is written: a transaction's frames as one write instead of two a page.
#pragma once

#include <string>

namespace docket::store {

/// Gives the name of a SQLite VFS that does all as `beneath` (empty: the system's), but gathers what is written to a
/// write-ahead log. SQLite writes each page in two calls, its frame's head (24 bytes) and the page; a commit of twenty
/// pages is forty calls, and they cost more than the bytes. Gathered bytes go to the file as one write
///   - with the frame that commits, which its head tells (https://www.sqlite.org/fileformat2.html#wal_file_format: bytes
///     4 to 7 are not zero), so that other connections never hear of frames that are not in the file, whatever the
///     setting of `synchronous`;
///   - before anything else is asked of the file (read, sync, size, truncate), and before a write elsewhere;
///   - when 120 KiB are there.
/// An error of such a write is that of the call that caused it, and of all that builds upon the missing frames, until
/// their place is written anew: a transaction that goes on after it can not be committed. What waits at close was not
/// committed and is dropped. One connection at a time writes a log (session.hpp).
/// Registers the VFS at the first call for `beneath`, for as long as the process lives. Any thread. Throws StoreMisuse
/// when there is no such VFS.
[[nodiscard]] std::string gathered_log_vfs(const std::string& beneath);

}  // namespace docket::store
