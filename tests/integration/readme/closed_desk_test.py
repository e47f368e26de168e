#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a desk with a plugin in its first definitions, and plans and publishes such on a desk that is not served: its plugins and secrets are found where the
options say, as a server would.

    closed_desk_test.py DOCKET ROOT PLUGINS
"""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

plugins_yaml = """
plugins:
  hooks:
    plugin: webhooks
    user: hooks
    settings: {{url: "https://127.0.0.1:9/in", secret: "{secret}"}}
    hosts: ["127.0.0.1:9"]
"""


def main():
    docket, root, plugins = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as scratch:
        desk, config, secrets = (Path(scratch) / name for name in ("desk", "config", "secrets"))
        shutil.copytree(root / "config", config, ignore=shutil.ignore_patterns("samples"))
        secrets.mkdir()
        (secrets / "hook").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", encoding="utf-8")

        def run(*arguments, language="C.UTF-8"):
            return subprocess.run([docket, *arguments], text=True, timeout=400, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                  env={**os.environ, "LC_ALL": language})

        faults = []

        def expect(what, ran, ends_well, words):
            if (ran.returncode == 0) != ends_well or words not in ran.stdout:
                faults.append(f"{what}: exit {ran.returncode}, without '{words}':\n{ran.stdout}")

        expect("init", run("init", "--data", str(desk), "--config", str(config)), True, "Set-up secret")
        (config / "plugins.yaml").write_text(plugins_yaml.format(secret=secrets / "hook"), encoding="utf-8")
        places = ["--plugin-dir", plugins, "--secrets", str(secrets)]
        expect("publish with the secret elsewhere", run("publish", str(config), "--data", str(desk), "--plugin-dir", plugins), False, "--secrets")
        expect("plan", run("plan", str(config), "--data", str(desk), *places), True, "No ticket stands")
        expect("publish", run("publish", str(config), "--data", str(desk), *places), True, "Published as number 2")
        # A newer one that was installed into the desk counts before the one that came with the program, until it is removed.
        newer = Path(scratch) / "webhooks"
        shutil.copytree(Path(plugins) / "webhooks", newer)
        manifest = json.loads((newer / "manifest.json").read_text(encoding="utf-8"))
        manifest["version"] = "1.9.0"
        manifest["settings"]["required"] = ["floor"]
        manifest["settings"]["properties"]["floor"] = {"type": "string"}
        (newer / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        expect("install", run("plugin", "install", str(newer), "--data", str(desk)), True, "Installed webhooks 1.9.0")
        expect("list", run("plugin", "list", "--plugin-dir", plugins, "--data", str(desk)), False, "webhooks 1.9.0")
        expect("check with the newer one", run("check", str(config), "--data", str(desk), *places), False, "floor")
        expect("plan with the newer one", run("plan", str(config), "--data", str(desk), *places), False, "floor")
        expect("remove", run("plugin", "remove", "webhooks", "--data", str(desk)), True, "Removed webhooks")
        expect("plan without it", run("plan", str(config), "--data", str(desk), *places), True, "")
        chinese = {"language": "zh_CN.UTF-8"}
        expect("check in Chinese", run("check", str(config), "--plugin-dir", plugins, "--secrets", str(secrets), **chinese), True, "检查通过：")
        expect("a fault in Chinese", run("check", str(config), "--plugin-dir", plugins, **chinese), False, "应为：")
        expect("plan in Chinese", run("plan", str(config), "--data", str(desk), *places, **chinese), True, "没有在途工单")
        expect("refused publish in Chinese", run("publish", str(config), "--data", str(desk), "--plugin-dir", plugins, **chinese), False, "密钥目录")
        expect("simulate in Chinese", run("simulate", str(config), **chinese), True, "工单已办结。")
        expect("rollback in Chinese", run("rollback", "--data", str(desk), **chinese), True, "已回滚到 #1（发布 #3）。")
        expect("rollback again", run("rollback", "--data", str(desk)), False, "is a rollback already (to publication 1)")
        expect("rollback to a number", run("rollback", "--data", str(desk), "--to", "2"), True, "Publication 2 is active again, as number 4.")
        # As a program would find it that has one step more: what only looks leaves the way back to the one before open.
        with closing(sqlite3.connect(desk / "docket.db")) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            last = database.execute("SELECT number, name, checksum FROM migration WHERE number = ?", (version,)).fetchone()
            before = max(number for (number,) in database.execute("SELECT number FROM migration WHERE number < ?", (version,)))
            database.execute("DELETE FROM migration WHERE number = ?", (version,))
            database.execute(f"PRAGMA user_version = {before}")
            database.commit()
            for command in (["status"], ["verify"], ["backup", str(Path(scratch) / "copy")]):
                expect(f"{command[0]} before the upgrade", run(*command, "--data", str(desk)), False, "start the service to upgrade it")
            if database.execute("PRAGMA user_version").fetchone()[0] != before:
                faults.append("a command that only looks has upgraded the database")
            database.execute("INSERT INTO migration(number, name, checksum) VALUES(?, ?, ?)", last)
            database.execute(f"PRAGMA user_version = {version}")
            database.commit()
        expect("status again", run("status", "--data", str(desk)), True, "")
        other = Path(scratch) / "other"
        expect("init without the secret's place", run("init", "--data", str(other), "--config", str(config), "--plugin-dir", plugins), False, "--secrets")
        expect("init with a plugin", run("init", "--data", str(other), "--config", str(config), *places), True, "Set-up secret")
        print("\n".join(faults) or "a closed desk finds plugins and secrets where it is told")
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
