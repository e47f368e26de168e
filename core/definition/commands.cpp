// SPDX-License-Identifier: Apache-2.0
#include "definition/commands.hpp"

#include <ostream>

#include "definition/compile.hpp"
#include "definition/schema.hpp"

namespace docket::definition {

namespace {

struct Read {
  Bundle bundle{};
  Compiled compiled{};
};

/// Reads and compiles; what can not be read is a finding about the desk as a whole.
Read read(const std::filesystem::path& directory, Time now, const desk::PluginCatalogue* catalogue = nullptr) {
  Read out;
  auto bundle = load_bundle(directory);
  if (!bundle) {
    out.compiled.diagnostics.push_back(
        {.message = bundle.error().detail, .message_zh = bundle.error().detail_zh, .code = "unreadable"});
    return out;
  }
  out.bundle = std::move(*bundle);
  out.compiled = compile(out.bundle, now, catalogue);
  return out;
}

void print(const Read& read, OutputFormat format, std::ostream& out, Language language) {
  if (format == OutputFormat::json) {
    out << render_json(read.compiled.diagnostics) << "\n";
  } else {
    out << render_text(read.compiled.diagnostics, read.bundle.files, language);
  }
}

}  // namespace

int check_command(const std::filesystem::path& directory, OutputFormat format, Time now, std::ostream& out,
                  const desk::PluginCatalogue* catalogue, Language language) {
  const auto found = read(directory, now, catalogue);
  print(found, format, out, language);
  if (!found.compiled.definitions) return 1;
  if (format == OutputFormat::text) {
    const auto files = found.bundle.files.size();
    const auto& digest = found.compiled.definitions->digest;
    if (language == Language::zh) {
      out << "检查通过：" << files << " 个文件，摘要 " << digest << "\n";
    } else {
      out << "ok: " << files << " files, digest " << digest << "\n";
    }
  }
  return 0;
}

int simulate_command(const std::filesystem::path& directory, const SimulationRequest& request, Time now,
                     std::ostream& out, Language language) {
  const auto found = read(directory, now);
  print(found, OutputFormat::text, out, language);
  if (!found.compiled.definitions) return 1;
  const auto simulation = simulate(found.compiled.definitions, request);
  if (!simulation) {
    const auto& error = simulation.error();
    out << (language == Language::zh ? "错误：" : "error: ") << error.said().in(language)
        << "\n";
    return 1;
  }
  out << render_simulation(*simulation, language);
  return simulation->ended ? 0 : 1;
}

int schema_command(SchemaFormat format, std::ostream& out) {
  out << (format == SchemaFormat::manual ? configuration_manual() : json_schema());
  return 0;
}

}  // namespace docket::definition
