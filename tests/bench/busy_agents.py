#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Agents at work on a running desk, until standard input ends: each looks through lists, opens tickets, and now and then writes
a note, with a pause for thought between two acts. Says at the end what each kind of request took.

    busy_agents.py PORT < TOKENS     one bearer token a line, one agent each; an empty line begins the work
"""
import http.client
import json
import random
import ssl
import sys
import threading
import time
import uuid

VIEWS = ["my_team", "unassigned", "due_soon", "breached", "all"]
stop = threading.Event()
lock = threading.Lock()
took = {}
faults = []


class Agent(threading.Thread):
    def __init__(self, port, token, seed):
        super().__init__(daemon=True)
        self.token, self.dice = token, random.Random(seed)
        self.connection = http.client.HTTPSConnection("localhost", port, context=ssl._create_unverified_context(), timeout=60)

    def ask(self, kind, method, path, body=None):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        begin = time.monotonic()
        self.connection.request(method, "/api/v1" + path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        with lock:
            took.setdefault(kind, []).append((time.monotonic() - begin) * 1000)
            # A view that this agent may not use, a ticket that somebody closed: part of a desk's day.
            if answer.status >= 500 or answer.status == 429:
                faults.append(f"{method} {path}: {answer.status} {text[:200]!r}")
        return json.loads(text) if answer.status < 300 and text else {}

    def act(self):
        rows = self.ask("list", "GET", f"/tickets?view={self.dice.choice(VIEWS)}&limit=60").get("items", [])
        if not rows or self.dice.random() < 0.4:
            return
        ticket = self.dice.choice(rows)["id"]
        for kind, path in (("ticket", ""), ("messages", "/messages?limit=100"), ("steps", "/transitions")):
            self.ask(kind, "GET", f"/tickets/{ticket}{path}")
        if self.dice.random() < 0.25:
            self.ask("note", "POST", f"/tickets/{ticket}/messages", {"kind": "note", "body": "已联系客户，等待回复"})

    def run(self):
        stop.wait(self.dice.uniform(0, 2))
        while not stop.is_set():
            try:
                self.act()
            except OSError as fault:
                if not stop.is_set():
                    faults.append(repr(fault))
                return
            stop.wait(self.dice.uniform(1, 3))


def main():
    tokens = []
    for line in sys.stdin:
        if not line.strip():
            break
        tokens.append(line.strip())
    agents = [Agent(int(sys.argv[1]), token, seed) for seed, token in enumerate(tokens)]
    for agent in agents:
        agent.start()
    sys.stdin.read()
    stop.set()
    for agent in agents:
        agent.join(60)
    percent = lambda values, p: round(sorted(values)[min(len(values) - 1, len(values) * p // 100)], 1)
    print(json.dumps({"agents": len(agents), "faults": faults[:10],
                      "took": {kind: {"count": len(all_), "p50": percent(all_, 50), "p95": percent(all_, 95)} for kind, all_ in took.items()}}))


main()
