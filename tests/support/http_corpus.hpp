// SPDX-License-Identifier: Apache-2.0
// Malformed, ambiguous and merely strange HTTP messages, each with the one status that it must be answered with.
#pragma once

#include <string>
#include <vector>

namespace docket::test {

struct CorpusMessage {
  std::string name;
  std::string bytes;
  int status = 0;      ///< of the answer; 0 = must be accepted by the guard
  bool judged = true;  ///< false: the head alone is in order, and a limit beyond it refuses
};

/// All must be refused and their connection closed. Heads are for a server named `localhost` whose stream is
/// `/api/v1/stream` and whose largest body has 1 MiB.
[[nodiscard]] std::vector<CorpusMessage> malformed_messages();

/// All must pass, with exactly one answer of the program each.
[[nodiscard]] std::vector<CorpusMessage> plain_messages();

}  // namespace docket::test
