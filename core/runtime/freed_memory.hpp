// SPDX-License-Identifier: Apache-2.0
// When memory that is free goes back to the system: while the desk rests, and not in the midst of work.
#pragma once

namespace docket::runtime {

/// For a process that serves, before its first thread. glibc gives the end of an arena back as soon as a few hundred KiB
/// of it are free, and maps what is large by itself: each report over a large desk then unmapped some 50 MB and faulted
/// them in again, and for those milliseconds other threads' page faults stood in line (mallopt(3)). From here on arenas
/// keep up to 64 MiB until give_back_freed_memory().
void keep_freed_memory();

/// Gives back what all arenas hold and do not use (malloc_trim(3)). Takes some milliseconds for 50 MB. Any thread.
void give_back_freed_memory();

}  // namespace docket::runtime
