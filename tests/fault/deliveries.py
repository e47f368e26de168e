#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deliveries under kills: a real server, real plugin hosts, a receiver that accepts and cuts, errs or hangs.

Every delivery must arrive; repeats carry the same key and body; per ticket the first arrivals are in order; a dead
destination, and one that hangs always, delay nobody. Ends with the figures; the exit status says whether it holds.
"""
import http.client
import json
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from plugin_check import SECRET, Desk, Receiver, Silence, arguments, definitions, private_kib  # noqa: E402


PLUGINS = """
plugins:
  hooks:
    plugin: webhooks
    settings: {{url: "http://127.0.0.1:{port}/in", secret: "{secret}", timeout_s: 2}}
    hosts: ["127.0.0.1:{port}"]
    networks: [127.0.0.0/8]
    events: [message_added]
  dead:
    plugin: webhooks
    settings: {{url: "http://127.0.0.1:{dead}/in", secret: "{secret}"}}
    hosts: ["127.0.0.1:{dead}"]
    networks: [127.0.0.0/8]
    events: [message_added]
  silent:
    plugin: webhooks
    settings: {{url: "http://127.0.0.1:{silent}/in", secret: "{secret}", timeout_s: 25}}
    hosts: ["127.0.0.1:{silent}"]
    networks: [127.0.0.0/8]
    events: [message_added]
"""
SCOPES = ["ticket_read", "ticket_create", "ticket_reply", "ticket_note", "delivery_read", "delivery_manage", "system_manage"]


def main():
    options = arguments(__doc__)
    options.add_argument("--deliveries", type=int, default=10_000)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--idle", type=int, default=200, help="deliveries one by one at the end, for their delay")
    options.add_argument("--most-delay", type=float, default=0.2, help="p99 of theirs in seconds")
    options.add_argument("--patience", type=int, default=900, help="seconds for the rest to arrive after the last kill")
    given = options.parse_args()
    print("seed", given.seed)
    scratch = Path(tempfile.mkdtemp(prefix="docket-deliveries-"))
    receiver = Receiver({"cut": 0.1, "error": 0.1, "hang": 0.005} if given.kills else {}, given.seed)
    silence = Silence()
    secret = scratch / "secret"
    secret.write_text(SECRET + "\n")
    config = definitions(given, scratch / "config", PLUGINS.format(port=receiver.port, dead=1, silent=silence.port, secret=secret))
    desk = Desk(given.docket, given.plugins, str(config), str(scratch / "data"))
    desk.init()
    desk.start()
    desk.set_up(SCOPES)

    messages = 5
    tickets = max(1, given.deliveries // messages)
    wanted = tickets * messages
    dice = random.Random(given.seed)
    made, failures, stop = [], [], threading.Event()
    kind = desk.call("GET", "/api/v1/ticket-types")[1]
    kind = kind["items"][0]["name"] if isinstance(kind, dict) and kind.get("items") else "question"

    def post(path, body, key):
        # The same key until it is answered: an unknown outcome is asked again.
        while True:
            try:
                status, said, _ = desk.call("POST", path, body, {"Idempotency-Key": key})
            except (OSError, http.client.HTTPException, ssl.SSLError):
                stop.wait(0.05)
                continue
            if status in (200, 201):
                return said
            if status in (429, 503):
                stop.wait(0.2)
                continue
            failures.append((path, status, said))
            raise RuntimeError(f"{path}: {status} {said}")

    def write(part, of):
        for number in range(part, tickets, of):
            ticket = post("/api/v1/tickets", {"type": kind, "subject": f"check {number}", "body": "message 0"}, f"t{number}")
            made.append(ticket["id"])
            for i in range(1, messages):
                post(f"/api/v1/tickets/{ticket['id']}/messages", {"kind": "reply", "body": f"message {i}"}, f"m{number}-{i}")

    began = time.monotonic()
    writers = [threading.Thread(target=write, args=(part, 4)) for part in range(4)]
    for writer in writers:
        writer.start()
    kills = {"server": 0, "plugin-host": 0, "egress": 0}
    pace = max(1, wanted // max(1, given.kills))
    for kill in range(given.kills):
        # Spread over the whole run: the next kill waits for some more arrivals.
        goal = min((kill + 1) * pace, wanted - 1)
        receiver.wait(lambda: len(receiver.finished) >= goal, 5)
        if kill % 3 == 0:
            desk.kill()
            desk.start()
            kills["server"] += 1
            continue
        children = desk.hosts()
        if children:
            pid, what = dice.choice(children)
            try:
                os.kill(pid, signal.SIGKILL)
                kills[what] += 1
            except ProcessLookupError:
                pass
    for writer in writers:
        writer.join()
    complete = receiver.wait(lambda: len(receiver.finished) >= wanted, given.patience)
    took = time.monotonic() - began

    faults = list(map(str, failures))
    if not complete:
        faults.append(f"{wanted - len(receiver.finished)} of {wanted} deliveries are missing")
    if receiver.other_bodies:
        faults.append(f"{len(receiver.other_bodies)} repeats told something else")
    by_ticket = {}
    for order, ticket, sequence, _ in sorted(receiver.first.values()):
        by_ticket.setdefault(ticket, []).append(sequence)
    disordered = [ticket for ticket, sequences in by_ticket.items() if sequences != sorted(sequences)]
    if disordered:
        faults.append(f"{len(disordered)} tickets out of order")
    if len(receiver.first) > wanted:
        faults.append(f"{len(receiver.first) - wanted} deliveries that nobody asked for")
    states = {item["name"]: item for item in desk.call("GET", "/api/v1/plugins")[1]["items"]}
    memory = {pid: private_kib(pid) for pid, what in desk.hosts() if what == "plugin-host"}
    print(json.dumps({"plugins": states, "private_kib_of_hosts": list(memory.values())}, ensure_ascii=False))

    if complete:
        # From commit to handed over, with nothing else to do, while the dead and the silent destination have all of theirs.
        receiver.faults = {}
        delays = []
        for i in range(given.idle):
            before = len(receiver.finished)
            started = time.monotonic()
            post(f"/api/v1/tickets/{made[0]}/messages", {"kind": "reply", "body": f"late {i}"}, f"late{i}")
            receiver.wait(lambda: len(receiver.finished) > before, 2 * given.most_delay + 10)
            delays.append(time.monotonic() - started)
        delays.sort()
        p99 = delays[len(delays) * 99 // 100]
        print(f"from request to arrival, idle: median {delays[len(delays) // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, most {delays[-1] * 1000:.0f} ms")
        if p99 > given.most_delay:
            faults.append(f"p99 of an idle delivery is {p99 * 1000:.0f} ms")
        if not silence.taken:
            faults.append("nobody called the silent destination: the check checks nothing")
    desk.process.terminate()
    desk.process.wait(timeout=120)
    verified = subprocess.run([given.docket, "verify", "--data", desk.data], capture_output=True, text=True)
    if verified.returncode != 0:
        faults.append("docket verify: " + (verified.stdout + verified.stderr)[-500:])
    for fault in faults:
        print("FAULT", fault)
    if not faults:
        shutil.rmtree(scratch)
    else:
        print("left in", scratch)
    print(f"{wanted} deliveries, kills {kills}, {receiver.hung} hung, {receiver.repeats} repeats, {len(faults)} faults, "
          f"{wanted / took:.0f} deliveries/s over {took:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
