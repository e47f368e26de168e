// SPDX-License-Identifier: Apache-2.0
// A whole desk in memory: every store port over plain maps, with jobs that are undone by copying. For tests of the
// rooms above the ports; what the real stores do beyond it is tested against them.
#pragma once

#include "desk/ports/database.hpp"
#include "desk/ports/unit.hpp"

#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace docket::test {

/// Everything that is stored. Copied before each job, so that a failed one leaves nothing.
struct MemoryRows {
  struct StoredTicket {
    domain::Ticket ticket{};
    std::vector<domain::RecordedEvent> events{};
    std::vector<desk::StoredMessage> messages{};
    std::optional<Time> timer{};
  };
  struct Account {
    desk::User user{};
    std::optional<std::string> password_hash{};
  };
  std::map<TicketId, StoredTicket> tickets;
  std::map<DeliveryId, desk::Delivery> deliveries;
  std::map<DeliveryId, std::vector<desk::DeliveryTry>> tries;
  std::map<DeliveryId, DeliveryId> fallen_back;  ///< origin → what it became
  std::map<UserId, Account> accounts;
  std::map<UserId, Time> last_assigned;
  std::map<std::int64_t, desk::Shift> shifts;
  std::map<CustomerId, desk::Customer> customers;
  std::map<OrganizationId, desk::Organization> organizations;
  std::map<SessionId, std::pair<desk::Session, Digest>> sessions;
  std::map<TokenId, std::pair<desk::Token, Digest>> tokens;
  std::map<JobId, desk::Job> jobs;
  std::map<std::pair<JobId, std::int64_t>, desk::JobResult> job_results;
  std::map<std::pair<std::string, std::string>, desk::RememberedAnswer> answers;
  std::map<AttachmentId, desk::Attachment> attachments;
  std::map<AccessLinkId, std::pair<desk::AccessLink, Digest>> links;
  std::vector<desk::Notice> notices;  ///< by id, from 1
  std::map<std::tuple<UserId, TicketId, desk::DraftKind>, desk::Draft> drafts;
  std::map<HeldMessageId, desk::HeldMessage> held;
  std::map<ViewId, desk::OwnView> views;
  std::vector<desk::RecordedDeskEvent> desk_events;
  std::vector<desk::FeedEntry> feed;
  std::vector<desk::Publication> publications;
  std::map<std::int64_t, desk::StateMapping> mappings;
  std::map<std::string, desk::BundleFiles> bundles;
  std::map<std::pair<std::string, std::string>, std::string> plugin_state;
  std::map<std::pair<std::string, std::string>, desk::Intake> intake;
  std::vector<desk::Address> addresses;
  std::map<std::array<std::string, 3>, desk::SourceRecord> source_records;
  std::map<std::array<std::string, 3>, desk::RefusedRecord> refused_records;
  std::int64_t last_id = 0;
  std::size_t messages_at_once = 0;  ///< most that were handed out by one reading
  std::size_t files_asked = 0;       ///< how often somebody looked for a file by its number
};

class MemoryTickets final : public desk::TicketStore {
 public:
  MemoryTickets(MemoryRows& rows, const Time& now) : rows_(rows), now_(now) {}
  std::optional<domain::Ticket> find(TicketId id, const domain::Principal& principal) const override;
  Result<desk::TicketPage> list(const desk::TicketListQuery& query, const domain::Principal& principal) const override;
  Result<desk::TicketPage> search(const std::string& text, const domain::Condition& filter, TicketId after, int limit,
                                  const domain::Principal& principal) const override;
  Result<int> count(const domain::Condition& filter, int cap, const domain::Principal& principal) const override;
  std::vector<desk::TicketCount> counts(const domain::Principal& principal) const override;
  std::vector<desk::StoredMessage> messages(TicketId id, std::int64_t after, int limit, bool internal) const override;
  std::vector<domain::RecordedEvent> events(TicketId id, std::int64_t after, int limit) const override;
  std::vector<TicketId> merged_into(TicketId id) const override;
  std::vector<InFlight> in_flight() const override;
  std::optional<Said> check_rows(const domain::Ticket&) const override { return {}; }  // there is but the ticket
  std::vector<Said> check_sums() const override { return {}; }
  TicketId next_id() override;
  std::optional<domain::Ticket> load(TicketId id) const override;
  void save(const desk::TicketChange& change) override;
  std::vector<TicketId> due(Time now, int limit) const override;
  void rearm(TicketId id, Time at) override;
  std::optional<Time> next_due() const override;
  std::vector<TicketId> waiting(const std::string& team, int limit) const override;
  std::vector<std::string> teams_waiting() const override;
  std::vector<TicketId> not_adopted(const std::string& bundle, TicketId after, int limit) const override;

 private:
  [[nodiscard]] desk::TicketRow row(const domain::Ticket& ticket) const;
  MemoryRows& rows_;
  const Time& now_;
};

class MemoryOutbox final : public desk::Outbox {
 public:
  MemoryOutbox(MemoryRows& rows, const Time& now) : rows_(rows), now_(now) {}
  desk::DeliveryPage deliveries(const desk::DeliveryFilter& filter, DeliveryId before, int limit,
                                const domain::Principal& principal) const override;
  std::vector<desk::DeliveryTry> tries(DeliveryId id) const override;
  std::optional<DeliveryId> fallen_back_to(DeliveryId id) const override;
  std::vector<desk::Delivery> due(const std::string& destination, Time now, int limit) const override;
  std::vector<std::string> destinations_due(Time now) const override;
  std::optional<Time> next_due(const std::string& destination, Time now) const override;
  bool has_fresh(Time) const override { return false; }
  int file_fresh(Time, int) override { return 0; }
  void record(DeliveryId id, desk::DeliveryState state, int tries, std::optional<Time> next_try_at,
              const std::string& error, const std::string& vendor_id, Time now) override;
  bool replay(DeliveryId id, Time now) override;
  std::optional<desk::Delivery> find(DeliveryId id) const override;
  std::optional<desk::Delivery> find_by_vendor(const std::string& destination,
                                               const std::string& vendor_id) const override;
  std::optional<desk::Delivery> find_by_key(const std::string& key) const override;
  std::vector<desk::Delivery> due_together(const std::string& destination, const domain::Recipient& recipient,
                                           int limit) const override;
  void postpone(DeliveryId id, Time until) override;
  void add_try(DeliveryId id, const desk::DeliveryTry& one) override;
  std::optional<DeliveryId> fall_back(DeliveryId id, const std::string& destination, Time now) override;
  std::vector<DeliveryId> not_arrived(const std::string& destination, Time before, bool receipts,
                                      int limit) const override;

 private:
  MemoryRows& rows_;
  const Time& now_;
};

class MemoryDirectory final : public desk::DirectoryStore {
 public:
  explicit MemoryDirectory(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::User> find_user(UserId id) const override;
  std::optional<desk::User> find_user_by_login(const std::string& login) const override;
  std::vector<desk::User> users(UserId after, int limit, const std::string& team) const override;
  std::vector<desk::Shift> shifts(UserId user, Time from, Time to) const override;
  std::vector<desk::Shift> roster(Time from, Time to, const std::string& team, int limit) const override;
  std::optional<desk::Customer> find_customer(CustomerId id) const override;
  std::vector<desk::Customer> customers_by_contact(const std::string& phone, const std::string& email) const override;
  std::vector<desk::Customer> customers(const std::string& text, CustomerId before, int limit) const override;
  std::optional<desk::Organization> find_organization(OrganizationId id) const override;
  std::vector<desk::Organization> organizations(const std::string& text, OrganizationId before,
                                                int limit) const override;
  UserId add_user(const desk::User& user) override;
  void save_user(const desk::User& user) override;
  void set_presence(UserId user, domain::Presence presence) override;
  std::int64_t add_shift(const desk::Shift& shift) override;
  bool remove_shift(UserId user, std::int64_t shift) override;
  CustomerId add_customer(const desk::Customer& customer) override;
  void save_customer(const desk::Customer& customer) override;
  OrganizationId add_organization(const desk::Organization& organization) override;
  void save_organization(const desk::Organization& organization) override;
  std::vector<domain::Candidate> candidates(const domain::Team& team, bool team_at_work, Time now) const override;

 private:
  MemoryRows& rows_;
};

class MemoryAccess final : public desk::AccessStore {
 public:
  explicit MemoryAccess(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::Session> find_session(const Digest& secret) const override;
  std::optional<desk::Token> find_token(const Digest& secret) const override;
  std::vector<desk::Session> sessions(UserId user) const override;
  std::vector<desk::Token> tokens(std::optional<UserId> user, TokenId after, int limit) const override;
  std::optional<std::string> password_hash(UserId user) const override;
  void set_password_hash(UserId user, const std::string& encoded) override;
  SessionId add_session(const desk::Session& session, const Digest& secret) override;
  void touch_session(SessionId id, Time now) override;
  bool remove_session(UserId user, SessionId id) override;
  void remove_sessions(UserId user) override;
  int drop_expired_sessions(Time now, int limit) override;
  TokenId add_token(const desk::Token& token, const Digest& secret) override;
  bool revoke_token(TokenId id, Time now) override;

 private:
  MemoryRows& rows_;
};

class MemoryStream final : public desk::DeskStream {
 public:
  explicit MemoryStream(MemoryRows& rows) : rows_(rows) {}
  std::vector<desk::RecordedDeskEvent> desk_events(std::int64_t before, int limit) const override;
  std::vector<desk::FeedEntry> feed(std::int64_t position, int limit) const override;
  std::int64_t feed_head() const override;
  std::vector<desk::FeedEntry> feed_of_kind(const std::string& kind, std::int64_t from, std::int64_t before,
                                            int limit) const override;
  void append(const domain::Actor& actor, const desk::DeskEvent& event, Time at) override;
  // Histories in memory have no chains, so there is nothing to anchor and nothing to doubt.
  std::vector<desk::StreamHead> changed_heads(std::int64_t, std::int64_t, std::int64_t, int) const override { return {}; }
  std::optional<Said> check_chain(std::int64_t) const override { return {}; }
  std::vector<desk::Anchor> anchors(std::int64_t, int) const override { return {}; }
  std::int64_t anchored_up_to() const override { return 0; }
  void add_anchor(const desk::Anchor&) override {}

 private:
  MemoryRows& rows_;
};

class MemoryBundles final : public desk::BundleStore {
 public:
  explicit MemoryBundles(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::BundleFiles> bundle_files(const std::string& digest) const override;
  std::vector<desk::Publication> publications(std::int64_t before, int limit) const override;
  std::optional<desk::Publication> active_publication() const override;
  desk::StateMapping mapping(std::int64_t publication) const override;
  std::int64_t publish(const domain::Definitions& definitions, const desk::BundleFiles& files,
                       const desk::Publication& publication, const desk::StateMapping& mapping) override;

 private:
  MemoryRows& rows_;
};

class MemoryJobs final : public desk::JobStore {
 public:
  explicit MemoryJobs(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::Job> find_job(JobId id) const override;
  std::vector<desk::Job> jobs(const desk::JobSight& sight, JobId before, int limit) const override;
  std::vector<desk::JobResult> results(JobId id, std::int64_t after_item, int limit) const override;
  JobId add_job(const desk::Job& job) override;
  void save_job(const desk::Job& job) override;
  void add_result(JobId id, const desk::JobResult& result) override;
  std::vector<desk::Job> running() const override;

 private:
  MemoryRows& rows_;
};

class MemoryAnswers final : public desk::IdempotencyStore {
 public:
  explicit MemoryAnswers(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::RememberedAnswer> recall(const std::string& principal, const std::string& key) const override;
  bool remember(const std::string& principal, const std::string& key, const desk::RememberedAnswer& answer,
                Time now) override;
  void forget_old(Time) override {}

 private:
  MemoryRows& rows_;
};

class MemoryAttachments final : public desk::AttachmentStore {
 public:
  explicit MemoryAttachments(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::Attachment> find_attachment(AttachmentId id) const override;
  std::vector<desk::Attachment> attachments(TicketId ticket) const override;
  std::int64_t bytes_unbound(const domain::Actor& by) const override;
  AttachmentId add_attachment(const desk::Attachment& attachment) override;
  std::optional<AttachmentId> take_stray(const std::string& by_name, const domain::Actor& by) override;
  bool hand_over(AttachmentId id, const domain::Actor& from, const domain::Actor& to) override;
  bool bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) override;
  std::int64_t bytes_on_ticket(TicketId ticket) const override;
  std::vector<std::string> drop_unbound(Time before, int limit) override;
  std::vector<std::string> without_row(std::vector<std::string> digests) const override;

 private:
  MemoryRows& rows_;
};

class MemoryPlugins final : public desk::PluginStore {
 public:
  explicit MemoryPlugins(MemoryRows& rows) : rows_(rows) {}
  std::optional<std::string> state(const std::string& plugin, const std::string& key) const override;
  std::optional<desk::Intake> find_intake(const std::string& plugin, const std::string& key) const override;
  std::vector<desk::Intake> intake(const std::string& plugin, std::optional<desk::IntakeOutcome> outcome,
                                   std::int64_t before, int limit) const override;
  std::optional<desk::Address> find_address(const std::string& kind, const std::string& value) const override;
  std::vector<desk::Address> addresses(domain::ActorKind owner_kind, std::int64_t owner) const override;
  std::optional<desk::SourceRecord> find_record(const std::string& plugin, const std::string& resource,
                                                const std::string& id) const override;
  std::vector<desk::SourceRecord> records_of(const std::string& resource, std::int64_t local) const override;
  std::vector<desk::SourceRecord> records_owned(const std::string& plugin, const std::string& resource,
                                                const std::string& owner, int limit) const override;
  std::vector<desk::RefusedRecord> refused_records(const std::string& plugin, int limit) const override;
  bool put_state(const std::string& plugin, const std::string& key, const std::string& value) override;
  void add_intake(const desk::Intake& row) override;
  void set_address(const desk::Address& address) override;
  void save_record(const desk::SourceRecord& record) override;
  std::vector<desk::SourceRecord> records_unseen(const std::string& plugin, const std::string& resource, Time since,
                                                 int limit) const override;
  void set_refused(const std::string& plugin, const desk::RefusedRecord& refused) override;
  void clear_refused(const std::string& plugin, const std::string& resource, const std::string& id) override;

 private:
  MemoryRows& rows_;
};

class MemoryReports final : public desk::ReportReader {
 public:
  explicit MemoryReports(MemoryRows& rows, const Time& now) : rows_(rows), now_(now) {}
  Result<void> scan(const domain::FactQuery& query, domain::NameBook& names, const domain::Principal& principal,
                    const domain::VisitTicket& visit) const override;
  std::optional<Kept> kept(TicketId id) const override;
  bool gathered() const override { return true; }
  std::vector<desk::TeamNow> teams_now(Time now, Time soon) const override;

 private:
  MemoryRows& rows_;
  const Time& now_;
};

class MemoryLinks final : public desk::AccessLinkStore {
 public:
  explicit MemoryLinks(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::AccessLink> find_link(const Digest& secret) const override;
  std::optional<desk::AccessLink> find_link(AccessLinkId id) const override;
  std::vector<desk::AccessLink> links(TicketId ticket, desk::LinkPurpose purpose) const override;
  AccessLinkId next_link_id() const override;
  void add_link(const desk::AccessLink& link, const Digest& secret) override;
  void save_link(const desk::AccessLink& link) override;

 private:
  MemoryRows& rows_;
};

class MemoryNotices final : public desk::NoticeStore {
 public:
  MemoryNotices(MemoryRows& rows, const Time& now) : rows_(rows), now_(now) {}
  std::vector<desk::Notice> notices(const domain::Principal& principal, bool unread_only, NoticeId before,
                                    int limit) const override;
  int unread_notices(const domain::Principal& principal, int cap) const override;
  std::vector<desk::Notice> notices_since(NoticeId after, int limit) const override;
  NoticeId last_notice() const override;
  void add_notice(const desk::Notice& notice) override;
  void read_notices_up_to(UserId user, NoticeId up_to, Time now) override;
  void read_notices(UserId user, const std::vector<NoticeId>& ids, Time now) override;
  int drop_notices(Time before, int limit) override;

 private:
  MemoryRows& rows_;
  const Time& now_;
};

class MemoryWorkspace final : public desk::WorkspaceStore {
 public:
  explicit MemoryWorkspace(MemoryRows& rows) : rows_(rows) {}
  std::optional<desk::Draft> find_draft(UserId user, TicketId ticket, desk::DraftKind kind) const override;
  std::vector<desk::Draft> drafts(UserId user, int limit) const override;
  std::optional<desk::HeldMessage> find_held(HeldMessageId id) const override;
  std::vector<desk::HeldMessage> held_of(UserId user, int limit) const override;
  std::optional<desk::OwnView> find_view(ViewId id) const override;
  std::vector<desk::OwnView> views(UserId user, int limit) const override;
  void save_draft(const desk::Draft& draft) override;
  bool remove_draft(UserId user, TicketId ticket, desk::DraftKind kind) override;
  int drop_drafts(Time before, int limit) override;
  HeldMessageId add_held(const desk::HeldMessage& message) override;
  bool remove_held(HeldMessageId id) override;
  std::vector<desk::HeldMessage> held_due(Time now, int limit) const override;
  std::optional<Time> next_held() const override;
  ViewId add_view(const desk::OwnView& view) override;
  void save_view(const desk::OwnView& view) override;
  bool remove_view(ViewId id) override;

 private:
  MemoryRows& rows_;
};

/// A desk under given definitions on a clock that the test moves. Runs all work at once on the calling thread, and what
/// may run again always twice: the first time is undone.
class MemoryDesk final : public desk::Database, public domain::DefinitionsSource {
 public:
  explicit MemoryDesk(domain::Definitions definitions);

  MemoryRows rows;
  Time now{};
  desk::Wakes wakes{};
  int writes = 0;  ///< jobs that were committed
  int reads = 0;

  /// Makes other definitions the active ones; earlier ones stay known.
  void activate(domain::Definitions definitions);
  [[nodiscard]] std::shared_ptr<const domain::Definitions> get(const std::string& digest) const override;

  [[nodiscard]] desk::Unit unit();
  [[nodiscard]] desk::Reading reading();

  void write(Write work, Done done) override;
  void write_patiently(Write work, Done done) override { write(std::move(work), std::move(done)); }
  void write_slice(Write work, Done done) override;
  void read(Read work, Done done) override;
  void read_long(Read work, Done done) override { read(std::move(work), std::move(done)); }

 private:
  [[nodiscard]] Result<void> run(Write& work);
  void end(const MemoryRows& before, Result<void> outcome, Done& done);

  std::map<std::string, std::shared_ptr<const domain::Definitions>> bundles_known_;
  std::shared_ptr<const domain::Definitions> active_;
  MemoryTickets tickets_{rows, now};
  MemoryOutbox outbox_{rows, now};
  MemoryDirectory directory_{rows};
  MemoryAccess access_{rows};
  MemoryStream stream_{rows};
  MemoryBundles bundles_{rows};
  MemoryJobs jobs_{rows};
  MemoryAnswers answers_{rows};
  MemoryAttachments attachments_{rows};
  MemoryPlugins plugins_{rows};
  MemoryReports reports_{rows, now};
  MemoryLinks links_{rows};
  MemoryNotices notices_{rows, now};
  MemoryWorkspace workspace_{rows};
};

}  // namespace docket::test
