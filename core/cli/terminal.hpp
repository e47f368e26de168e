// SPDX-License-Identifier: Apache-2.0
// What all commands say at the terminal alike, in the language of language.hpp.
#pragma once

#include <CLI/CLI.hpp>

#include "server/control.hpp"

namespace docket::cli {

/// Prints the answer, a refusal to standard error; gives the exit status.
[[nodiscard]] int tell(const server::ControlAnswer& answer);

/// Lets the parser's own words be of that language. Before anything is added to `root`: subcommands take them over.
void speak(CLI::App& root);

/// What the parser found wrong. The library says it in English only; here is the Chinese of what this command line can
/// meet. What a check of our own says is in the language of the terminal already.
[[nodiscard]] Said said_of(const CLI::Error& error);

}  // namespace docket::cli
