#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An SMTP server for tests, on loopback: keeps each mail in a Maildir of its recipient (by the local part before '+').

    mail_servers.py DIRECTORY     prints {"port": N} and serves until its standard input closes

Rules by recipient: later@… is answered 451, never@… 550; everything else is taken. With DIRECTORY/password the login
support / that password is demanded, and with DIRECTORY/cert.pem and key.pem STARTTLS is offered.
"""
import asyncio
import itertools
import json
import logging
import os
import ssl
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable(logging.CRITICAL)
counter = itertools.count(1)
directory = Path(sys.argv[1])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("later@"):
            return "451 4.7.1 Greylisted, come back"
        if address.startswith("never@"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            deliver(recipient, envelope.mail_from, envelope.content)
        return "250 2.0.0 kept"


def deliver(recipient, sender, content):
    box = directory / "mail" / recipient.split("@")[0].split("+")[0].lower()
    for name in ("tmp", "new", "cur"):
        if not (box / name).is_dir():
            (box / name).mkdir(parents=True, exist_ok=True)
            for path in (box, box / name):
                os.chmod(path, 0o777)
    name = f"{time.time_ns()}.{os.getpid()}_{next(counter)}.test"
    head = f"Return-Path: <{sender or ''}>\r\nDelivered-To: {recipient}\r\nReceived: from test by test id {name}\r\n".encode()
    (box / "tmp" / name).write_bytes(head + content)
    (box / "tmp" / name).rename(box / "new" / name)


def authenticate(server, session, envelope, mechanism, data):
    wanted = (directory / "password").read_text().strip()
    right = data.login == b"support" and data.password == wanted.encode()
    return AuthResult(success=right, handled=False)


async def main():
    options = {"enable_SMTPUTF8": False, "hostname": "mx.test", "data_size_limit": 64 << 20}
    if (directory / "password").exists():
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    if (directory / "cert.pem").exists():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
        options |= {"tls_context": context}
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    os._exit(0)


asyncio.run(main())
