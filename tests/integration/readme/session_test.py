#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the curl session of README.md and README.zh.md against a real demo desk, as pasted but for port and directory.

    session_test.py DOCKET ROOT
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def sessions(readme):
    """Blocks of shell that talk to the API."""
    return [block for block in re.findall(r"```sh\n(.*?)```", readme.read_text(encoding="utf-8"), re.S) if "$api" in block]


def paste(root, desk, port):
    """Runs the sessions of both languages on a served demo desk as people would paste them; says what went wrong. Returns the number of faults."""
    faults = 0
    for readme in (root / "README.md", root / "README.zh.md"):
        blocks = sessions(readme)
        if len(blocks) != 1:
            print(f"{readme.name}: one session with curl is expected, {len(blocks)} found")
            faults += 1
        for block in blocks:
            pasted = re.sub(r"^desk=.*$", f"desk={desk}", block, flags=re.M).replace("localhost:8443", f"localhost:{port}")
            pasted = re.sub(r"^\[ -d .*$", "", pasted, flags=re.M)
            ran = subprocess.run(["bash", "-euo", "pipefail", "-c", pasted], capture_output=True, text=True, timeout=240)
            # A ticket came back, its clocks, and what may be done next.
            missing = [word for word in ('"number":"T', '"clock":', '"require":') if word not in ran.stdout]
            if ran.returncode != 0 or missing or '"status":4' in ran.stdout:
                print(f"{readme.name}: exit {ran.returncode}, missing {missing}\n{ran.stdout}\n{ran.stderr}")
                faults += 1
    return faults


def main():
    docket, root = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        desk = Path(scratch, "desk")
        subprocess.run([docket, "init", "--data", desk, "--config", root / "config"], check=True, capture_output=True)
        subprocess.run([docket, "demo", "--data", desk, "--texts", root / "config/demo", "--tickets", "20"], check=True, capture_output=True)
        server = subprocess.Popen([docket, "serve", "--data", desk, "--port", "0"], stderr=subprocess.PIPE, text=True)
        try:
            port = next(fact["port"] for fact in map(json.loads, server.stderr) if fact.get("event") == "serving")
            faults = paste(root, desk, port)
            print(f"{faults} faults in the sessions of the README")
            return 1 if faults else 0
        finally:
            server.terminate()
            server.communicate()


if __name__ == "__main__":
    sys.exit(main())
