#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A clock that is stepped under a running server: an hour on, a day back, three days on, an hour back.

After each step: the server answers, writes and keeps its tokens; no event of a ticket is earlier than the one before it; each
goal is warned of and missed once; what fell due meanwhile is done soon. At the end `docket verify` finds all sound. The
server's wall clock is stepped by libfaketime, its steady clock is left alone; without the library the check ends with 77.
"""
import argparse
import collections
import datetime
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from plugin_check import Desk  # noqa: E402

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
HOUR = 3600
STEPS = [("an hour on", HOUR), ("a day back", -24 * HOUR), ("three days on", 72 * HOUR), ("an hour back", -HOUR), ("two days on", 48 * HOUR)]
TICKET = {"type": "consult", "subject": "能开发票吗", "body": "上周买的。"}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--docket", required=True)
    options.add_argument("--config", required=True)
    given = options.parse_args()
    if not LIBRARY.exists():
        print("not run: libfaketime is not installed")
        return 77
    scratch = Path(tempfile.mkdtemp(prefix="docket-clock-"))
    offset = 0
    clock = scratch / "offset"

    def step(by):
        nonlocal offset
        offset += by
        fresh = clock.with_suffix(".new")
        fresh.write_text(f"{offset:+d}s\n")
        fresh.rename(clock)

    step(0)
    desk = Desk(given.docket, str(scratch / "none"), given.config, str(scratch / "data"))
    desk.init()
    os.environ.update(LD_PRELOAD=str(LIBRARY), FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
    desk.start()
    for name in ("LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC"):
        del os.environ[name]
    desk.set_up(["ticket_create", "ticket_read", "ticket_reply", "ticket_note", "event_read"])
    faults = []

    def must(what, answer, status):
        if answer[0] != status:
            faults.append(f"{what}: {answer[0]} {answer[1]}")
        return answer[1] or {}

    def events(ticket):
        out, after = [], ""
        while True:
            page = must("history", desk.call("GET", f"/api/v1/tickets/{ticket}/events{after}"), 200)
            out += page.get("items", [])
            if not page.get("next"):
                return out
            after = "?cursor=" + page["next"]

    def told(ticket):
        return collections.Counter((one["event"]["kind"], str(one["event"].get("clock")), str(one["event"].get("run")), str(one["event"].get("warning")))
                                   for one in events(ticket) if one["event"]["kind"] in ("clock_warned", "clock_breached"))

    tickets = [must("a ticket", desk.call("POST", "/api/v1/tickets", TICKET), 201).get("id")]
    missed = 0
    for name, by in STEPS:
        step(by)
        tickets.append(must(f"a ticket after {name}", desk.call("POST", "/api/v1/tickets", TICKET), 201).get("id"))
        must(f"a note after {name}", desk.call("POST", f"/api/v1/tickets/{tickets[0]}/messages", {"kind": "note", "body": name}), 201)
        must(f"a list after {name}", desk.call("GET", "/api/v1/tickets"), 200)
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
        seen = datetime.datetime.fromisoformat(must("a ticket", desk.call("GET", f"/api/v1/tickets/{tickets[-1]}"), 200)["created_at"].replace("Z", "+00:00"))
        if abs(seen - now) > datetime.timedelta(minutes=10):
            faults.append(f"after {name} the server thinks that it is {seen}, not {now}")
        if by > 24 * HOUR:
            # What fell due meanwhile is done soon.
            pause, ends = threading.Event(), time.monotonic() + 300
            while not any(kind == "clock_breached" for kind, *_ in told(tickets[0])) and time.monotonic() < ends:
                pause.wait(0.02)
            missed = sum(1 for kind, *_ in told(tickets[0]) if kind == "clock_breached")
            if missed == 0:
                faults.append(f"after {name} no goal was missed, though they last hours")
    count = 0
    for ticket in tickets:
        history = events(ticket)
        count += len(history)
        times = [one["at"] for one in history]
        if times != sorted(times):
            faults.append(f"ticket {ticket}: its events go back in time")
        twice = [what for what, n in told(ticket).items() if n > 1]
        if twice:
            faults.append(f"ticket {ticket}: told more than once: {twice}")
    sound = subprocess.run([given.docket, "verify", "--data", desk.data], capture_output=True, text=True)
    if sound.returncode != 0:
        faults.append(f"verify: {sound.stdout[-2000:]}{sound.stderr[-500:]}")
    desk.process.send_signal(signal.SIGTERM)
    if desk.process.wait(120) != 0:
        faults.append(f"the server ended with {desk.process.returncode}")
    for fault in faults:
        print("fault:", fault)
    print(f"{len(STEPS)} steps of the clock, {len(tickets)} tickets with {count} events, {missed} goals missed on the first: {len(faults)} faults")
    if not faults:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
