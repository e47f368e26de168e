#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A volume that is really full: a server on a small one of its own, which is filled to the last byte and freed again.

While there is no space: every write is answered by 507 storage_full and nothing else, reads go on, the server lives. Once
there is space it writes again within ten seconds. A server that was killed on the full volume says what it lacks or serves,
and serves when there is space. At the end every acknowledged ticket is there, once, and `docket verify` finds all sound.

Mounting takes root; without, the check says so and ends with 77.
"""
import argparse
import atexit
import errno
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

SIZE_MIB = 160
TICKET = {"type": "consult", "subject": "能开发票吗", "body": "上周买的。" * 200}
faults = []


def fault(sentence):
    faults.append(sentence)
    print("fault:", sentence)


def mounted(place):
    place.mkdir()
    if os.geteuid() != 0:
        return False
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "docket-full-disk", place], capture_output=True).returncode != 0:
        return False
    atexit.register(subprocess.run, ["umount", "--lazy", place], capture_output=True)
    return True


def fill(file):
    """Takes all that is left, to the last byte."""
    with open(file, "wb", buffering=0) as out:
        block = b"\0" * (1 << 20)
        while block:
            try:
                out.write(block)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise
                block = block[:len(block) // 2]


class Writers:
    """Four clients, each on a connection of its own, that hand in tickets until they are told to stop."""

    def __init__(self, desk):
        self.desk = desk
        self.seen = {}
        self.acknowledged = []
        self.changed = threading.Condition()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(n,), daemon=True) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def write(self, number):
        count = 0
        while not self.stop.is_set():
            count += 1
            status, said, _ = self.desk.call("POST", "/api/v1/tickets", {**TICKET, "subject": f"{number}-{count}"})
            with self.changed:
                code = (said or {}).get("code")
                self.seen[(status, code)] = self.seen.get((status, code), 0) + 1
                if status == 201:
                    self.acknowledged.append(said["id"])
                self.changed.notify_all()

    def until(self, what, seconds):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with self.changed:
                if self.changed.wait_for(lambda: what(self.seen), 1):
                    return True
        return False

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def refused(seen):
    return seen.get((507, "storage_full"), 0) >= 20


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--docket", required=True)
    options.add_argument("--config", required=True)
    given = options.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="docket-full-disk-"))
    volume = scratch / "volume"
    if not mounted(volume):
        print("not run: a small volume can only be mounted by root")
        return 77
    # The server's log is kept elsewhere, so that it is not the log that fails.
    desk = Desk(given.docket, str(scratch / "none"), given.config, str(volume / "data"))
    desk.log_file = str(scratch / "log")
    desk.init()
    desk.start()
    desk.set_up(["ticket_create", "ticket_read", "ticket_reply"])
    acknowledged = []
    for filled in range(2):
        writers = Writers(desk)
        writers.until(lambda seen: seen.get((201, None), 0) >= 20, 120) or fault("nothing was written while there was space")
        fill(volume / "filler")
        writers.until(refused, 120) or fault(f"on a full volume the answers were {writers.seen}")
        status, said, _ = desk.call("GET", "/api/v1/tickets")
        if status != 200 or not said["items"]:
            fault(f"a list on a full volume was answered by {status}")
        connection = desk.connect()
        connection.request("POST", "/api/v1/attachments?name=a.txt", b"x" * 500, {"Authorization": "Bearer " + desk.token, "Content-Type": "text/plain"})
        status = connection.getresponse().status
        connection.close()
        if status != 507:
            fault(f"an upload on a full volume was answered by {status}")
        if desk.process.poll() is not None:
            fault(f"the server ended with {desk.process.returncode}")
            break
        before = writers.seen.get((201, None), 0)
        (volume / "filler").unlink()
        began = time.monotonic()
        if not writers.until(lambda seen: seen.get((201, None), 0) > before, 120):
            fault(f"two minutes after there was space again nothing was written: {writers.seen}")
        took = time.monotonic() - began
        writers.end()
        others = {answer: n for answer, n in writers.seen.items() if answer not in ((201, None), (507, "storage_full"), (429, "too_many_requests"))}
        if others:
            fault(f"other answers: {others}")
        acknowledged += writers.acknowledged
        print(f"{len(writers.acknowledged)} written, {writers.seen.get((507, 'storage_full'), 0)} refused by 507, again after {took:.1f} s")

    # Killed and started on a full volume: it says what it lacks, or serves.
    fill(volume / "filler")
    desk.kill()
    try:
        desk.start()
        status, _, _ = desk.call("GET", f"/api/v1/tickets/{acknowledged[0]}")
        if status != 200:
            fault(f"started on a full volume, a ticket was answered by {status}")
        how = "served"
        desk.kill()
    except RuntimeError:
        said = Path(desk.log_file).read_text()[-2000:]
        how = "ended with a sentence"
        if "space" not in said and "full" not in said:
            fault(f"a start on a full volume ended without saying why: {said}")
    (volume / "filler").unlink()
    desk.start()
    lost = [number for number in acknowledged if desk.call("GET", f"/api/v1/tickets/{number}")[0] != 200]
    if lost:
        fault(f"{len(lost)} acknowledged tickets are lost")
    if len(set(acknowledged)) != len(acknowledged):
        fault("a number was given twice")
    sound = subprocess.run([given.docket, "verify", "--data", desk.data], capture_output=True, text=True)
    if sound.returncode != 0:
        fault(f"verify: {sound.stdout[-2000:]}{sound.stderr[-500:]}")
    desk.process.send_signal(signal.SIGTERM)
    desk.process.wait(120)
    subprocess.run(["umount", volume], capture_output=True)
    shutil.rmtree(scratch, ignore_errors=True)
    print(f"{len(acknowledged)} acknowledged on a volume that was filled three times, {len(lost)} lost; started on the full volume it {how}; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
