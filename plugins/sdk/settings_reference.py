#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The settings of all plugins, as their manifests say, for docs/reference/plugins.md.

  settings_reference.py PLUGINS FILE          fails when FILE is not what the manifests say
  DOCKET_RENEW=1 settings_reference.py …      writes it
"""
import json
import os
import sys
from pathlib import Path

HEAD = """# 插件设置 · Settings of the plugins

Made from the manifests; do not edit. Each stands below `plugins: NAME: settings:` of a desk. A secret is the absolute path of a file. What is set beside `settings` (hosts, fallback, limits, quiet hours) is in
[configuration.md](configuration.md)."""


def both(words):
    if not words:
        return ""
    zh, en = words.get("zh", ""), words.get("en", "")
    return f"{zh} · {en}" if zh and en else zh or en


def kind(row):
    name = row.get("type", "string")
    if row.get("secret"):
        return "file with a secret"
    if "enum" in row:
        return " ".join(f"`{word}`" for word in row["enum"])
    if name == "array":
        return "list of " + kind(row.get("items", {})).replace("map", "maps")
    if name == "object":
        return "map"
    bounds = [f"from {row['minimum']}"] if "minimum" in row else []
    bounds += [f"to {row['maximum']}"] if "maximum" in row else []
    bounds += [f"at most {row['maxLength']} characters"] if "maxLength" in row else []
    bounds += ["http(s)://…"] if row.get("format") == "uri" else []
    return " ".join([name] + bounds)


def rows(schema, prefix=""):
    for name, row in schema.get("properties", {}).items():
        needed = "required" if name in schema.get("required", []) else ""
        default = f"`{json.dumps(row['default'], ensure_ascii=False)}`" if "default" in row else needed or "–"
        words = ". ".join(part for part in (both(row.get("title")), both(row.get("description"))) if part)
        cells = [f"`{prefix}{name}`", kind(row), default, words]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        below = row.get("items", {}) if row.get("type") == "array" else row
        yield from rows(below, f"{prefix}{name}{'[]' if row.get('type') == 'array' else ''}.")
        more = row.get("additionalProperties")
        if isinstance(more, dict):
            yield from rows(more, f"{prefix}{name}.*.")


def limits(manifest):
    words = {"per_second": "a second", "per_minute": "a minute", "per_day": "a day",
             "per_recipient_per_minute": "a minute to one recipient", "per_recipient_per_hour": "an hour to one recipient"}
    return ", ".join(f"{manifest['limits'][key]} {word}" for key, word in words.items() if manifest.get("limits", {}).get(key))


def reference(plugins):
    manifests = [json.loads(file.read_text()) for file in plugins.glob("*/*manifest.json")]
    out = [HEAD]
    for manifest in sorted(manifests, key=lambda one: one["id"]):
        facts = [f"kind `{manifest['kind']}`", "calls " + " ".join(f"`{call}`" for call in manifest["calls"]),
                 f"addresses `{manifest.get('address', 'none')}`"]
        if manifest.get("commands"):
            facts.append("commands " + " ".join(f"`{command}`" for command in manifest["commands"]))
        if limits(manifest):
            facts.append("at most " + limits(manifest))
        out += [f"## {manifest['id']}", f"{both(manifest['title'])}: {'; '.join(facts)}.", "| key | value | default | meaning |\n| --- | --- | --- | --- |"]
        out[-1] += "\n" + "\n".join(rows(manifest.get("settings", {})))
        out.append("")
    return "\n\n".join(part for part in out if part).rstrip() + "\n"


def main():
    plugins, file = Path(sys.argv[1]), Path(sys.argv[2])
    text = reference(plugins)
    if os.environ.get("DOCKET_RENEW"):
        file.write_text(text)
        return 0
    if file.exists() and file.read_text() == text:
        return 0
    print(f"{file} is not what the manifests say; renew it: DOCKET_RENEW=1 ./deploy/test -R plugins.settings_reference")
    return 1


if __name__ == "__main__":
    sys.exit(main())
