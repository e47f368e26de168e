// SPDX-License-Identifier: Apache-2.0
// What the API stands on: the ports that its handlers reach. Built by the composition root.
#pragma once

#include "desk/access_links.hpp"
#include "desk/live_board.hpp"
#include "desk/ports/bundle_store.hpp"
#include "desk/ports/database.hpp"
#include "desk/ports/export_files.hpp"
#include "desk/ports/password_hasher.hpp"
#include "desk/ports/plugin_door.hpp"
#include "desk/ports/side_work.hpp"
#include "desk/ports/system.hpp"

namespace docket::api {

class Presence;

/// References to things that outlive the gateway and everything under way. All of them are thread-safe.
struct Services {
  desk::Database& database;
  desk::PasswordHasher& passwords;
  desk::BlobStore& blobs;
  const desk::Compiler& compiler;
  desk::SideWork& side;
  desk::ExportFiles& exports;
  desk::LiveBoard& board;
  desk::System& system;
  desk::PluginDoor* plugins = nullptr;  ///< none: no plugins here
  desk::LinkSecrets links{};
  Presence* presence = nullptr;  ///< the gateway's own; put here by it
};

}  // namespace docket::api
