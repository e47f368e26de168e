// SPDX-License-Identifier: Apache-2.0
#include "definition/compile.hpp"

#include <algorithm>

#include "definition/compilation.hpp"
#include "definition/yaml_tree.hpp"

namespace docket::definition {
namespace {

using domain::Definitions;

/// The trees, which sections point into.
using Trees = std::map<std::string, YamlNode, std::less<>>;

struct DeclaredBy {
  std::string_view key;
  Refers refers;
};
constexpr DeclaredBy declaring_keys[] = {{"teams", Refers::team},         {"calendars", Refers::calendar},
                                         {"workflows", Refers::workflow}, {"forms", Refers::form},
                                         {"roles", Refers::role},         {"texts", Refers::text}};

Trees read_trees(const Bundle& bundle, Report& report) {
  Trees trees;
  for (const auto& [path, bytes] : bundle.files) {
    auto file = read_yaml(path, bytes);
    report.add(std::move(file.diagnostics));
    if (!file.root || file.root->kind == YamlNode::Kind::nothing) continue;
    if (file.root->kind != YamlNode::Kind::map) {
      report.error({path, file.root->span}, "wrong_type", {"this file is not a map", "这个文件的顶层不是映射"},
                   {"keys such as teams, forms or workflows at its top", "顶层写 teams、forms、workflows 这样的键"});
      continue;
    }
    trees.emplace(path, std::move(*file.root));
  }
  return trees;
}

bool is_holiday_file(std::string_view path) {
  return path.ends_with(".json");
}

/// "holidays/cn-2026.json" belongs to the set "cn".
std::string holiday_set_of(std::string_view path) {
  auto name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find('.'));
  return std::string(name.substr(0, name.rfind('-')));
}

void gather(Compilation& work, const Trees& trees) {
  for (const auto& [path, root] : trees) {
    if (is_holiday_file(path)) {
      work.holiday_files.emplace_back(path, &root, shape_of(holiday_shape), holiday_set_of(path), Span{});
      auto& sets = work.names[Refers::holidays];
      if (std::ranges::find(sets, work.holiday_files.back().name()) == sets.end())
        sets.push_back(work.holiday_files.back().name());
      continue;
    }
    const Section file(path, &root, shape_of(root_shape), {}, Span{});
    for (const auto& entry : root.entries) {
      if (file.shape().find(entry.key) == nullptr) continue;
      auto& into = work.sections[entry.key];
      if (entry.key == "desk") {
        if (const auto section = file.section("desk")) into.push_back(*section);
      } else {
        std::ranges::move(file.sections(entry.key), std::back_inserter(into));
      }
    }
  }
}

/// Things of one kind have different names, whatever the file.
void check_declared_once(Compilation& work) {
  for (const auto& [key, sections] : work.sections) {
    if (key == "desk") {
      for (std::size_t i = 1; i < sections.size(); ++i) {
        const std::string first(sections[0].file());
        work.report.error(
            sections[i].place(), "duplicate_name",
            {"the desk is described twice; the first is in " + first, "`desk` 写了两次，前一次在 " + first},
            {"one `desk` in all files", "所有文件里只写一次 `desk`"});
      }
      continue;
    }
    std::map<std::string, const Section*> first;
    for (const auto& section : sections) {
      const auto [it, added] = first.emplace(section.name(), &section);
      if (added || section.name().empty()) continue;
      if (it->second->file() == section.file()) continue;  // reported as a key or item given twice
      auto where = std::string(it->second->file());
      where.append(":").append(std::to_string(it->second->place().span.line));
      work.report.error(section.place(), "duplicate_name",
                        {"`" + section.name() + "` was declared before, in " + where,
                         "`" + section.name() + "` 已在 " + where + " 声明过"},
                        {"another name", "另一个名称"});
    }
  }
}

void declare_names(Compilation& work) {
  for (const auto& [key, refers] : declaring_keys) {
    for (const auto& section : work.all(key)) work.names[refers].push_back(section.name());
  }
}

}  // namespace

const std::vector<Section>& Compilation::all(std::string_view key) const {
  static const std::vector<Section> none;
  const auto it = sections.find(key);
  return it == sections.end() ? none : it->second;
}

std::string Compilation::reference(const Section& section, std::string_view key, Refers what) {
  auto name = section.text(key);
  if (!name.empty()) use(what, name);
  return name;
}

std::vector<std::string> Compilation::destinations_in(const Section& section, std::string_view key) {
  auto found = section.texts(key);
  const bool given = section.has(key);  // what stands in for an absent key is ours
  for (std::size_t i = 0; given && i < found.size(); ++i) destinations.emplace_back(found[i], section.item_place(key, i));
  return found;
}

void Compilation::judge(Place place, std::string code, Said message, Said expected) {
  judged == Judged::candidate ? report.error(place, std::move(code), std::move(message), std::move(expected))
                              : report.warning(place, std::move(code), std::move(message), std::move(expected));
}

Compiled compile(const Bundle& bundle, Time now, const desk::PluginCatalogue* catalogue, Judged judged) {
  Report report;
  const auto trees = read_trees(bundle, report);
  Compilation work{.report = report, .now = now, .catalogue = catalogue, .judged = judged};
  gather(work, trees);
  declare_names(work);
  check_declared_once(work);
  for (const auto& [path, root] : trees) {
    const auto& shape = shape_of(is_holiday_file(path) ? holiday_shape : root_shape);
    validate(Section(path, &root, shape, {}, Span{}), work.names, report);
  }
  read_desk(work);
  read_calendars(work);
  read_teams(work);
  read_forms(work);
  read_field_values(work);
  read_workflows(work);
  read_roles(work);
  read_sla(work);
  read_dispatch(work);
  read_triggers(work);
  read_plugins(work);
  read_notifications(work);
  read_views(work);
  read_texts(work);
  read_tools(work);
  check_moves(work);
  check_triggers(work);
  check_destinations(work);
  check_unused(work);
  Compiled out;
  if (!report.has_errors()) {
    work.out.digest = bundle.digest();
    out.definitions = std::make_shared<const Definitions>(std::move(work.out));
  }
  out.diagnostics = report.take();
  sort_diagnostics(out.diagnostics);
  return out;
}

}  // namespace docket::definition
