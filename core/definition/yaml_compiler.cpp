// SPDX-License-Identifier: Apache-2.0
#include "definition/yaml_compiler.hpp"

#include "definition/compile.hpp"

namespace docket::definition {

desk::CheckedBundle YamlCompiler::compile(const desk::BundleFiles& files, Time now) const {
  const Bundle bundle{files};
  auto compiled = definition::compile(bundle, now, catalogue_, published_ ? Judged::published : Judged::candidate);
  desk::CheckedBundle out;
  out.digest = bundle.digest();
  out.definitions = std::move(compiled.definitions);
  for (auto& diagnostic : compiled.diagnostics) {
    if (out.findings.size() == max_shown_diagnostics) break;
    desk::CheckFinding finding;
    finding.rendered = render_finding(diagnostic, files, Language::en);
    finding.rendered_zh = render_finding(diagnostic, files, Language::zh);
    finding.error = diagnostic.severity == Severity::error;
    finding.file = std::move(diagnostic.file);
    finding.line = diagnostic.line;
    finding.column = diagnostic.column;
    finding.end_column = diagnostic.end_column;
    finding.message = std::move(diagnostic.message);
    finding.message_zh = std::move(diagnostic.message_zh);
    finding.expected = std::move(diagnostic.expected);
    finding.expected_zh = std::move(diagnostic.expected_zh);
    finding.suggestion = std::move(diagnostic.suggestion);
    out.findings.push_back(std::move(finding));
  }
  return out;
}

}  // namespace docket::definition
