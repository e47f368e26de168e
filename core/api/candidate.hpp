// SPDX-License-Identifier: Apache-2.0
// Definitions that somebody sends and that are not published: how they come in, and how they are compiled before a
// handler goes on with them.
#pragma once

#include "api/route.hpp"
#include "desk/ports/bundle_store.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace docket::api {

inline constexpr json::FieldRule files_rule{
    .field = "files", .description = "All YAML files by relative path.", .items = {1, 1000}};

/// Of a candidate that has its plan, or is published.
inline constexpr std::uint64_t largest_bundle = std::uint64_t{8} << 20;
/// What is asked for again and again while it is written is held smaller.
inline constexpr std::uint64_t largest_draft = std::uint64_t{2} << 20;

/// Who asks (reader), compile (aside), `then` with what came of it. Compiling takes long and needs no database.
template <class Out, class Then>
void compile_first(const StagedContext& context, std::shared_ptr<const desk::BundleFiles> files,
                   std::shared_ptr<Reply<Out>> reply, Then then) {
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto aside = [&services, files, reply, then](Result<Time> now) {
    if (!now) return (*reply)(std::unexpected{std::move(now).error()});
    services.side.run([&services, files, reply, then, now = *now](Result<void> may_run) {
      if (!may_run) return (*reply)(std::unexpected{std::move(may_run).error()});
      then(std::make_shared<const desk::CheckedBundle>(services.compiler.compile(*files, now)));
    });
  };
  desk::read(
      services.database,
      [authorise](const desk::Reading& reading) -> Result<Time> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        return reading.now;
      },
      aside);
}

}  // namespace docket::api
