#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/admin/guide.md and guide.en.md, one after the other in one shell, as pasted but for the port
and the two directories.

    guide_test.py DOCKET ROOT
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# What must have been said, in this order.
said = ["Set-up secret", "User wang was made", "User lin was made", "ok: ", "`inspecting`: limit: 8h → 4h", "Published as number 2",
        "Publication 1 is active again, as number 3", "Active: publication 3", "Backed up", "Restored the desk", "all sound"]

# Goes on when the desk answers, for at most 200 s; a command on a desk that only just starts would take the data itself.
wait = r"""
for _ in $(seq 2000); do grep -q '"event":"serving"' "$desk.log" && break; read -rt 0.1 <> <(:) || :; done
grep -q '"event":"serving"' "$desk.log"
"""


def run(guide, docket, root, scratch):
    blocks = re.findall(r"```sh\n(.*?)```", guide.read_text(encoding="utf-8"), re.S)
    script = "trap '[ -z \"${server:-}\" ] || { kill $server; wait $server || :; }' EXIT\n" + "".join(blocks)
    replaced = [(r"^desk=\S+ config=\S+$", f"desk={scratch}/desk config={scratch}/config"),
                (r"^docket serve (.*) --port 8443 &$", lambda m: f'docket serve {m[1]} --port 0 2>"$desk.log" & server=$!\n{wait}')]
    for pattern, with_ in replaced:
        script, count = re.subn(pattern, with_, script, flags=re.M)
        if count != 1:
            return f"/{pattern}/ is in it {count} times, not once"
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=root, text=True, timeout=400, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, env={"PATH": f"{Path(docket).parent}:/usr/bin:/bin", "HOME": scratch, "LANG": "C.UTF-8"})
    at = 0
    for words in said:
        at = ran.stdout.find(words, at)
        if at < 0:
            return f"exit {ran.returncode}, '{words}' is not said in its turn:\n{ran.stdout}"
    return f"exit {ran.returncode}:\n{ran.stdout}" if ran.returncode else None


def main():
    docket, root = sys.argv[1], Path(sys.argv[2])
    faults = 0
    for name in ("guide.md", "guide.en.md"):
        with tempfile.TemporaryDirectory() as scratch:
            if fault := run(root / "docs/admin" / name, docket, root, scratch):
                print(f"{name}: {fault}")
                faults += 1
    print(f"{faults} faults in the commands of the admin's guide")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
