// SPDX-License-Identifier: Apache-2.0
// What a use case is given: the stores of one job with the time and the definitions that it works under.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "desk/ports/access_link_store.hpp"
#include "desk/ports/access_store.hpp"
#include "desk/ports/attachment_store.hpp"
#include "desk/ports/bundle_store.hpp"
#include "desk/ports/desk_stream.hpp"
#include "desk/ports/directory_store.hpp"
#include "desk/ports/job_store.hpp"
#include "desk/ports/notice_store.hpp"
#include "desk/ports/outbox.hpp"
#include "desk/ports/plugin_store.hpp"
#include "desk/ports/report_store.hpp"
#include "desk/ports/ticket_store.hpp"
#include "desk/ports/workspace_store.hpp"

namespace docket::desk {

/// What somebody waits for and a commit made happen. Filled by the use cases, handed on after the commit.
struct Wakes {
  std::optional<Time> timer_at{};        ///< a timer was set to this instant, or earlier ones
  std::set<std::string> destinations{};  ///< the outbox has new rows for these
  bool feed = false;                     ///< the live stream has new positions
  bool notices = false;                  ///< people have new notices
  bool jobs = false;                     ///< a job was started
  bool published = false;                ///< other definitions are active
};

/// One job on the writer: read, decide, save; all of it or nothing. Lives on the writer's stack.
struct Unit {
  TicketStore& tickets;
  Outbox& outbox;
  DirectoryStore& directory;
  AccessStore& access;
  DeskStream& stream;
  BundleStore& bundles;
  JobStore& jobs;
  IdempotencyStore& idempotency;
  AttachmentStore& attachments;
  PluginStore& plugins;
  AccessLinkStore& links;
  NoticeStore& notices;
  WorkspaceStore& workspace;
  Time now;
  std::shared_ptr<const domain::Definitions> active;  ///< never null once a bundle is published
  const domain::DefinitionsSource& source;
  Wakes& wakes;
};

/// One query on a reader: a consistent view of the database. Lives on the reader's stack.
struct Reading {
  const TicketReader& tickets;
  const OutboxReader& outbox;
  const DirectoryReader& directory;
  const AccessReader& access;
  const DeskStreamReader& stream;
  const BundleReader& bundles;
  const JobReader& jobs;
  const AttachmentReader& attachments;
  const PluginReader& plugins;
  const ReportReader& reports;
  const AccessLinkReader& links;
  const NoticeReader& notices;
  const WorkspaceReader& workspace;
  Time now;
  std::shared_ptr<const domain::Definitions> active;
  const domain::DefinitionsSource& source;
};

}  // namespace docket::desk
