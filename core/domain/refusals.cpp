// SPDX-License-Identifier: Apache-2.0
#include "domain/refusals.hpp"

#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/identity/principal.hpp"

namespace docket::domain {

std::unexpected<Error> lacks_right(Right right) {
  return fail(ErrorCode::forbidden,
              both("This needs the right {0}.", "您没有{1}的权限，需要时请联系管理员。", name(right), zh_right(right)));
}

std::unexpected<Error> lacks_right(const Definitions& definitions, Right right, const std::string& team) {
  return fail(ErrorCode::forbidden,
              both("This needs the right {0} on tickets of team {1}.", "您没有班组{3}工单的{2}权限，需要时请联系管理员。",
                   name(right), team, zh_right(right), ChineseNames(definitions).team(team)));
}

std::unexpected<Error> no_ticket() {
  return fail(ErrorCode::not_found, {"There is no such ticket.", "没有这张工单，或您无权查看。"});
}

std::unexpected<Error> no_team(std::string pointer, const std::string& team) {
  return fail_field(std::move(pointer), both("There is no team {0}.", "没有班组“{0}”。", team));
}

}  // namespace docket::domain
