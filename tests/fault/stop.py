#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that is told to stop while a plugin waits for others: a service manager kills what takes too long.

Once a connection is never made, once it is made and nothing is answered on it. The server must be gone in time, and the
desk must be sound.
"""
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from plugin_check import Desk, Silence, arguments, definitions  # noqa: E402

DEFINITIONS = """
plugins:
  erp:
    plugin: wecom
    user: admin
    settings: {{corp_id: ww0123456789abcdef, agent_id: 1000002, secret: {secret}, base_url: "http://{place}"}}
    hosts: ["{place}"]
    networks: [127.0.0.0/8]
    sync:
      - {{resource: customers, every: 10s, fields: {{phone: mobile}}}}
"""


def stop_while_waiting(given, what, place, silence, options):
    """Seconds that the stop took, and what was wrong with it."""
    scratch = Path(tempfile.mkdtemp(prefix="docket-stop-"))
    (scratch / "secret").write_text("s")
    config = definitions(given, scratch / "config", DEFINITIONS.format(secret=scratch / "secret", place=place))
    desk = Desk(given.docket, given.plugins, str(config), str(scratch / "data"))
    desk.options = options
    desk.init()
    desk.start()
    if not silence.wait(given.patience):
        raise RuntimeError(f"{what}: the plugin called nobody: the check checks nothing; see {desk.log_file}")
    began = time.monotonic()
    desk.process.terminate()
    try:
        status = desk.process.wait(timeout=given.within)
    except subprocess.TimeoutExpired:
        return given.within, f"{what}: the server is still there after {given.within} s"
    took = time.monotonic() - began
    verified = subprocess.run([given.docket, "verify", "--data", desk.data], capture_output=True, text=True)
    shutil.rmtree(scratch)
    if status != 0 or verified.returncode != 0:
        return took, f"{what}: status {status}; docket verify: {(verified.stdout + verified.stderr)[-500:]}"
    return took, None


def main():
    options = arguments(__doc__)
    options.add_argument("--within", type=float, default=30, help="seconds; what the unit gives it")
    options.add_argument("--patience", type=float, default=120, help="seconds for the plugin to begin")
    given = options.parse_args()
    proxy, source = Silence(), Silence()
    took = [stop_while_waiting(given, "no connection", "crm.example:80", proxy, ["--proxy", f"127.0.0.1:{proxy.port}"]),
            stop_while_waiting(given, "no answer", f"127.0.0.1:{source.port}", source, [])]
    for _, fault in took:
        if fault:
            print("FAULT", fault)
    print(f"stopped after {took[0][0]:.1f} s while a connection was not made, after {took[1][0]:.1f} s while nothing was answered")
    return 1 if any(fault for _, fault in took) else 0


if __name__ == "__main__":
    sys.exit(main())
