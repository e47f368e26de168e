#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deliveries under kills: a real server, real plugin hosts, a receiver that accepts and cuts, errs or hangs.

Every delivery must arrive; repeats carry the same key and body; per ticket the first arrivals are in order; a dead
destination, and one that hangs always, delay nobody. Ends with the figures; the exit status says whether it holds.
"""
import argparse
import atexit
import http.client
import http.server
import json
import os
import random
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


class Receiver:
    """Notes every request; misbehaves by its own dice."""

    def __init__(self, faults, seed):
        self.lock = threading.Condition()
        self.first = {}     # key -> (order of arrival, ticket, sequence, body)
        self.finished = set()
        self.repeats = 0
        self.other_bodies = []
        self.hung = 0
        self.faults = faults
        dice = random.Random(seed)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                key = self.headers["webhook-id"]
                said = json.loads(body)
                with outer.lock:
                    turn = dice.random()
                    if key in outer.first:
                        outer.repeats += 1
                        # The attempt and the ticket's state may be newer; what happened may not change.
                        if outer.first[key][3] != said["data"].get("event"):
                            outer.other_bodies.append(key)
                    else:
                        outer.first[key] = (len(outer.first), said["data"]["ticket"]["id"],
                                            said["data"]["event"]["sequence"], said["data"].get("event"))
                    outer.lock.notify_all()
                for fault, share in outer.faults.items():
                    if turn < share:
                        return self.misbehave(fault)
                    turn -= share
                with outer.lock:
                    outer.finished.add(key)
                    outer.lock.notify_all()
                self.answer(204)

            def misbehave(self, fault):
                if fault == "error":
                    return self.answer(500)
                self.close_connection = True
                if fault == "hang":
                    with outer.lock:
                        outer.hung += 1
                    select.select([self.connection], [], [], 60)  # until the other side gives up

            def answer(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, condition, seconds):
        with self.lock:
            return self.lock.wait_for(condition, timeout=seconds)


class Silence:
    """Takes connections and never says a word."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            self.taken.append(self.socket.accept()[0])


class Desk:
    def __init__(self, docket, plugins, config, data, *more_plugins):
        self.docket, self.plugins, self.config, self.data = docket, (plugins, *more_plugins), config, data
        self.process = None
        self.token = None
        self.port = 0
        atexit.register(self.end)

    def init(self):
        out = subprocess.run([self.docket, "init", "--data", self.data, "--config", self.config],
                             capture_output=True, text=True, check=True).stdout
        self.secret = out.split("first admin): ")[1].split()[0]

    def start(self, port=0):
        port_file = Path(self.data).parent / "port"
        port_file.unlink(missing_ok=True)
        log = open(str(self.data) + ".log", "a")
        self.process = subprocess.Popen([self.docket, "serve", "--data", self.data, "--port", str(port), "--port-file", port_file,
                                         *(part for each in self.plugins for part in ("--plugin-dir", each))], stdout=log, stderr=log)
        ends = time.monotonic() + 60
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the server did not start; see {log.name}")
            os.sched_yield()
        self.port = int(port_file.read_text().split()[0])
        context = ssl.create_default_context(cafile=str(Path(self.data) / "tls" / "ca.pem"))
        self.connect = lambda: http.client.HTTPSConnection("localhost", self.port, context=context, timeout=30)

    def call(self, method, path, body=None, headers=None):
        connection = self.connect()
        try:
            given = {"Content-Type": "application/json", **(headers or {})}
            if self.token and "Cookie" not in given:
                given["Authorization"] = "Bearer " + self.token
            connection.request(method, path, json.dumps(body) if body is not None else None, given)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers
        finally:
            connection.close()

    def set_up(self, scopes):
        status, said, headers = self.call("POST", "/api/v1/setup", {"secret": self.secret, "login": "admin", "name": "Admin",
                                                                    "password": "correct horse battery staple"})
        if status != 201:
            raise RuntimeError(f"set-up: {status} {said}")
        self.cookie = headers["set-cookie"].split(";")[0]
        self.token = self.new_token("check", scopes)

    def new_token(self, name, scopes):
        """The server limits what one token may ask a second, so a load of many needs many."""
        status, said, _ = self.call("POST", "/api/v1/tokens", {"name": name, "scopes": scopes},
                                    {"Cookie": self.cookie, "Origin": f"https://localhost:{self.port}"})
        if status != 201:
            raise RuntimeError(f"token: {status} {said}")
        return said["secret"]

    def hosts(self):
        """Process ids of the plugin hosts and the egress of this server."""
        out = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                status = Path("/proc", entry, "status").read_text()
                command = Path("/proc", entry, "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"PPid:\t{self.process.pid}\n" in status and len(command) > 1 and command[1] in (b"plugin-host", b"egress"):
                out.append((int(entry), command[1].decode()))
        return out

    def end(self):
        """What is left running when the program gives up."""
        if self.process and self.process.poll() is None:
            self.kill()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def private_kib(pid):
    total = 0
    for line in Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1])
    return total


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
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--docket", required=True)
    options.add_argument("--plugins", required=True)
    options.add_argument("--config", required=True)
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
    config = scratch / "config"
    shutil.copytree(given.config, config)
    secret = scratch / "secret"
    secret.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    (config / "plugins.yaml").write_text(PLUGINS.format(port=receiver.port, dead=1, silent=silence.port, secret=secret))
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
            receiver.wait(lambda: len(receiver.finished) > before, 10)
            delays.append(time.monotonic() - started)
        delays.sort()
        p99 = delays[len(delays) * 99 // 100]
        print(f"from request to arrival, idle: median {delays[len(delays) // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, most {delays[-1] * 1000:.0f} ms")
        if p99 > given.most_delay:
            faults.append(f"p99 of an idle delivery is {p99 * 1000:.0f} ms")
        if not silence.taken:
            faults.append("nobody called the silent destination: the check checks nothing")
    desk.process.terminate()
    desk.process.wait(timeout=60)
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
