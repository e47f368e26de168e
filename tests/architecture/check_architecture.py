#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the sources and fails on what the design forbids: arrows that run up, circles, libraries and calls outside their room.

    check_architecture.py ROOT              check a source tree
    check_architecture.py --self-check      plant one violation of each rule in a scratch tree and demand that it is found
"""
import argparse
import re
import sys
import tempfile
from pathlib import Path

# What each room under core/ may include. A room that is not here may not exist.
BELOW_DESK = {"domain", "base"}
MIDDLE = {"desk"} | BELOW_DESK
ARROWS = {
    "base": set(),
    "domain": {"base"},
    "desk": BELOW_DESK,
    "http": {"base"},
    "definition": MIDDLE,
    "store": MIDDLE,
    "runtime": MIDDLE,
    "plugin": MIDDLE,
    "api": MIDDLE | {"http"},
    "server": MIDDLE | {"http", "definition", "store", "runtime", "plugin", "api"},
    "cli": MIDDLE | {"http", "definition", "store", "runtime", "plugin", "api", "server"},
}

# Headers of a library → the rooms whose business it is. Tests may include what their room may.
LIBRARIES = [
    ("soci", re.compile(r"^(soci/|sqlite3\.h$|libpq)"), {"store"}),
    ("beast", re.compile(r"^boost/beast"), {"http"}),
    ("yaml-cpp", re.compile(r"^yaml-cpp/"), {"definition"}),
    ("cli11", re.compile(r"^CLI/"), {"cli"}),
    ("spdlog", re.compile(r"^spdlog/"), {"base"}),
]

# Calls and words in code (comments and literals removed). `rooms` is where they are at home, `files` single files.
CODE = [
    ("coroutine", re.compile(r"\bco_(await|return|yield)\b"), {"http", "runtime", "plugin"}, set()),
    ("wall-clock", re.compile(r"system_clock::now|high_resolution_clock|utc_clock::now|file_clock::now|\bgettimeofday\b"
                              r"|CLOCK_REALTIME|\b(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)|\blocaltime(_r)?\s*\("),
     set(), {"core/base/clock.cpp", "core/base/clock.hpp"}),
    ("std-regex", re.compile(r"\bstd::w?regex\b"), set(), set()),
    ("shell", re.compile(r"\b(?:std::)?system\s*\(|\bpopen\s*\(|\bexeclp\s*\("), set(), set()),
    ("rand", re.compile(r"\bs?rand\s*\("), set(), set()),
]
SLEEP = re.compile(r"\bsleep_(for|until)\b|\b(u|nano)?sleep\s*\(")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LONGEST_FILE = 900  # lines; beyond that an idea is missing
CPP = {".cpp", ".hpp", ".h", ".c"}
TEXT = CPP | {".py", ".sh", ".cmake", ".md", ".yaml", ".yml", ".json", ".txt", ""}
TREES = ["core", "plugins", "tests", "deploy", "config", "docs"]
SKIPPED = {"build", "node_modules", "dist", "__pycache__", ".git"}


def without_comments(text, keep_strings=False):
    """C++ text with comments (and literals, unless kept) blanked; line numbers stay."""
    out, i, n = [], 0, len(text)

    def blank(piece):
        out.append("".join(c if c == "\n" else " " for c in piece))

    while i < n:
        two = text[i:i + 2]
        if two == "//":
            end = text.find("\n", i)
            end = n if end < 0 else end
            blank(text[i:end])
        elif two == "/*":
            end = text.find("*/", i + 2)
            end = n if end < 0 else end + 2
            blank(text[i:end])
        elif text[i] == '"' or (text[i] == "'" and not (i and (text[i - 1].isalnum() or text[i - 1] == "_"))):
            raw = text[i] == '"' and i and text[i - 1] == "R"
            if raw:
                opening = text.find("(", i)
                closing = ")" + text[i + 1:opening] + '"'
                end = text.find(closing, opening)
                end = n if end < 0 else end + len(closing)
            else:
                end = i + 1
                while end < n and text[end] != text[i] and text[end] != "\n":
                    end += 2 if text[end] == "\\" else 1
                end = min(n, end + 1)
            out.append(text[i:end]) if keep_strings else blank(text[i:end])
        else:
            out.append(text[i])
            end = i + 1
        i = end
    return "".join(out)


class Checker:
    def __init__(self, root):
        self.root = Path(root)
        self.faults = []  # (rule, file, line, text)
        self.includes = {}

    def fault(self, rule, path, line, text):
        self.faults.append((rule, path, line, text))

    def files(self):
        for tree in TREES:
            for path in sorted((self.root / tree).rglob("*")):
                if path.is_file() and not SKIPPED & set(path.relative_to(self.root).parts[:-1]):
                    yield path

    def run(self):
        for path in self.files():
            if path.suffix not in TEXT:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            name = path.relative_to(self.root).as_posix()
            for match in UNFINISHED.finditer(text):
                self.fault("unfinished", name, text.count("\n", 0, match.start()) + 1, match.group(0))
            if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
                for match in re.finditer(r"file\s*\(\s*GLOB", text):
                    self.fault("glob", name, text.count("\n", 0, match.start()) + 1, "sources are listed, not globbed")
            if path.suffix in CPP:
                self.check_source(path, name, text)
            elif path.suffix == ".py" and name.startswith("tests/"):
                for match in re.finditer(r"\btime\.sleep\s*\(", text):
                    if "architecture" not in name:
                        self.fault("sleep", name, text.count("\n", 0, match.start()) + 1, match.group(0))
        self.check_circles()
        return self.faults

    def check_source(self, path, name, text):
        parts = name.split("/")
        room = parts[1] if parts[0] == "core" and len(parts) > 2 else None
        if parts[0] == "core" and room not in ARROWS:
            self.fault("room", name, 1, f"'{room}' is not a room of the house")
            return
        if LICENCE not in text.split("\n", 1)[0]:
            self.fault("licence", name, 1, "the first line names the licence")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            self.fault("guard", name, 1, "a header begins with #pragma once")
        if text.count("\n") > LONGEST_FILE:
            self.fault("long", name, LONGEST_FILE, f"more than {LONGEST_FILE} lines: an idea is missing")
        self.check_includes(path, name, room, parts, without_comments(text, keep_strings=True))
        code = without_comments(text)
        for rule, pattern, rooms, files in CODE:
            if name in files or (room and room in rooms):
                continue
            if rule == "coroutine" and parts[0] != "core":
                continue
            for match in pattern.finditer(code):
                self.fault(rule, name, code.count("\n", 0, match.start()) + 1, match.group(0))
        if parts[0] == "tests":
            for match in SLEEP.finditer(code):
                self.fault("sleep", name, code.count("\n", 0, match.start()) + 1, match.group(0))

    def check_includes(self, path, name, room, parts, code):
        quoted = []
        for match in INCLUDE.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            own, system = match.group(1), match.group(2)
            if system == "regex":
                self.fault("std-regex", name, line, "<regex>; use RE2")
            for rule, pattern, rooms in LIBRARIES:
                if pattern.match(own or system) and parts[0] == "core" and room not in rooms:
                    self.fault(rule, name, line, own or system)
            if own is None:
                continue
            quoted.append((own, line))
            if parts[0] != "core":
                continue
            target = own.split("/")[0]
            if ".." in own.split("/") or target not in ARROWS:
                if not (room == "plugin" and own == "docket/plugin.h"):
                    self.fault("include-root", name, line, f'"{own}" does not start at a room')
            elif target != room and target not in ARROWS[room]:
                self.fault("arrow", name, line, f"{room} must not include {own}")
            elif not (self.root / "core" / own).is_file():
                self.fault("include-root", name, line, f'"{own}" is not there')
            self.includes.setdefault(name, []).append(("core/" + own, line))
        header = path.with_suffix(".hpp")
        if parts[0] == "core" and path.suffix == ".cpp" and header.is_file():
            wanted = header.relative_to(self.root / "core").as_posix()
            if not quoted or quoted[0][0] != wanted or INCLUDE.search(code).group(1) != wanted:
                self.fault("own-header", name, 1, f'"{wanted}" comes first')

    def check_circles(self):
        state = {}

        def visit(name, trail):
            state[name] = 1
            for target, line in self.includes.get(name, []):
                if state.get(target) == 1:
                    circle = trail[trail.index(target):] if target in trail else [target]
                    self.fault("circle", name, line, " → ".join(circle + [target]))
                elif target not in state:
                    visit(target, trail + [target])
            state[name] = 2

        for name in sorted(self.includes):
            if name not in state:
                visit(name, [name])


HEAD = "// SPDX-License-Identifier: Apache-2.0\n"
CLEAN = {
    "core/base/error.hpp": HEAD + "#pragma once\n",
    "core/base/error.cpp": HEAD + '#include "base/error.hpp"\n#include <string>\n',
    "core/domain/ticket.hpp": HEAD + '#pragma once\n#include "base/error.hpp"\n// system_clock::now and co_await in a comment\n'
                                     'inline const char* word = "system(1) // co_await \\" std::regex";\n'
                                     'inline const char* raw = R"x(popen(1) ")x"; inline int big = 1\'000\'000;\n',
    "core/domain/sla.hpp": HEAD + '#pragma once\n#include "domain/ticket.hpp"\n',
    "core/store/db.cpp": HEAD + '#include <soci/soci.h>\n#include "desk/port.hpp"\n',
    "core/desk/port.hpp": HEAD + '#pragma once\n#include "domain/ticket.hpp"\n',
    "core/http/server.cpp": HEAD + "#include <boost/beast.hpp>\nvoid f() { co_return; }\n",
    "core/http/server.hpp.in": "anything\n",
    "core/http/message.hpp": HEAD + "#pragma once\n",
    "core/api/routes.cpp": HEAD + '#include "http/message.hpp"\n#include "desk/port.hpp"\n',
    "tests/unit/a_test.cpp": HEAD + "int main() { return 0; }\n",
}
# rule → (file, text): each is planted alone into the clean tree and must be the only kind of fault found.
PLANTED = [
    ("arrow", "core/base/up.cpp", HEAD + '#include "domain/ticket.hpp"\n'),
    ("arrow", "core/domain/up.cpp", HEAD + '#include "desk/port.hpp"\n'),
    ("arrow", "core/http/up.cpp", HEAD + '#include "domain/ticket.hpp"\n'),
    ("arrow", "core/runtime/side.cpp", HEAD + '#  include "http/message.hpp"\n'),
    ("arrow", "core/store/side.cpp", HEAD + '#include "http/message.hpp"\n'),
    ("circle", "core/base/error.hpp", HEAD + '#pragma once\n#include "base/error.hpp"\n'),
    ("circle", "core/domain/ticket.hpp", HEAD + '#pragma once\n#include "domain/sla.hpp"\n'),
    ("room", "core/helpers/a.cpp", HEAD),
    ("include-root", "core/domain/rel.cpp", HEAD + '#include "../base/error.hpp"\n'),
    ("include-root", "core/domain/gone.cpp", HEAD + '#include "base/gone.hpp"\n'),
    ("own-header", "core/base/error.cpp", HEAD + '#include <string>\n#include "base/error.hpp"\n'),
    ("soci", "core/desk/db.cpp", HEAD + "#include <soci/soci.h>\n"),
    ("soci", "core/server/db.cpp", HEAD + "#include <sqlite3.h>\n"),
    ("beast", "core/api/b.cpp", HEAD + "#include <boost/beast/http.hpp>\n"),
    ("yaml-cpp", "core/cli/y.cpp", HEAD + "#include <yaml-cpp/yaml.h>\n"),
    ("cli11", "core/server/c.cpp", HEAD + "#include <CLI/CLI.hpp>\n"),
    ("spdlog", "core/desk/l.cpp", HEAD + "#include <spdlog/spdlog.h>\n"),
    ("coroutine", "core/api/c.cpp", HEAD + "void f() { co_await g(); }\n"),
    ("wall-clock", "core/desk/t.cpp", HEAD + "auto t = std::chrono::system_clock::now();\n"),
    ("wall-clock", "core/desk/t.cpp", HEAD + "auto t = std::time(nullptr);\n"),
    ("wall-clock", "core/runtime/t.cpp", HEAD + "void f() { gettimeofday(&tv, nullptr); }\n"),
    ("wall-clock", "core/runtime/t.cpp", HEAD + "void f() { clock_gettime(CLOCK_REALTIME, &ts); }\n"),
    ("wall-clock", "tests/unit/t.cpp", HEAD + "auto t = std::chrono::system_clock::now();\n"),
    ("std-regex", "core/base/r.cpp", HEAD + "#include <regex>\n"),
    ("std-regex", "tests/unit/r.cpp", HEAD + "std::regex r;\n"),
    ("shell", "core/cli/s.cpp", HEAD + 'int f() { return std::system("ls"); }\n'),
    ("shell", "core/cli/s.cpp", HEAD + 'auto f() { return popen("ls", "r"); }\n'),
    ("rand", "core/base/n.cpp", HEAD + "int f() { return rand(); }\n"),
    ("sleep", "tests/unit/s.cpp", HEAD + "void f() { std::this_thread::sleep_for(1s); }\n"),
    ("sleep", "tests/unit/s.cpp", HEAD + "void f() { usleep(10); }\n"),
    ("sleep", "tests/fault/s.py", "import time\ntime.sleep(1)\n"),
    ("unfinished", "core/base/u.cpp", HEAD + "// TO" "DO: more\n"),
    ("unfinished", "docs/u.md", "FIX" "ME\n"),
    ("licence", "core/base/x.cpp", "int x;\n"),
    ("guard", "core/base/x.hpp", HEAD + "int x();\n"),
    ("long", "core/base/long.cpp", HEAD + "\n" * (LONGEST_FILE + 1)),
    ("glob", "core/base/CMakeLists.txt", "file(GLOB x *.cpp)\n"),
]


def self_check():
    def found(extra):
        with tempfile.TemporaryDirectory() as scratch:
            for name, text in {**CLEAN, **extra}.items():
                path = Path(scratch, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return Checker(scratch).run()

    missed = [f"clean tree: {fault}" for fault in found({})]
    for rule, name, text in PLANTED:
        rules = {fault[0] for fault in found({name: text})}
        if rules != {rule}:
            missed.append(f"{name}: planted '{rule}', found {sorted(rules) or 'nothing'}")
    planted_rules = {rule for rule, _, _ in PLANTED}
    known = {rule for rule, *_ in LIBRARIES} | {rule for rule, *_ in CODE}
    missed += [f"rule '{rule}' has no planted violation" for rule in sorted(known - planted_rules)]
    for line in missed:
        print(line)
    print(f"{len(PLANTED) - len(missed)} of {len(PLANTED)} planted violations found")
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?")
    parser.add_argument("--self-check", action="store_true")
    options = parser.parse_args()
    if options.self_check:
        return self_check()
    if not options.root:
        parser.error("the root of the source tree is missing")
    checker = Checker(options.root)
    faults = checker.run()
    for rule, name, line, text in faults:
        print(f"{name}:{line}: {rule}: {text}")
    if not checker.includes:
        print("no sources found")
        return 1
    print(f"{len(checker.includes)} sources read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
