#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second opinion on reports: everything counted again from the log of events, with nothing of core/domain/report but the
meaning of the words.

    report_oracle.py PROGRAM SEED STEPS

PROGRAM lives a desk at random in a directory (tickets, replies, holds, transfers, other types, reopenings, undos, merges, breaches) and prints, a
JSON line each, what its reports say. The events are read from the database that it leaves, and every cell is compared.
"""
import json
import sqlite3
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
SECOND = 1_000_000
HOUR = 3600 * SECOND
OPEN = {"new", "new_", "open", "pending"}
US = {"new", "new_", "open"}


def nearest_rank(values, percent):
    if not values:
        return None
    ordered = sorted(values)
    return ordered[(percent * len(ordered) + 99) // 100 - 1] / SECOND


def mean(values):
    return sum(values) / SECOND / len(values) if values else None


def durations(prefix, values):
    return {f"{prefix}_mean": mean(values), f"{prefix}_p50": nearest_rank(values, 50),
            f"{prefix}_p90": nearest_rank(values, 90), f"{prefix}_p95": nearest_rank(values, 95)}


def share(part, whole):
    return 100 * part / whole if whole else None


class Ticket:
    """A history told once more. Lists hold (at, team, who, …): where, when and with whom a thing happened."""

    def __init__(self, events):
        self.state, self.category, self.entered = None, None, None
        self.team, self.who = "", 0
        self.hold = None
        self.merged = False
        self.replied = self.closed = self.resolved = None
        self.policies = {}
        self.replies, self.endings, self.steps, self.holds, self.runs, self.assignments = [], [], [], [], [], []
        self.ratings = []
        for at, actor_kind, actor, kind, event in events:
            getattr(self, "on_" + kind, lambda *_: None)(at, event, actor if actor_kind == 0 else 0)
        del self.policies

    def on_created(self, at, e, _):
        self.created = at
        self.type, self.workflow, self.channel = e["type"], e["workflow"], e["channel"]
        self.region, self.product_line, self.priority = e.get("region", ""), e.get("product_line", ""), e["priority"]
        self.state, self.category, self.entered = e["state"], e["category"], at

    def on_fields_set(self, at, e, _):
        for name in ("region", "product_line", "priority"):
            if e.get(name) is not None:
                setattr(self, name, e[name])

    def on_message_added(self, at, e, person):
        if e["message"] == "reply":
            self.replies.append((at, self.team, person))
            if self.replied is None:
                self.replied = at

    def on_assigned(self, at, e, _):
        self.team, self.who = e["team"], e.get("assignee") or 0
        self.assignments.append((at, self.team, self.who, e["reason"]))

    def on_held(self, at, e, _):
        self.hold = (e["reason"], self.hold[1] if self.hold else at)

    def on_resumed(self, at, e, _):
        if self.hold:
            self.holds.append((at, self.team, self.who, self.hold[0], at - self.hold[1], self.category))
        self.hold = None

    def on_moved(self, at, e, _):
        # Leaving an end is a reopening or, by an undo, as if it had never been one.
        undone = self.category not in OPEN and e["category"] in OPEN and not e.get("reopened")
        self.enter(at, e["to"], e["category"])
        if undone:
            del self.endings[-2:]

    def on_type_changed(self, at, e, _):
        self.type = e["type"]
        if e["workflow"] != e["workflow_before"]:
            self.enter(at, e["state"], e["category"])
            self.workflow = e["workflow"]

    def on_merged(self, at, e, _):
        self.merged = True
        self.enter(at, e["state"], "closed")

    def enter(self, at, state, category):
        if category not in OPEN:
            self.on_resumed(at, None, None)
        self.steps.append((at, self.team, self.who, self.state, at - self.entered, self.category, self.workflow))
        was_open, is_open = self.category in OPEN, category in OPEN
        if was_open != is_open and not self.merged:
            self.endings.append((at, self.team, self.who, "reopened" if is_open else "resolved"))
        if is_open:
            self.resolved = self.closed = None
        else:
            self.resolved = self.resolved or at
            self.closed = (self.closed or at) if category == "closed" else None
        self.state, self.category, self.entered = state, category, at

    def on_clock_started(self, at, e, _):
        self.policies[e["clock"]] = e["policy"]

    def on_clock_breached(self, at, e, _):
        due = int(datetime.fromisoformat(e["due"].replace("Z", "+00:00")).timestamp() * SECOND + 0.5) \
            if isinstance(e["due"], str) else e["due"]
        self.runs.append((due, self.team, self.who, e["clock"], self.policies.get(e["clock"], ""), "breached", 0))

    def on_clock_ended(self, at, e, _):
        if self.merged and e["kept"]:
            return
        self.runs.append((at, self.team, self.who, e["clock"], self.policies.get(e["clock"], ""),
                          "kept" if e["kept"] else "late", e["counted"]))

    def on_clock_changed(self, at, e, _):
        if e["change"] == "continued":
            ends = [i for i, run in enumerate(self.runs) if run[3] == e["clock"] and run[5] != "breached"]
            del self.runs[ends[-1]]

    def on_rated(self, at, e, _):
        self.ratings.append((at, self.team, self.who, e["score"]))

    def standing(self):
        """The resolution that the ticket stands by."""
        if self.merged or self.resolved is None:
            return None
        last = [x for x in self.endings if x[3] == "resolved"]
        return last[-1] if last and last[-1][0] == self.resolved else None


class Question:
    def __init__(self, q):
        self.q = q
        self.first, self.last = date.fromisoformat(q["from"]), date.fromisoformat(q["to"])
        self.labels, day = [], self.first
        while day <= self.last:
            self.labels.append(day)
            if q["by"] == "day":
                day += timedelta(days=1)
            elif q["by"] == "week":
                day += timedelta(days=7 - day.weekday())
            else:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        self.begins = [self.begin(d) for d in self.labels] + [self.begin(self.last + timedelta(days=1))]
        self.rows = defaultdict(lambda: defaultdict(list))

    @staticmethod
    def begin(day):
        return int(datetime.combine(day, time(), ZONE).timestamp()) * SECOND

    def sees(self, team):
        return self.q["teams"] is None or team in self.q["teams"]

    def takes(self, t):
        f = self.q["filter"]
        return all(f.get(name) is None or f[name] == getattr(t, name)
                   for name in ("type", "channel", "region", "product_line", "priority", "workflow"))

    def row(self, t, at, team, who, name="", of="", now=False, hidden_ok=False):
        """The row's lists when it counts, else a place that nobody reads."""
        f = self.q["filter"]
        counts = self.sees(team) and (now or self.begins[0] <= at < self.begins[-1])
        counts = counts and f.get("team") in (None, team) and f.get("clock") in (None, name)
        counts = counts and f.get("policy") in (None, of) and f.get("agent") in (None, who)
        if not counts:
            return defaultdict(list)
        group = self.q["group"]
        if group == "period":
            key = self.labels[bisect_right(self.begins, at) - 1].isoformat()
        elif group == "team":
            key = team
        elif group == "agent":
            key = str(who)
        elif group in ("clock", "reason"):
            key = name
        elif group == "policy":
            key = of
        elif group == "state":
            key = (name, of)
        else:
            key = getattr(t, group)
        return self.rows[key]

    def count(self, t):
        if self.takes(t):
            getattr(self, self.q["report"])(t)

    def volume(self, t):
        self.row(t, t.created, t.team, t.who)["created"].append(1)
        if t.closed is not None and not t.merged:
            self.row(t, t.closed, t.team, t.who)["closed"].append(1)
        for ending in t.endings:
            if ending[3] == "reopened" or ending is t.standing():
                self.row(t, *ending[:3])[ending[3]].append(1)

    def first_response(self, t):
        if t.replied is None:
            return
        reply = t.replies[0]
        row = self.row(t, *reply)
        row["replied"].append(1)
        row["calendar"].append(reply[0] - t.created)
        timed = [r for r in t.runs if r[3] == "first_response" and r[5] != "breached" and r[0] == reply[0]]
        if timed:
            row["timed"].append(1)
            row["working"].append(timed[0][6])

    def resolution(self, t):
        ending = t.standing()
        if ending is None:
            return
        row = self.row(t, *ending[:3])
        row["resolved"].append(1)
        row["calendar"].append(ending[0] - t.created)
        timed = [r[6] for r in t.runs if r[3] == "resolution" and r[5] != "breached" and r[0] <= ending[0]]
        if timed:
            row["timed"].append(1)
            row["working"].append(sum(timed))

    def handling(self, t):
        ending = t.standing()
        if ending is None:
            return
        row = self.row(t, *ending[:3])
        row["resolved"].append(1)
        steps = [s for s in t.steps if s[0] <= ending[0]]
        holds = [h for h in t.holds if h[0] <= ending[0]]
        ours = lambda things: sum(x[4] for x in things if x[5] in US)
        theirs = lambda things: sum(x[4] for x in things if x[5] == "pending")
        row["handling"].append(ours(steps) - ours(holds))
        row["waiting"].append(theirs(steps) - theirs(holds))
        row["hold"].append(sum(h[4] for h in holds))

    def sla(self, t):
        for at, team, who, clock, policy, end, counted in t.runs:
            row = self.row(t, at, team, who, clock, policy)
            if end in ("breached", "kept"):
                row["settled"].append(1)
                row[end].append(1)
            if end != "breached":
                row["counted"].append(counted)

    def agents(self, t):
        if t.who and t.category in OPEN:
            self.row(t, t.created, t.team, t.who, now=True)["open"].append(1)
        if t.merged:
            return
        who = lambda thing, name, value=1: thing[2] and self.row(t, *thing[:3])[name].append(value)
        for x in t.assignments:
            who(x, "assigned")
        for x in t.replies:
            who(x, "replies")
        for x in t.runs:
            if x[5] != "late":
                who(x, x[5])
        last = None
        for x in t.endings:
            if x[3] == "resolved":
                last = x
                if x is t.standing():
                    who(x, "resolved")
                    who(x, "resolution", x[0] - t.created)
            elif last is not None:
                who(last, "reopened")

    def backlog(self, t):
        if t.category not in OPEN:
            return
        row = self.row(t, t.created, t.team, t.who, t.state, t.workflow, now=True)
        age = self.q["now"] - t.created
        limits = [("under_4h", 4), ("under_1d", 24), ("under_3d", 72), ("under_7d", 168), ("under_14d", 336), ("under_30d", 720)]
        bucket = next((name for name, hours in limits if age < hours * HOUR), "older")
        row["open"].append(1)
        row[bucket].append(1)
        row["ages"].append(age)
        if t.hold:
            row["on_hold"].append(1)

    def steps(self, t):
        for at, team, who, state, lasted, category, workflow in t.steps:
            if category in OPEN:
                self.row(t, at, team, who, state, workflow)["time"].append(lasted)

    def holds(self, t):
        for at, team, who, reason, lasted, _ in t.holds:
            self.row(t, at, team, who, reason)["time"].append(lasted)

    def quality(self, t):
        if t.merged:
            return
        resolutions = 0
        for i, ending in enumerate(t.endings):
            if ending[3] != "resolved":
                continue
            resolutions += 1
            row = self.row(t, *ending[:3])
            row["resolutions"].append(1)
            came_back = any(later[3] == "reopened" for later in t.endings[i + 1:i + 2])
            if came_back:
                row["reopened"].append(1)
            elif resolutions == 1 and sum(r[0] <= ending[0] for r in t.replies) <= 1:
                row["first_contact"].append(1)

    def satisfaction(self, t):
        if not t.ratings:
            return
        at, *_, score = t.ratings[-1]
        before = [e for e in t.endings if e[3] == "resolved" and e[0] <= at]
        _, team, who, *_ = before[-1] if before else t.ratings[-1]
        row = self.row(t, at, team, who)
        row["rated"].append(score)
        row[f"score_{score}"].append(1)

    def dispatch(self, t):
        first = True
        for at, team, who, reason in t.assignments:
            row = self.row(t, at, team, who)
            if not who:
                row["queued"].append(1)
                continue
            row["assignments"].append(1)
            row[reason].append(1)
            if first:
                row["wait"].append(at - t.created)
            first = False

    def cells(self, row, everything):
        n = lambda name: len(row[name])
        report = self.q["report"]
        if report in ("first_response", "resolution"):
            return {**{name: n(name) for name in ("replied", "resolved", "timed")}, **durations("calendar", row["calendar"]),
                    **durations("working", row["working"])}
        if report == "handling":
            return {"resolved": n("resolved"), **durations("handling", row["handling"]),
                    "waiting_mean": mean(row["waiting"]), "hold_mean": mean(row["hold"])}
        if report == "sla":
            return {**{name: n(name) for name in ("settled", "kept", "breached")},
                    "kept_share": share(n("kept"), n("kept") + n("breached")), **durations("counted", row["counted"])}
        if report == "agents":
            return {**{name: n(name) for name in ("resolved", "open", "assigned", "replies", "reopened", "breached")},
                    **durations("resolution", row["resolution"]), "kept_share": share(n("kept"), n("kept") + n("breached"))}
        if report == "backlog":
            return {**{name: n(name) for name in ("open", "under_4h", "under_1d", "under_3d", "under_7d", "under_14d",
                                                  "under_30d", "older", "on_hold")},
                    "age_p50": nearest_rank(row["ages"], 50), "oldest": nearest_rank(row["ages"], 100)}
        if report in ("steps", "holds"):
            return {"times": n("time"), **durations("time", row["time"]),
                    "time_share": share(sum(row["time"]), sum(everything["time"]))}
        if report == "quality":
            return {**{name: n(name) for name in ("resolutions", "reopened", "first_contact")},
                    "reopened_share": share(n("reopened"), n("resolutions")),
                    "first_contact_share": share(n("first_contact"), n("resolutions"))}
        if report == "satisfaction":
            return {"rated": n("rated"), "score_mean": sum(row["rated"]) / n("rated") if n("rated") else None,
                    "satisfied_share": share(n("score_4") + n("score_5"), n("rated")),
                    **{f"score_{i}": n(f"score_{i}") for i in range(1, 6)}}
        if report == "dispatch":
            names = ("assignments", "queued", "dispatched", "by_hand", "taken", "step", "returned", "action", "requeued")
            return {**{name: n(name) for name in names}, "dispatched_share": share(n("dispatched"), n("assignments")),
                    **durations("wait", row["wait"])}
        return {name: n(name) for name in ("created", "resolved", "closed", "reopened")}

    def differences(self):
        everything = defaultdict(list)
        for row in self.rows.values():
            for name, values in row.items():
                everything[name] += values
        wanted = {key: self.cells(row, everything) for key, row in self.rows.items()}
        if self.q["group"] == "period":
            wanted = {d.isoformat(): self.cells(self.rows[d.isoformat()], everything) for d in self.labels}
        lead = 2 if self.q["group"] == "state" else 1
        names = self.q["columns"]
        found = {}
        for key, row in zip(self.q["keys"], self.q["rows"]):
            found[(key, row[1]) if lead == 2 else key] = dict(zip(names[lead:], row[lead:]))
        found["TOTAL"] = dict(zip(names[lead:], self.q["totals"][lead:]))
        wanted["TOTAL"] = self.cells(everything, everything)
        for key in sorted(set(wanted) | set(found), key=str):
            if key not in found or key not in wanted:
                if key not in found and not any(wanted[key].values()):
                    continue
                yield f"row {key}: {'missing' if key in wanted else 'not wanted'}"
                continue
            for name, cell in found[key].items():
                other = wanted[key][name]
                same = cell == other if None in (cell, other) else abs(cell - other) <= 1e-6 * max(1, abs(other))
                if not same:
                    yield f"row {key}, {name}: report {cell}, oracle {other}"


class Stored(dict):
    """An event as it is stored: members that hold what a fresh event holds are left out (ADR 0006)."""

    FRESH = {"priority": "low", "category": "new", "message": "reply", "reason": "dispatched", "kept": True, "counted": 0, "score": 0}

    def __missing__(self, key):
        return self.FRESH.get(key, "")


def tickets_of(database):
    connection = sqlite3.connect(database)
    histories = defaultdict(list)
    for stream, at, actor_kind, actor, kind, payload in connection.execute(
            "SELECT stream, at, actor_kind, actor_id, kind, payload FROM event WHERE stream > 0 ORDER BY stream, sequence"):
        histories[stream].append((at, actor_kind, actor, kind, Stored(json.loads(payload))))
    return [Ticket(events) for events in histories.values()]


def main():
    program, seed, steps = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as directory:
        out = subprocess.run([program, directory, seed, steps], check=True, stdout=subprocess.PIPE, text=True).stdout
        database, *answers = out.splitlines()
        tickets = tickets_of(database)
    cells = wrong = 0
    for line in answers:
        question = Question(json.loads(line))
        for ticket in tickets:
            question.count(ticket)
        cells += sum(len(row) for row in question.q["rows"]) + len(question.q["totals"])
        for difference in question.differences():
            wrong += 1
            if wrong <= 20:
                q = question.q
                print(f"{q['report']} by {q['group']} ({q['by']}), teams {q['teams']}, filter {q['filter']}: {difference}")
    merged = sum(t.merged for t in tickets)
    reopened = sum(any(e[3] == "reopened" for e in t.endings) for t in tickets)
    held = sum(bool(t.holds) for t in tickets)
    print(f"{len(tickets)} tickets ({reopened} reopened, {held} held, {merged} merged), {len(answers)} reports, {cells} cells: "
          f"{wrong} differences")
    return 1 if wrong or not tickets else 0


sys.exit(main())
