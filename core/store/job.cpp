// SPDX-License-Identifier: Apache-2.0
#include "store/job.hpp"

#include <exception>
#include <typeinfo>

#include "base/log.hpp"
#include "store/errors.hpp"

namespace docket::store {

Result<void> run_caught(Job& job, Session& session) {
  try {
    return job.run(session);
  } catch (const StoreError& error) {
    if (is_fatal(error)) throw;
    log::warning("database_job_failed", {{"reason", std::string_view(error.what())}});
    return std::unexpected(as_error(error));
  } catch (const std::exception& error) {
    log::error("database_job_threw", {{"type", std::string_view(typeid(error).name())}});
    return fail(ErrorCode::internal, {"An internal error stopped this; nothing was changed.", "服务器出错，没有保存，请稍候再试。"});
  } catch (...) {
    log::error("database_job_threw", {{"type", std::string_view("unknown")}});
    return fail(ErrorCode::internal, {"An internal error stopped this; nothing was changed.", "服务器出错，没有保存，请稍候再试。"});
  }
}

}  // namespace docket::store
