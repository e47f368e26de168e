#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's first command as a newcomer runs it: `./deploy/quickstart --demo` in a clean clone of what is committed, the
session with curl on the desk that it serves, and the command once more, which starts in seconds and changes nothing.

    quickstart_check.py ROOT [--again-within SECONDS]
"""
import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import session_test


class Quickstart:
    """One run of the command, until it serves. Stopped as by Ctrl-C."""

    def __init__(self, clone, data):
        self.data, self.begun = data, time.monotonic()
        self.log_before = (data / "serve.log").stat().st_size if (data / "serve.log").exists() else 0
        self.process = subprocess.Popen([clone / "deploy/quickstart", "--demo", "--data", data, "--port", "0"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = self._serving()
        self.seconds = time.monotonic() - self.begun

    def _serving(self):
        log, pause = self.data / "serve.log", threading.Event()
        while self.process.poll() is None:
            if log.exists():
                with log.open(encoding="utf-8") as lines:
                    lines.seek(self.log_before)
                    for line in lines:
                        if line.endswith("\n") and '"event":"serving"' in line:
                            return json.loads(line)["port"]
            pause.wait(0.05)
        raise SystemExit(f"quickstart ended with {self.process.returncode}:\n{self.process.stdout.read()}")

    def stop(self):
        """Ends it in good order. Returns what it had said."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=240)
        if self.process.returncode != 0:
            raise SystemExit(f"the server ended with {self.process.returncode}")
        return said


def tickets(data, port):
    """Ids and subjects of all tickets, as the admin of the demo lists them."""
    base, ca = f"https://localhost:{port}/api/v1", data / "tls/ca.pem"
    cookies = data / "check-cookies"
    cookies.unlink(missing_ok=True)  # a session there would make the sign-in one from another page

    def ask(path, *more):
        return json.loads(subprocess.run(["curl", "-sf", "--cacert", ca, "-b", cookies, "-c", cookies, base + path, *more],
                                         check=True, capture_output=True, text=True).stdout)

    password = (data / "demo-password").read_text().strip()
    ask("/sessions", "-H", "Content-Type: application/json", "-d", json.dumps({"login": "admin", "password": password}))
    found, cursor = [], ""
    while True:
        page = ask(f"/tickets?sort=created&limit=100{cursor}")
        found += [(item["id"], item["subject"]) for item in page["items"]]
        if not page.get("next"):
            return sorted(found)
        cursor = f"&cursor={page['next']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--again-within", type=float, default=15, help="seconds that the second run may take to serve")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clone, data = Path(scratch, "docket"), Path(scratch, "desk")
        subprocess.run(["git", "clone", "-q", options.root, clone], check=True)
        first = Quickstart(clone, data)
        faults = session_test.paste(clone, data, first.port)
        before = tickets(data, first.port)
        said = first.stop()
        for line in ("https://localhost:", "demo-password"):
            if line not in said:
                print(f"quickstart does not say {line}:\n{said}")
                faults += 1
        again = Quickstart(clone, data)
        after = tickets(data, again.port)
        again.stop()
        if before != after:
            print(f"the second run changed {len(set(before) ^ set(after))} tickets")
            faults += 1
        if again.seconds > options.again_within:
            print(f"the second run took longer than {options.again_within:g} s")
            faults += 1
        print(f"quickstart: {len(before)} tickets served after {first.seconds:.0f} s, again after {again.seconds:.1f} s; {faults} faults")
        return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
