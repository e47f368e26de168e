// SPDX-License-Identifier: Apache-2.0
// Every connection is an open file, and the usual soft limit of 1,024 is soon met.
#pragma once

namespace docket::runtime {

/// Raises the soft limit of open files to the hard one. Gives the limit in force; logs a warning below 4,096.
long raise_open_files();

}  // namespace docket::runtime
