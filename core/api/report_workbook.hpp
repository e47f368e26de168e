// SPDX-License-Identifier: Apache-2.0
// A report as a workbook: its table with typed cells, and the chart that the page shows, drawn by the spreadsheet.
#pragma once

#include <string>

#include "desk/run_report.hpp"

namespace docket::api {

/// Throws std::runtime_error when the file can not be written.
void write_report_workbook(const std::string& path, const desk::ReportAnswer& answer, bool english);

}  // namespace docket::api
