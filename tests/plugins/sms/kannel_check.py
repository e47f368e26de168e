#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SMS for real: a server with the sms plugin, kannel (bearerbox and smsbox) and its fake SMSC, all on loopback.

Every message reaches the SMSC, in Chinese and in parts; its receipt makes it delivered; a text that comes in becomes a
ticket; smsbox and the server are killed meanwhile and nothing is lost. Ends with the figures.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from plugin_check import Desk, arguments, definitions  # noqa: E402

FAKE_SMSC = "/usr/lib/kannel/test/fakesmsc"
LONG = "尊敬的客户，您的维修申请已受理，工程师将在两个工作日内与您联系，请保持电话畅通。如需改期，请直接回复本短信。感谢您的耐心等待，祝您生活愉快，工作顺利，再见！"

KANNEL = """
group = core
admin-port = {admin}
admin-password = {password}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {box}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
store-type = file
store-location = {scratch}/kannel.store
log-file = {scratch}/bearerbox.log
log-level = 0

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
http-request-retry = 200
http-queue-delay = 1
log-file = {scratch}/smsbox.log
log-level = 0

group = sendsms-user
username = docket
password = {password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "https://localhost:{desk}/api/v1/hooks/sms/incoming?token={token}&from=%p&id=%I&text=%b&charset=%C"
"""
DEFINITIONS = """
plugins:
  sms:
    plugin: sms
    user: admin
    hosts: ["127.0.0.1:{send}"]
    networks: [127.0.0.0/8]
    limits: {{per_second: 10000}}
    settings:
      url: http://127.0.0.1:{send}/cgi-bin/sendsms
      user: docket
      password: {scratch}/password
      sender: "10690001"
      signature: 示例科技
      callback: {{url: "https://localhost:{desk}/api/v1/hooks/sms", secret: {scratch}/token}}
      incoming: {{}}
notifications:
  told_by_sms:
    on: [created]
    when: {{field: channel, operator: is, value: api}}
    text: sms_check
    to: [{{whom: [customer], channels: [sms]}}]
texts:
  sms_check:
    zh: {{subject: "已受理", body: "{{{{id}}}} {long}"}}
    en: {{subject: "Received", body: "{{{{id}}}} {long}"}}
"""
SCOPES = ["ticket_read", "ticket_create", "customer_read", "customer_edit", "delivery_read", "system_manage"]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(condition, seconds, what):
    pause, ends = threading.Event(), time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise RuntimeError(f"{what}: not within {seconds} s")
        pause.wait(0.05)


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def unescaped(word):
    return urllib.parse.unquote_to_bytes(word.replace(b"+", b" "))


class Kannel:
    def __init__(self, scratch, ports):
        self.scratch, self.ports, self.running = scratch, ports, {}

    def start(self, name, command, **more):
        out = open(self.scratch / f"{name}.out", "a")
        self.running[name] = subprocess.Popen(command, stdout=out, stderr=out, **more)

    def start_all(self):
        config = str(self.scratch / "kannel.conf")
        self.start("bearerbox", ["/usr/sbin/bearerbox", config])
        until(lambda: listens(self.ports["box"]), 120, "bearerbox listens")
        # One text comes in, Chinese as UTF-16; then whatever is sent arrives here.
        self.start("fakesmsc", [FAKE_SMSC, "-H", "127.0.0.1", "-r", str(self.ports["smsc"]), "-m", "1",
                                "+8613999990000 10690001 ucs2 " + urllib.parse.quote("打印机坏了".encode("utf-16-be"))], stdin=subprocess.PIPE)
        self.start_smsbox()

    def start_smsbox(self):
        self.start("smsbox", ["/usr/sbin/smsbox", str(self.scratch / "kannel.conf")])
        until(lambda: listens(self.ports["send"]), 120, "smsbox listens")

    def kill_smsbox(self):
        self.running["smsbox"].kill()
        self.running["smsbox"].wait()

    def stop(self):
        for name in ("smsbox", "fakesmsc", "bearerbox"):
            if name in self.running:
                self.running[name].terminate()
                try:
                    self.running[name].wait(timeout=10)
                except subprocess.TimeoutExpired:
                    self.running[name].kill()

    def arrived(self):
        """What the fake SMSC got: number → list of (part, parts, text)."""
        out = {}
        for line in (self.scratch / "fakesmsc.out").read_bytes().split(b"\n"):
            found = re.search(rb"Got message \d+: <10690001 (\S+) (ucs-2|udh \S+ data|udh \S+ ucs-2|text) (.*)>$", line)
            if not found:
                continue
            words = found[2].split()
            header = unescaped(words[1]) if words[0] == b"udh" else b""  # 05 00 03, reference, parts, part
            place = (header[5], header[4]) if header[:3] == b"\5\0\3" else (1, 1)
            text = unescaped(found[3]).decode("utf-16-be", "replace")
            out.setdefault(found[1].decode(), []).append((*place, text))
        return out


def main():
    options = arguments(__doc__)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--kills", type=int, default=10)
    given = options.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="docket-sms-"))
    names = ["admin", "box", "smsc", "send", "desk"]
    ports = dict(zip(names, free_ports(len(names))))
    token = "a-token-of-the-callback-" + os.urandom(8).hex()
    values = {**ports, "scratch": scratch, "password": os.urandom(8).hex(), "token": token, "long": LONG}
    (scratch / "password").write_text(values["password"])
    (scratch / "token").write_text(token)
    (scratch / "kannel.conf").write_text(KANNEL.format(**values))
    config = definitions(given, scratch / "config", DEFINITIONS.format(**values))
    desk = Desk(given.docket, given.plugins, str(config), str(scratch / "data"))
    kannel = Kannel(scratch, ports)
    faults = []
    try:
        desk.init()
        desk.start(ports["desk"])
        desk.set_up(SCOPES)
        kannel.start_all()
        until(lambda: all(one["state"] == "running" for one in desk.call("GET", "/api/v1/plugins")[1]["items"]), 120, "the plugin runs")
        status, tested, _ = desk.call("POST", "/api/v1/plugins/sms/test", {}, {"Idempotency-Key": "test"})
        if status != 200 or not tested.get("healthy"):
            faults.append(f"health: {status} {tested}")

        def patiently(verb, path, wanted, *more):
            """The answer with one of these statuses, once the server is there and has the time for it."""
            pause, ends, status, said = threading.Event(), time.monotonic() + 300, 0, None
            while time.monotonic() < ends:
                try:
                    status, said, _ = desk.call(verb, path, *more)
                except OSError as error:
                    status, said = 503, error
                if status in wanted:
                    return said
                if status not in (429, 503):
                    break
                pause.wait(0.02)
            raise RuntimeError(f"{path}: {status} {said}")

        def post(path, body, key):
            return patiently("POST", path, (200, 201), body, {"Idempotency-Key": key})

        began = time.monotonic()
        wanted = {}
        pace = max(1, given.messages // max(1, given.kills + 1))
        for number in range(given.messages):
            phone = f"1380{number:07d}"
            customer = post("/api/v1/customers", {"name": f"客户{number}", "phone": phone}, f"c{number}")
            ticket = post("/api/v1/tickets", {"type": "consult", "subject": f"check {number}", "body": "x", "customer": customer["id"]}, f"t{number}")
            wanted["+86" + phone] = ticket["id"]
            if given.kills and number % pace == pace - 1 and number // pace < given.kills:
                if number // pace % 2:
                    desk.kill()
                    desk.start(ports["desk"])
                else:
                    kannel.kill_smsbox()
                    kannel.start_smsbox()

        def all_arrived():
            found = kannel.arrived()
            return all(len({part for part, _, _ in found.get(phone, [])}) == 2 for phone in wanted)

        until(all_arrived, 240 + given.messages / 5, "both parts of every message reach the SMSC")

        def ask(path):
            """The answer, once the server has the time for it."""
            return patiently("GET", path, (200,))

        def states():
            found, after = {}, ""
            while True:
                page = ask("/api/v1/deliveries?limit=100" + after)
                for one in page["items"]:
                    if one["destination"] == "sms":
                        found[one["id"]] = one["state"]
                if not page.get("next"):
                    return found
                after = "&cursor=" + page["next"]

        # A text whose answer died with smsbox or the server arrives, and is sent again: it waits for that meanwhile. A receipt
        # that was under way then is gone: its message stays accepted.
        may_miss = given.kills * 20

        def settled():
            now = list(states().values())
            return all(one in ("delivered", "accepted") for one in now) and now.count("delivered") >= given.messages - may_miss

        until(settled, 240 + given.messages / 5, "answers and receipts")
        took = time.monotonic() - began
        final = states()
        if len(final) != given.messages:
            faults.append(f"{len(final)} deliveries of {given.messages}")
        repeats = 0
        for phone, parts in kannel.arrived().items():
            sizes = {total for _, total, _ in parts}
            repeats += max(0, len(parts) // max(sizes) - 1)
            text = "".join(text for _, _, text in sorted(set(parts)))
            if sizes != {2} or not text.startswith("【示例科技】") or not text.endswith(LONG):
                faults.append(f"{phone} got {parts}")
        if given.kills == 0 and repeats:
            faults.append(f"{repeats} repeats without a kill")
        until(lambda: any(one["outcome"] == "ticket" for one in ask("/api/v1/plugins/sms/intake")["items"]), 240, "the text becomes a ticket")
        row = next(one for one in ask("/api/v1/plugins/sms/intake")["items"] if one["outcome"] == "ticket")
        came = ask(f"/api/v1/tickets/{row['ticket']}")
        if came["subject"] != "打印机坏了":
            faults.append(f"the text became: {came['subject']}")

        def story():
            return json.dumps(ask(f"/api/v1/deliveries/{next(iter(final))}"), ensure_ascii=False)

        # A receipt may be written down before the try that it is for.
        until(lambda: "UCS-2" in story() and "2 parts" in story(), 240, "the story tells its parts")
    except RuntimeError as error:
        faults.append(str(error))
        took = 0
    finally:
        if desk.process:
            desk.process.terminate()
            desk.process.wait(timeout=120)
        kannel.stop()
    for fault in faults[:20]:
        print("FAULT", fault)
    if faults:
        print("left in", scratch)
        return 1
    shutil.rmtree(scratch)
    delivered = sum(state == "delivered" for state in final.values())
    print(f"{given.messages} messages in 2 parts each through kannel, {given.kills} kills: {delivered} delivered, "
          f"{given.messages - delivered} accepted whose receipt died with smsbox, {repeats} repeats, 0 lost, {given.messages / took:.0f}/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
