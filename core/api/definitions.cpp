// SPDX-License-Identifier: Apache-2.0
// Definitions: what is published, what a candidate would mean, the switch, and the way back.
#include "api/candidate.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "api/workflow_output.hpp"
#include "desk/bundle_difference.hpp"
#include "desk/publish_bundle.hpp"

namespace docket::api {
namespace {

using domain::Right;
using Rule = json::FieldRule;

using Mapping = std::map<std::string, std::map<std::string, std::string>>;
constexpr Rule mapping_rule{.field = "mapping",
                            .description = "By workflow: old state to new state, for tickets in flight.",
                            .optional = true,
                            .items = {0, 200}};
constexpr Rule comment_rule{.field = "comment", .optional = true, .length = {0, 500}};

desk::StateMapping mapping_of(const Mapping& mapping) {
  desk::StateMapping flat;
  for (const auto& [workflow, states] : mapping) {
    for (const auto& [from, to] : states) flat[{workflow, from}] = to;
  }
  return flat;
}

struct ActiveOutput {
  std::string digest;
  std::optional<desk::Publication> publication;
};
BOOST_DESCRIBE_STRUCT(ActiveOutput, (), (digest, publication))

Result<Answer<ActiveOutput>> active(const Call<None, None, None>&, const QueryContext& context) {
  return ActiveOutput{context.reading.active->digest, context.reading.bundles.active_publication()};
}

Result<Answer<Page<desk::Publication>>> list(const Call<None, PageQuery, None>& call, const QueryContext& context) {
  const auto before = page_start(context.cursors, "publications", call.query);
  if (!before) return std::unexpected{before.error()};
  auto rows = context.reading.bundles.publications(*before, page_size(call.query) + 1);
  return page_of(context.cursors, "publications", call.query, std::move(rows),
                 [](const auto& row) { return row.number; });
}

struct PublicationPath {
  std::int64_t publication = 0;
};
BOOST_DESCRIBE_STRUCT(PublicationPath, (), (publication))

struct FilesOutput {
  std::string digest;
  std::map<std::string, std::string> files;
};
BOOST_DESCRIBE_STRUCT(FilesOutput, (), (digest, files))

Result<Answer<FilesOutput>> files(const Call<PublicationPath, None, None>& call, const QueryContext& context) {
  const auto found = context.reading.bundles.publications(call.path.publication + 1, 1);
  if (found.empty() || found.front().number != call.path.publication)
    return fail(ErrorCode::not_found, {"There is no such publication.", "没有这次发布。"});
  auto stored = context.reading.bundles.bundle_files(found.front().digest);
  if (!stored) return fail(ErrorCode::not_found, {"The files of this publication are not stored.", "这次发布的文件没有保存。"});
  return FilesOutput{found.front().digest, std::move(*stored)};
}

struct CandidateInput {
  std::map<std::string, std::string> files;
  Mapping mapping{};
};
BOOST_DESCRIBE_STRUCT(CandidateInput, (), (files, mapping))
constexpr auto field_rules(const CandidateInput*) {
  return std::array{files_rule, mapping_rule};
}

struct PlanOutput {
  bool valid = false;
  std::string digest, active;
  std::vector<desk::CheckFinding> findings;
  std::vector<desk::AffectedState> affected;
  std::string difference;
};
BOOST_DESCRIBE_STRUCT(PlanOutput, (), (valid, digest, active, findings, affected, difference))
constexpr auto field_rules(const PlanOutput*) {
  return std::array{
      Rule{.field = "valid", .description = "Whether it may be published."},
      Rule{.field = "active", .description = "Digest of what is active now; give it as `expected_active`."},
      Rule{.field = "affected", .description = "States with tickets in flight that the candidate changes or removes."},
      Rule{.field = "difference", .description = "The candidate against what is active, line by line."}};
}

void plan(const Call<None, None, CandidateInput>& call, StagedContext context, Reply<PlanOutput> reply) {
  auto shared = std::make_shared<Reply<PlanOutput>>(std::move(reply));
  auto files = std::make_shared<const desk::BundleFiles>(call.body.files);
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto compare = [&services, authorise, shared, files, mapping = mapping_of(call.body.mapping)](
                           const std::shared_ptr<const desk::CheckedBundle>& checked) {
    auto out = std::make_shared<PlanOutput>();
    services.database.read_long(
        [authorise, checked, files, mapping, out](const desk::Reading& reading) -> Result<void> {
          const auto caller = authorise(reading);
          if (!caller) return std::unexpected{caller.error()};
          *out = {checked->definitions != nullptr, checked->digest, reading.active->digest, checked->findings, {}, {}};
          if (const auto before = reading.bundles.bundle_files(reading.active->digest))
            out->difference = desk::bundle_difference(*before, *files);
          if (checked->definitions)
            out->affected = desk::affected_states(reading.tickets, reading.source, *checked->definitions, mapping);
          return {};
        },
        [shared, out](Result<void> read) {
          if (!read) return (*shared)(std::unexpected{std::move(read).error()});
          (*shared)(std::move(*out));
        });
  };
  compile_first(context, files, shared, compare);
}

struct CheckInput {
  std::map<std::string, std::string> files;
};
BOOST_DESCRIBE_STRUCT(CheckInput, (), (files))
constexpr auto field_rules(const CheckInput*) {
  return std::array{files_rule};
}

struct CheckOutput {
  bool valid = false;
  std::string digest;
  std::vector<desk::CheckFinding> findings;
  std::vector<WorkflowOutput> workflows;
};
BOOST_DESCRIBE_STRUCT(CheckOutput, (), (valid, digest, findings, workflows))
constexpr auto field_rules(const CheckOutput*) {
  return std::array{Rule{.field = "workflows", .description = "Those of the candidate, when it is valid."}};
}

/// What a person sees while writing: the findings, and the workflows as they would be. Needs no database after the right
/// was checked, so it may be asked for often.
void check(const Call<None, None, CheckInput>& call, StagedContext context, Reply<CheckOutput> reply) {
  auto shared = std::make_shared<Reply<CheckOutput>>(std::move(reply));
  const auto answer = [shared](const std::shared_ptr<const desk::CheckedBundle>& checked) {
    CheckOutput out{checked->definitions != nullptr, checked->digest, checked->findings, {}};
    if (checked->definitions) out.workflows = workflow_outputs(*checked->definitions);
    (*shared)(std::move(out));
  };
  compile_first(context, std::make_shared<const desk::BundleFiles>(call.body.files), shared, answer);
}

struct PublishInput {
  std::map<std::string, std::string> files;
  Mapping mapping{};
  std::string comment{};
  std::string expected_active{};
};
BOOST_DESCRIBE_STRUCT(PublishInput, (), (files, mapping, comment, expected_active))
constexpr auto field_rules(const PublishInput*) {
  return std::array{files_rule, mapping_rule, comment_rule,
                    Rule{.field = "expected_active",
                         .description = "Digest that the plan was made against; refused if another is active by now.",
                         .optional = true,
                         .length = {0, 64}}};
}

/// Compile, then switch on the writer.
void publish(const Call<None, None, PublishInput>& call, StagedContext context, Reply<desk::Publication> reply) {
  auto shared = std::make_shared<Reply<desk::Publication>>(std::move(reply));
  auto body = std::make_shared<const PublishInput>(call.body);
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto switch_over = [&services, authorise, shared, body, remembered = context.remembered](
                               const std::shared_ptr<const desk::CheckedBundle>& checked) {
    using Done = std::pair<desk::Publication, bool>;
    desk::write(
        services.database,
        [authorise, body, checked, remembered](desk::Unit& unit) -> Result<Done> {
          const auto caller = authorise(unit);
          if (!caller) return std::unexpected{caller.error()};
          return remembered.once<desk::Publication>(unit, caller->principal, {}, [&] {
            return desk::publish_bundle(unit, caller->principal, *checked, body->files, mapping_of(body->mapping),
                                        body->comment, body->expected_active);
          });
        },
        [shared](Result<Done> done) {
          if (!done) return (*shared)(std::unexpected{std::move(done).error()});
          auto location = "/api/v1/definitions/publications/" + std::to_string(done->first.number) + "/files";
          auto answer = Answer<desk::Publication>{std::move(done->first)}.at(std::move(location));
          if (done->second) answer.headers.emplace_back("Idempotency-Replayed", "true");
          (*shared)(std::move(answer));
        });
  };
  compile_first(context, std::shared_ptr<const desk::BundleFiles>(body, &body->files), shared, switch_over);
}

struct RollbackInput {
  Mapping mapping{};
  std::string comment{};
};
BOOST_DESCRIBE_STRUCT(RollbackInput, (), (mapping, comment))
constexpr auto field_rules(const RollbackInput*) {
  return std::array{mapping_rule, comment_rule};
}

/// Compile on a reader, then switch on the writer.
void roll_back(const Call<PublicationPath, None, RollbackInput>& call, StagedContext context,
               Reply<desk::Publication> reply) {
  auto shared = std::make_shared<Reply<desk::Publication>>(std::move(reply));
  auto body = std::make_shared<const RollbackInput>(call.body);
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto number = call.path.publication;
  const auto switch_over = [&services, authorise, shared, body, number,
                            remembered = context.remembered](Result<void> ready) {
    if (!ready) return (*shared)(std::unexpected{std::move(ready).error()});
    using Done = std::pair<desk::Publication, bool>;
    desk::write(
        services.database,
        [authorise, body, number, remembered](desk::Unit& unit) -> Result<Done> {
          const auto caller = authorise(unit);
          if (!caller) return std::unexpected{caller.error()};
          return remembered.once<desk::Publication>(unit, caller->principal, {}, [&] {
            return desk::rollback_bundle(unit, caller->principal, number, mapping_of(body->mapping), body->comment);
          });
        },
        [shared](Result<Done> done) {
          if (!done) return (*shared)(std::unexpected{std::move(done).error()});
          Answer<desk::Publication> answer{std::move(done->first)};
          if (done->second) answer.headers.emplace_back("Idempotency-Replayed", "true");
          (*shared)(std::move(answer));
        });
  };
  services.database.read_long(
      [authorise, number](const desk::Reading& reading) -> Result<void> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        desk::ready_for_rollback(reading, number);
        return {};
      },
      switch_over);
}

}  // namespace

void add_definition_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "read_definitions",
                               .verb = get,
                               .path = "/api/v1/definitions",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "Which definitions are active."},
                              active));
  routes.push_back(
      make_route({.name = "plan_definitions",
                  .verb = post,
                  .path = "/api/v1/definitions/plan",
                  .access = Right::definition_read,
                  .rate = RateClass::expensive,
                  .summary = "Check a candidate, and say what it means for tickets in flight. Changes nothing.",
                  .max_body = largest_bundle},
                 plan));
  routes.push_back(make_route({.name = "check_definitions",
                               .verb = post,
                               .path = "/api/v1/definitions/check",
                               .access = Right::definition_read,
                               .rate = RateClass::search,
                               .summary = "Check a candidate while it is written. Changes nothing.",
                               .max_body = largest_draft},
                              check));
  routes.push_back(make_route({.name = "list_publications",
                               .verb = get,
                               .path = "/api/v1/definitions/publications",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "What was published, newest first."},
                              list));
  routes.push_back(make_route({.name = "publish_definitions",
                               .verb = post,
                               .path = "/api/v1/definitions/publications",
                               .access = Right::definition_publish,
                               .rate = RateClass::expensive,
                               .summary = "Check a candidate and make it the active one.",
                               .success = 201,
                               .keyed = true,
                               .max_body = largest_bundle,
                               .errors = {ErrorCode::invalid_definition, ErrorCode::conflict}},
                              publish));
  routes.push_back(make_route({.name = "read_publication_files",
                               .verb = get,
                               .path = "/api/v1/definitions/publications/{publication}/files",
                               .access = Right::definition_read,
                               .rate = RateClass::read,
                               .summary = "The original files of a publication."},
                              files));
  routes.push_back(make_route({.name = "roll_back_definitions",
                               .verb = post,
                               .path = "/api/v1/definitions/publications/{publication}/rollback",
                               .access = Right::definition_publish,
                               .rate = RateClass::expensive,
                               .summary = "Publish an earlier bundle again.",
                               .success = 201,
                               .keyed = true,
                               .errors = {ErrorCode::conflict}},
                              roll_back));
}

}  // namespace docket::api
