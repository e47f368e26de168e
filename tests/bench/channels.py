#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deliveries a second of each channel through its real plugin host, against its emulator, one channel after the other.

Each run has a server of its own: first without the plugin, so that what tells one customer waits; then with it. The rate is
that between a tenth and nine tenths of all. Vendors' limits are lifted, since they are the vendor's rate and not ours.
"""
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from plugin_check import SECRET, Desk, Receiver, arguments, cpu_seconds, definitions, private_kib  # noqa: E402

COMMON = """
notifications:
  told:
    on: [created]
    text: rate_check
    to: [{whom: [customer], channels: [it]}]
texts:
  rate_check:
    zh: {subject: "已受理 {{id}}", body: "您的请求 {{id}} 已受理，工程师将与您联系。"}
    en: {subject: "Received {{id}}", body: "Your request {{id}} is being worked on."}
plugins:
  it:
    networks: [127.0.0.0/8]
    limits: {per_second: 100000}
    user: admin
"""


def program(build, name):
    """A program that prints what it expects and serves until it is ended; gives it and its first lines."""
    process = subprocess.Popen([build / "bin" / name], stdout=subprocess.PIPE, text=True)
    lines = []
    while not any(key in line for line in lines for key in ("members:", "password, key:")):
        lines.append(process.stdout.readline())
    threading.Thread(target=lambda: all(process.stdout), daemon=True).start()
    return process, "".join(lines)


def port_in(text):
    return re.search(r"127\.0\.0\.1:(\d+)", text)[1]


def secret(scratch, name, value):
    (scratch / name).write_text(value)
    return scratch / name


def webhooks(scratch, build):
    receiver = Receiver({}, 1)
    # A message is no event: what the receiver is told about has no "event", so it only answers.
    receiver.server.RequestHandlerClass.do_POST = lambda self: (self.rfile.read(int(self.headers["content-length"])), self.answer(204))
    where = f"http://127.0.0.1:{receiver.port}/in"
    return "webhooks", f'url: "{where}", secret: "{secret(scratch, "hook", SECRET)}"', receiver.port, []


def sms(scratch, build):
    process, said = program(build, "docket-sms-emulator")
    port = port_in(said)
    return "sms", (f'url: "http://127.0.0.1:{port}/cgi-bin/sendsms", user: docket, '
                   f'password: "{secret(scratch, "sms", "gateway-password")}"'), port, [process]


def wecom(scratch, build):
    process, said = program(build, "docket-wecom-emulator")
    port = port_in(said)
    value = {key: re.search(key + r": (\S+)", said)[1] for key in ("corp_id", "agent_id", "secret")}
    return "wecom", (f'corp_id: {value["corp_id"]}, agent_id: {value["agent_id"]}, secret: "{secret(scratch, "wecom", value["secret"])}", '
                     f'base_url: "http://127.0.0.1:{port}"'), port, [process]


def dingtalk(scratch, build):
    process, said = program(build, "docket-dingtalk-emulator")
    port = port_in(said)
    value = {key: re.search(key + r": (\S+)", said)[1] for key in ("app_key", "app_secret", "agent_id")}
    return "dingtalk", (f'app_key: {value["app_key"]}, agent_id: {value["agent_id"]}, app_secret: "{secret(scratch, "dingtalk", value["app_secret"])}", '
                        f'base_url: "http://127.0.0.1:{port}", old_base_url: "http://127.0.0.1:{port}"'), port, [process]


def mail(scratch, build):
    (scratch / "smtp").mkdir()
    process = subprocess.Popen(["/usr/bin/python3", ROOT / "tests/plugins/mail/mail_servers.py", scratch / "smtp"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    port = re.search(r"\d+", process.stdout.readline())[0]
    keys = secret(scratch, "keys", "0123456789abcdef0123456789abcdef")
    return "mail", (f'from: {{address: support@example.com}}, keys: "{keys}", mailboxes: [], '
                    f'smtp: {{host: 127.0.0.1, port: {port}, security: none}}'), port, [process]


CHANNELS = {"webhooks": webhooks, "sms": sms, "wecom": wecom, "dingtalk": dingtalk, "mail": mail}


def measure(name, given, build):
    scratch = Path(tempfile.mkdtemp(prefix="docket-channel-"))
    plugin, settings, port, processes = CHANNELS[name](scratch, build)
    config = definitions(given, scratch / "config",
                         COMMON + f'    plugin: {plugin}\n    hosts: ["127.0.0.1:{port}"]\n    settings: {{{settings}}}\n')
    (scratch / "none").mkdir()
    desk = Desk(given.docket, str(scratch / "none"), str(config), str(scratch / "data"))
    try:
        desk.init()
        desk.start()
        desk.set_up(["ticket_read", "ticket_create", "customer_read", "customer_edit", "system_manage", "delivery_read"])

        stop = threading.Event()

        def call(method, path, body, key):
            while True:
                status, said, _ = desk.call(method, path, body, {"Idempotency-Key": key})
                if status in (200, 201, 204):
                    return said
                if status not in (429, 503):
                    raise RuntimeError(f"{path}: {status} {said}")
                stop.wait(0.5)

        # Gateways keep limits of one number, so texts go to many; an address at a vendor is one person's.
        many = 50 if name == "sms" else 1
        customers = [call("POST", "/api/v1/customers", {"name": "林", "phone": f"138000011{number:02}", "email": "lin@example.com"}, f"c{number}")["id"]
                     for number in range(many)]
        for kind in ("wecom", "dingtalk"):
            call("PUT", f"/api/v1/customers/{customers[0]}/addresses", {"kind": kind, "value": "wangfang"}, kind)
        wanted, marks = given.messages, []

        def write(part):
            for number in range(part, wanted, 4):
                call("POST", "/api/v1/tickets", {"type": "consult", "subject": f"check {number}", "body": "x", "customer": customers[number % many]}, f"t{number}")

        writers = [threading.Thread(target=write, args=(part,)) for part in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        desk.kill()
        desk.plugins = (given.plugins,)
        desk.start()
        ends = time.monotonic() + given.patience
        while time.monotonic() < ends:
            items = desk.call("GET", "/api/v1/plugins")[1]["items"]
            one = items[0] if items else {"sent": 0, "lane": "", "last_error": "the plugin did not start"}
            marks.append((time.monotonic(), one["sent"], sum(cpu_seconds(pid) for pid in [desk.process.pid, *(pid for pid, _ in desk.hosts())])))
            if one["sent"] >= wanted or one["lane"] == "halted":
                break
            stop.wait(0.05)
        memory = max((private_kib(pid) for pid, what in desk.hosts() if what == "plugin-host"), default=0) / 1024
        inside = [mark for mark in marks if wanted * 0.1 <= mark[1] <= wanted * 0.9]
        if marks[-1][1] < wanted or len(inside) < 2:
            print(f"FAULT {name}: {marks[-1][1]} of {wanted} sent; {one['last_error']}")
            return False
        rate = (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])
        cost = (inside[-1][2] - inside[0][2]) / (inside[-1][1] - inside[0][1])
        print(f"{name}: {rate:.0f} deliveries/s, {cost * 1000:.1f} ms of CPU each in server, host and egress, private memory of its host {memory:.1f} MiB")
        return True
    finally:
        desk.end()
        for process in processes:
            process.terminate()
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    options = arguments(__doc__)
    options.add_argument("--build", required=True, help="where bin/docket-*-emulator stand")
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--patience", type=int, default=300)
    options.add_argument("channels", nargs="*", default=list(CHANNELS))
    given = options.parse_args()
    good = [measure(name, given, Path(given.build)) for name in given.channels or CHANNELS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
