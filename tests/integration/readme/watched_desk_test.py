#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A served desk that publishes a directory by itself: a rollback outlives a restart, a change does not; a mapping of a state that does not exist is refused.
Then `docket verify` without the key of its anchors, and with another one.

    watched_desk_test.py DOCKET ROOT
"""
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

patience = 120


class Server:
    """`docket serve --watch`, whose log can be waited for."""

    def __init__(self, docket, desk, config):
        self.process = subprocess.Popen([docket, "serve", "--data", desk, "--port", "0", "--config", config, "--watch"], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.events, self.came = [], threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                with self.came:
                    self.events.append(json.loads(line))
                    self.came.notify_all()

    def wait(self, event):
        with self.came:
            found = self.came.wait_for(lambda: [one for one in self.events if one["event"] == event], patience)
        if not found:
            raise SystemExit(f"no {event} within {patience} s: {self.events}")
        return found[-1]

    def count(self, event):
        with self.came:
            return sum(one["event"] == event for one in self.events)

    def stop(self):
        self.process.terminate()
        self.process.wait(patience)


def main():
    docket, root = sys.argv[1], Path(sys.argv[2])
    faults = []
    with tempfile.TemporaryDirectory() as scratch:
        desk, config = Path(scratch) / "desk", Path(scratch) / "config"
        shutil.copytree(root / "config", config, ignore=shutil.ignore_patterns("samples"))

        def run(*arguments):
            return subprocess.run([docket, *arguments, "--data", str(desk)], text=True, timeout=400, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  check=False)

        def expect(what, ran, ends_well, words):
            if (ran.returncode == 0) != ends_well or words not in ran.stdout:
                faults.append(f"{what}: exit {ran.returncode}, without '{words}':\n{ran.stdout}")

        expect("init", run("init", "--config", str(config)), True, "Set-up secret")
        server = Server(docket, desk, config)
        server.wait("serving")
        desk_yaml = config / "desk.yaml"
        first = desk_yaml.read_text(encoding="utf-8")
        desk_yaml.write_text(first + "\n# changed\n", encoding="utf-8")
        second = server.wait("config_published")["bundle"]
        expect("rollback", run("rollback"), True, "")
        expect("a mapping of no state", run("publish", str(config), "--map", "return/inspectng=checking"), False, "no such state")
        server.stop()

        # The directory still holds what was rolled back.
        server = Server(docket, desk, config)
        if server.wait("config_watched")["published_before"] != second:
            faults.append("the directory is not what was rolled back")
        desk_yaml.write_text(first + "\n# changed again\n", encoding="utf-8")
        third = server.wait("config_published")["bundle"]
        if server.count("config_published") != 1 or third == second:
            faults.append("a start published what had been rolled back")
        desk_yaml.write_text(first + "\n# changed\n", encoding="utf-8")  # back again, by a change: it is meant
        with server.came:
            if not server.came.wait_for(lambda: sum(one["event"] == "config_published" for one in server.events) == 2, patience):
                faults.append("a directory that was changed back was not published")
        server.stop()

        expect("verify", run("verify"), True, "all sound")
        key = desk / "keys" / "anchor.pem"
        key.rename(Path(scratch) / "anchor.pem")
        expect("verify without the key", run("verify"), True, "signatures of the anchors were not checked")
        if key.exists():
            faults.append("verify made a key")
        expect("init makes a key", run("init", "--config", str(config)), True, "")
        expect("verify with another key", run("verify"), False, "are not signed by")
        shutil.copy(Path(scratch) / "anchor.pem", key)
        expect("verify with the key put back", run("verify"), True, "all sound")
    print("\n".join(faults) or "a rollback outlives a restart, and keys are told from forgers as far as they can be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
