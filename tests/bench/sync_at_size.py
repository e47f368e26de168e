#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sync of many customers through a real plugin host, and its rate against the source's own.

The source speaks WeCom's customer interface over pages made beforehand, so that its own rate, which is measured first by
asking for every page without keeping anything, is as high as such a source gets. Then the server pulls all of it; a second
pass must change nothing; then one in a hundred has another phone number, and exactly those must change.
"""
import http.client
import http.server
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from plugin_check import Desk, arguments, definitions, private_kib  # noqa: E402

PAGE = 100
DEFINITIONS = """
plugins:
  erp:
    plugin: wecom
    user: admin
    settings: {{corp_id: ww0123456789abcdef, agent_id: 1000002, secret: {secret}, base_url: "http://127.0.0.1:{port}"}}
    hosts: ["127.0.0.1:{port}"]
    networks: [127.0.0.0/8]
    sync:
      - {{resource: customers, every: 10s, fields: {{phone: mobile}}}}
"""


class Source:
    def __init__(self, customers):
        self.customers = customers
        self.lock = threading.Lock()
        self.render(lambda number: f"1380{number:07d}")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                path = urlsplit(self.path).path
                body = b'{"errcode":0,"follow_user":["a"]}' if path.endswith("get_follow_user_list") else \
                    b'{"errcode":0,"access_token":"t","expires_in":7200,"name":"app"}'
                self.answer(body)

            def do_POST(self):
                given = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with outer.lock:
                    body = outer.pages[int(given.get("cursor") or 0)]
                self.answer(body)

            def answer(self, body):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def render(self, phone_of):
        pages = []
        for first in range(0, self.customers, PAGE):
            contacts = [{"external_contact": {"external_userid": f"wo{number}", "name": f"客户{number}"},
                         "follow_info": {"userid": "a", "remark_mobiles": [phone_of(number)]}}
                        for number in range(first, min(first + PAGE, self.customers))]
            more = str(first // PAGE + 1) if first + PAGE < self.customers else ""
            pages.append(json.dumps({"errcode": 0, "external_contact_list": contacts, "next_cursor": more}, ensure_ascii=False).encode())
        with self.lock:
            self.pages = pages

    def own_rate(self):
        """Customers a second to one client that asks as the plugin does, and keeps nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        began = time.monotonic()
        for page in range(len(self.pages)):
            connection.request("GET", "/cgi-bin/externalcontact/get_follow_user_list?access_token=t")
            connection.getresponse().read()
            connection.request("POST", "/cgi-bin/externalcontact/batch/get_by_user?access_token=t", json.dumps({"cursor": str(page)}))
            connection.getresponse().read()
        return self.customers / (time.monotonic() - began)


def main():
    options = arguments(__doc__)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--patience", type=int, default=1800)
    given = options.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="docket-sync-"))
    source = Source(given.customers)
    own = source.own_rate()
    (scratch / "secret").write_text("s")
    config = definitions(given, scratch / "config", DEFINITIONS.format(secret=scratch / "secret", port=source.port))
    desk = Desk(given.docket, given.plugins, str(config), str(scratch / "data"))
    desk.init()
    desk.start()
    desk.set_up(["system_manage", "customer_read", "ticket_read", "delivery_read"])
    pause = threading.Event()
    passes, faults, began = [], [], []

    def state():
        status, said, _ = desk.call("GET", "/api/v1/plugins")
        if status != 200:
            raise RuntimeError(f"plugins: {status} {said}")
        return (said["items"] and said["items"][0]["sync"] or [{}])[0]

    def next_pass(what, after):
        ends = time.monotonic() + given.patience
        while True:
            now = state()
            if now.get("seen") and not began:
                began.extend((time.monotonic(), now["seen"]))  # the account that it acts as was made a moment ago
            if now.get("state") == "waiting" and now.get("done_at") and now["done_at"] != after:
                passes.append((what, now))
                return now["done_at"]
            if time.monotonic() > ends:
                raise RuntimeError(f"{what}: not within {given.patience} s: {now}")
            pause.wait(0.1)

    done = next_pass("first", None)
    took = time.monotonic() - began[0]
    first = passes[-1][1]
    memory = [private_kib(pid) for pid, what in desk.hosts() if what == "plugin-host"]
    if (first["made"], first["refused"]) != (given.customers, 0):
        faults.append(f"first pass: {first}")
    done = next_pass("again", done)
    if passes[-1][1]["changed"] or passes[-1][1]["made"]:
        faults.append(f"second pass: {passes[-1][1]}")
    # Changed while a pass may be under way: that one takes some and the next the rest.
    source.render(lambda number: f"1380{number:07d}" if number % 100 else f"1390{number:07d}")
    changed = 0
    for what in ("changed", "changed, the rest"):
        done = next_pass(what, done)
        changed += passes[-1][1]["changed"]
    wanted = len(range(0, given.customers, 100))
    if changed != wanted:
        faults.append(f"{changed} changed, of {wanted}")
    desk.process.terminate()
    desk.process.wait(timeout=60)
    for fault in faults:
        print("FAULT", fault)
    shutil.rmtree(scratch)
    print(f"{given.customers} customers in {took:.0f} s: {(given.customers - began[1]) / took:.0f}/s, the source's own rate {own:.0f}/s, "
          f"private memory of the hosts {max(memory) / 1024:.1f} MiB, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
