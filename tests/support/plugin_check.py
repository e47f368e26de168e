# SPDX-License-Identifier: Apache-2.0
"""What the checks of plugins share: a real server with its plugins, a receiver of what leaves it, and their arguments."""
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
import threading
import time
from pathlib import Path

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def arguments(about):
    """The options that every check has."""
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--docket", required=True)
    options.add_argument("--plugins", required=True, help="directory with built plugins")
    options.add_argument("--config", required=True, help="directory with the definitions to begin from")
    return options


def definitions(given, into, text):
    """The definitions that the check begins from, and its own."""
    shutil.copytree(given.config, into, ignore=shutil.ignore_patterns("samples"))
    (into / "check.yaml").write_text(text)
    return into


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
        self.lock = threading.Condition()
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            connection = self.socket.accept()[0]
            with self.lock:
                self.taken.append(connection)
                self.lock.notify_all()

    def wait(self, seconds):
        """Until somebody has come."""
        with self.lock:
            return self.lock.wait_for(lambda: self.taken, timeout=seconds)


class Desk:
    def __init__(self, docket, plugins, config, data, *more_plugins):
        self.docket, self.plugins, self.config, self.data = docket, (plugins, *more_plugins), config, data
        self.options = ()  # further ones of `docket serve`
        self.process = None
        self.token = None
        self.port = 0
        self.log_file = str(data) + ".log"
        self.secrets = Path(data).parent
        atexit.register(self.end)

    def init(self):
        out = subprocess.run([self.docket, "init", "--data", self.data, "--config", self.config],
                             capture_output=True, text=True, check=True).stdout
        self.secret = out.split("first admin): ")[1].split()[0]

    def start(self, port=0):
        port_file = Path(self.log_file).parent / "port"
        port_file.unlink(missing_ok=True)
        log = open(self.log_file, "a")
        self.process = subprocess.Popen([self.docket, "serve", "--data", self.data, "--port", str(port), "--port-file", port_file, "--secrets", self.secrets,
                                         *self.options, *(part for each in self.plugins for part in ("--plugin-dir", each))], stdout=log, stderr=log)
        pause, ends = threading.Event(), time.monotonic() + 300
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the server did not start; see {log.name}")
            pause.wait(0.02)
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
    """Memory of its own; 0 for a process that is gone."""
    total = 0
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1])
    return total


def cpu_seconds(pid):
    """What a process has used of the processor so far; 0 for one that is gone."""
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
