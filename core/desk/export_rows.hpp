// SPDX-License-Identifier: Apache-2.0
// The rows of an export, a slice at a time: each thing once, in the order in which they came, up to when it was asked.
#pragma once

#include "desk/export_job.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

struct ExportSlice {
  std::vector<std::vector<domain::Cell>> rows;
  bool last = false;
};

class ExportRows {
 public:
  virtual ~ExportRows() = default;
  [[nodiscard]] virtual std::vector<TableColumn> columns() const = 0;
  /// The next rows as they are now, as far as the principal may take them away; about `limit` are looked at. Those of a
  /// call that failed, or was cut off by an exception, come again.
  [[nodiscard]] virtual Result<ExportSlice> next(const Reading& reading, const domain::Principal& principal,
                                                 int limit) = 0;
};

/// `until`: what came later is not in it.
[[nodiscard]] std::unique_ptr<ExportRows> make_export_rows(ExportKind kind, const domain::Condition& filter, bool english,
                                                           Time until, const Reading& reading,
                                                           const domain::Principal& principal);

}  // namespace docket::desk
