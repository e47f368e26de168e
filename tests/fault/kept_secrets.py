#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets in every place that takes one, then a search for them in all that the desk keeps, says and copies.

Passwords (given, changed, wrong, malformed, in unknown members and in the address), sessions, tokens, links of customers and
guests, the set-up secret, handles of uploads, secrets of plugins and of those who call them: in the clear, in base64 and in
hex. Looked through are the log, the data directory without keys/ and tls/, a backup, and what the API answers later.
"""
import argparse
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from plugin_check import Desk  # noqa: E402

PLUGINS = """
plugins:
  hooks:
    plugin: webhooks
    user: admin
    settings: {{url: "http://127.0.0.1:1/in", secret: "{out}", incoming: [{{name: shop, signature: header, secret: "{header}"}}]}}
    hosts: ["127.0.0.1:1"]
    networks: [127.0.0.0/8]
    events: [message_added]
"""
REQUEST = {"type": "consult", "subject": "能开发票吗", "customer": {"name": "王女士", "phone": "13800000000"}}
LATER = ["/users", "/tokens", "/sessions", "/audit", "/definitions", "/definitions/publications/1/files", "/plugins", "/plugins/hooks/log",
         "/deliveries", "/system", "/jobs", "/customers", "/tickets", "/me", "/views", "/start"]


def forms(secret):
    """How a secret could stand somewhere. Of base64, what does not depend on where it begins."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw)[4:-4]


class Secrets(dict):
    def make(self, name, prefix=""):
        self[name] = prefix + "canary" + os.urandom(12).hex()
        return self[name]


def walk(place, without=()):
    for folder, inside, files in os.walk(place):
        inside[:] = [name for name in inside if Path(folder, name) not in without]
        for name in files:
            path = Path(folder, name)
            if path.is_file():
                yield path


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--docket", required=True)
    options.add_argument("--plugins", required=True)
    options.add_argument("--config", required=True)
    given = options.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="docket-secrets-"))
    secrets = Secrets()
    (scratch / "kept").mkdir()
    files = {}
    for name, value in (("out", "whsec_" + base64.b64encode(os.urandom(32)).decode()), ("header", secrets.make("plugin's own"))):
        files[name] = scratch / "kept" / name
        files[name].write_text(value)
        secrets["plugin's " + name] = value
    shutil.copytree(given.config, scratch / "config")
    (scratch / "config" / "plugins.yaml").write_text(PLUGINS.format(**files))
    desk = Desk(given.docket, given.plugins, str(scratch / "config"), str(scratch / "data"))
    desk.log_file = str(scratch / "log")
    desk.secrets = scratch / "kept"
    desk.init()
    secrets["set-up"] = desk.secret
    desk.start()
    own = {"Origin": f"https://localhost:{desk.port}"}

    def ask(method, path, body=None, headers=None, raw=None):
        connection = desk.connect()
        try:
            connection.request(method, path, raw if raw is not None else json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            try:
                said = json.loads(text)
            except ValueError:
                said = {}
            return answer.status, said, answer.headers
        finally:
            connection.close()

    faults = []

    def must(answer, status, what):
        if answer[0] != status:
            faults.append(f"{what}: {answer[0]} {answer[1]}")
        return answer

    password = secrets.make("admin's password")
    ask("POST", "/api/v1/setup", {"secret": secrets.make("wrong set-up"), "login": "admin", "name": "Admin", "password": password})
    setup = must(ask("POST", "/api/v1/setup", {"secret": desk.secret, "login": "admin", "name": "Admin", "password": password}), 201, "set-up")
    cookie = setup[2]["set-cookie"].split(";")[0]
    secrets["session"] = cookie.split("=", 1)[1]
    person = {**own, "Cookie": cookie}
    scopes = ["ticket_read", "ticket_create", "ticket_reply", "ticket_note", "user_read", "audit_read", "definition_read", "delivery_read",
              "system_manage", "customer_read", "token_manage", "job_read"]
    token = must(ask("POST", "/api/v1/tokens", {"name": "check", "scopes": scopes}, person), 201, "token")[1].get("secret", "")
    secrets["token"] = token
    bearer = {"Authorization": "Bearer " + token}
    login = {"login": "admin"}
    ask("POST", "/api/v1/sessions", {**login, "password": secrets.make("wrong password")}, own)
    ask("POST", "/api/v1/sessions", {"login": secrets.make("password as login"), "password": "x"}, own)
    ask("POST", "/api/v1/sessions", headers=own, raw='{"login": "admin", "password": "' + secrets.make("malformed password"))
    ask("POST", "/api/v1/sessions", {**login, "passwort": secrets.make("password by another name")}, own)
    ask("POST", "/api/v1/sessions", {**login, "password": [secrets.make("password of another type")]}, own)
    ask("POST", "/api/v1/sessions?password=" + secrets.make("password in the address"), {**login, "password": "x"}, own)
    second = must(ask("POST", "/api/v1/sessions", {**login, "password": password}, own), 201, "sign-in")
    secrets["second session"] = (second[2]["set-cookie"] or "=").split(";")[0].split("=", 1)[1]
    made = must(ask("POST", "/api/v1/users", {"login": "wang", "name": "Wang", "grants": [{"role": "agent"}]}, person), 201, "user")
    must(ask("PUT", f"/api/v1/users/{made[1].get('id')}/password", {"password": secrets.make("somebody's password"), "current_password": password},
             person), 204, "password")
    subprocess.run([given.docket, "user", "password", "wang", "--data", desk.data], input=secrets.make("password by the machine") + "\n",
                   capture_output=True, text=True, check=True)
    for name, header in (("forged token", "Bearer dkt_"), ("forged link", "Bearer dlk_"), ("basic", "Basic "), ("no scheme", "")):
        ask("GET", "/api/v1/me", headers={"Authorization": header + secrets.make(name)})
    ask("GET", "/api/v1/me", headers={"Cookie": "__Host-docket=" + secrets.make("forged session")})
    ask("GET", "/api/v1/portal/ticket", headers={"Authorization": "Bearer dlk_" + secrets.make("forged portal link")})

    up = ask("POST", "/api/v1/portal/attachments?name=a.txt", raw=b"proof", headers={"Content-Type": "text/plain"})
    handle = up[1].get("handle")
    if up[0] != 201 or not handle:
        faults.append(f"upload of a stranger: {up[0]} {up[1]}")
    else:
        secrets["handle of an upload"] = handle
    sent = must(ask("POST", "/api/v1/portal/tickets", {**REQUEST, "attachments": [handle] if handle else []}, {"Idempotency-Key": "once"}), 201, "request")
    again = ask("POST", "/api/v1/portal/tickets", {**REQUEST, "attachments": [handle] if handle else []}, {"Idempotency-Key": "once"})
    link = sent[1].get("token", "")
    secrets["link of a customer"] = link
    if again[1].get("token") != link:
        faults.append(f"the same request again: {again}")
    ask("GET", "/api/v1/portal/ticket", headers={"Authorization": "Bearer " + link})
    ask("POST", "/api/v1/portal/ticket/messages", {"nothing": link}, {"Authorization": "Bearer " + link})
    tickets = must(ask("GET", "/api/v1/tickets", headers=bearer), 200, "list")[1].get("items", [{}])
    asked = must(ask("POST", f"/api/v1/tickets/{tickets[0].get('id')}/guests", {"name": "老李", "question": "收到了吗?"}, {**bearer, "Idempotency-Key": "twice"}),
                 201, "guest")
    secrets["link of a guest"] = asked[1].get("link", "#").split("#")[1]
    ask("GET", "/api/v1/guest", headers={"Authorization": "Bearer " + secrets["link of a guest"]})
    ask("POST", f"/api/v1/tickets/{tickets[0].get('id')}/messages", {"kind": "reply", "body": "您好"}, bearer)
    ask("POST", "/api/v1/hooks/hooks/shop", {"subject": "x"}, {"X-Token": secrets.make("wrong header of a webhook")})
    hook = ask("POST", "/api/v1/hooks/hooks/shop", {"subject": "x"}, {"X-Token": secrets["plugin's header"]})
    if hook[0] not in (202, 422):
        faults.append(f"webhook: {hook[0]} {hook[1]}")

    missing = [name for name, secret in secrets.items() if len(secret) < 16]
    if missing:
        faults.append(f"nothing to look for: {missing}")
    backup = scratch / "backup"
    subprocess.run([given.docket, "backup", str(backup), "--data", desk.data], capture_output=True, text=True, check=True)
    said = {path: json.dumps(ask("GET", "/api/v1" + path, headers=bearer), default=str, ensure_ascii=False).encode() for path in LATER}
    desk.process.send_signal(signal.SIGTERM)
    desk.process.wait(120)
    looked = 0
    places = [("the log", Path(desk.log_file))]
    data = Path(desk.data)
    places += [(str(path.relative_to(scratch)), path) for place in (data, backup) for path in walk(place, (data / "keys", data / "tls"))]
    said.update({name: path.read_bytes() for name, path in places})
    for place, text in said.items():
        looked += len(text)
        for name, secret in secrets.items():
            if any(form in text for form in forms(secret)):
                faults.append(f"{name} stands in {place}")
    if b'"event":"serving"' not in said["the log"] or not any(name.startswith("backup") for name, _ in places):
        faults.append("there was no log, or no backup, to look through")
    shutil.rmtree(scratch, ignore_errors=True)
    for fault in faults:
        print("fault:", fault)
    print(f"{len(secrets)} secrets looked for in {len(said)} places with {looked // 1024} KiB: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
