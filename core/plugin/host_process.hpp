// SPDX-License-Identifier: Apache-2.0
// The plugin's side of the wall: the process that loads one library and calls it as the server asks.
#pragma once

namespace docket::plugin {

/// Runs `docket plugin-host`: speaks over descriptor 3 until the server closes it. Never returns to a caller that could
/// do more; gives the exit status.
int run_plugin_host();

/// Runs `docket egress`: connects as the server asks over descriptor 3.
int run_egress();

}  // namespace docket::plugin
