// SPDX-License-Identifier: Apache-2.0
#include "domain/definitions.hpp"

namespace docket::domain {

const Calendar& Definitions::calendar(const std::string& name) const {
  if (const auto named = calendars.find(name); named != calendars.end()) return named->second;
  const auto of_desk = calendars.find(desk.default_calendar);
  return of_desk == calendars.end() ? Calendar::always() : of_desk->second;
}

std::vector<const Form*> Definitions::forms_in_order() const {
  std::vector<const Form*> out;
  out.reserve(forms.size());
  for (const auto& name : form_order) {
    if (const auto found = forms.find(name); found != forms.end()) out.push_back(&found->second);
  }
  return out;
}

}  // namespace docket::domain
