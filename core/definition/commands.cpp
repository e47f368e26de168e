// SPDX-License-Identifier: Apache-2.0
#include "definition/commands.hpp"

#include <ostream>

#include "definition/compile.hpp"
#include "definition/schema.hpp"

namespace docket::definition {

int check_command(const std::filesystem::path& directory, OutputFormat format, Time now, std::ostream& out) {
  auto bundle = load_bundle(directory);
  if (!bundle) {
    const std::vector<Diagnostic> found{{.message = bundle.error().detail, .code = "unreadable"}};
    out << (format == OutputFormat::json ? render_json(found) + "\n" : render_text(found, {}));
    return 1;
  }
  const auto compiled = compile(*bundle, now);
  if (format == OutputFormat::json) {
    out << render_json(compiled.diagnostics) << "\n";
  } else {
    out << render_text(compiled.diagnostics, bundle->files);
    if (compiled.definitions) {
      out << "ok: " << bundle->files.size() << " files, digest " << compiled.definitions->digest << "\n";
    }
  }
  return compiled.definitions ? 0 : 1;
}

int schema_command(SchemaFormat format, std::ostream& out) {
  out << (format == SchemaFormat::manual ? configuration_manual() : json_schema());
  return 0;
}

}  // namespace docket::definition
