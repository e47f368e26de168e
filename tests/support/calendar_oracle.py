# SPDX-License-Identifier: Apache-2.0
"""A second opinion on working time, for tests: nothing in common with core/domain/calendar but the meaning.

It knows no running sums and no table of offsets. It goes through local dates one after the other, asks zoneinfo which UTC
instants each date has, lays the slots over them and counts. On a day on which the clocks of the zone change it asks for
every single minute.

Protocol: a line of JSON on standard input holds one calendar and its cases [start, amount, end]; the answer is a line with
one list a case: [due, worked, is_working, next_working, next_change, segments, complete]. Times are microseconds since 1970
in UTC, dates "YYYY-MM-DD", slots minutes of the day.
"""
import json
import sys
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST = date(1970, 1, 1).toordinal()
END = date(2100, 1, 1).toordinal()
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 1440 * MINUTE
MICROSECOND = timedelta(microseconds=1)
SEGMENTS = 12


def wall_offset(zone, wall, fold):
    """Microseconds that a wall clock of the zone is ahead of UTC."""
    return wall.replace(fold=fold, tzinfo=zone).utcoffset() // MICROSECOND


class Zone:
    """Which UTC instants belong to a local date: a list of (utc begin, wall begin, length), in UTC order."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.changes = {}
        self.probes = {}

    def stretches(self, ordinal):
        midnight, noon = self.offsets(ordinal)
        next_midnight, _ = self.offsets(ordinal + 1)
        if midnight == noon == next_midnight and len(midnight) == 1:
            return [((ordinal - FIRST) * DAY - min(midnight), 0, DAY)]
        known = self.changes.get(ordinal)
        if known is None:
            known = self.changes[ordinal] = self.minute_by_minute(ordinal)
        return known

    def offsets(self, ordinal):
        """What is in force at midnight and at noon; two where the clock shows that time twice or never."""
        known = self.probes.get(ordinal)
        if known is None:
            midnight = datetime.fromordinal(ordinal)
            walls = (midnight, midnight + timedelta(hours=12))
            known = self.probes[ordinal] = [{wall_offset(self.zone, wall, fold) for fold in (0, 1)} for wall in walls]
        return known

    def minute_by_minute(self, ordinal):
        """The definition itself: each minute of UTC whose wall clock shows that date."""
        wanted = date.fromordinal(ordinal).day  # no other date within reach has the same day of the month
        utc = datetime.fromordinal(ordinal).replace(tzinfo=timezone.utc) - timedelta(hours=16)
        utc_micros = (ordinal - FIRST) * DAY - 16 * 60 * MINUTE
        step = timedelta(minutes=1)
        found = []
        for _ in range((16 + 24 + 16) * 60):
            wall = utc.astimezone(self.zone)
            if wall.day == wanted:
                wall_micros = (wall.hour * 60 + wall.minute) * MINUTE + wall.second * SECOND
                if found and found[-1][0] + found[-1][2] == utc_micros and found[-1][1] + found[-1][2] == wall_micros:
                    found[-1][2] += MINUTE
                else:
                    found.append([utc_micros, wall_micros, MINUTE])
            utc += step
            utc_micros += MINUTE
        return found


@lru_cache(maxsize=None)
def zone_of(name):
    return Zone(name)


class Calendar:
    def __init__(self, spec):
        self.zone = zone_of(spec["zone"])
        self.zone.probes.clear()  # keeps memory bounded over a million cases; the days of changes are few and stay
        self.week = spec["week"]
        self.days = {}
        for entry in spec["holidays"]:
            slots = self.week[spec["make_up_as"]] if entry["working"] else []
            self.days[date.fromisoformat(entry["date"]).toordinal()] = slots
        for entry in spec["exceptions"]:
            slots = self.week[entry["as"]] if "as" in entry else entry["slots"]
            for ordinal in range(date.fromisoformat(entry["first"]).toordinal(), date.fromisoformat(entry["last"]).toordinal() + 1):
                self.days[ordinal] = slots
        self.last_special = max(self.days, default=0)
        self.idle_week = not any(self.week)
        self.cache = {}

    def work_of(self, ordinal):
        """Working intervals of a local date in UTC microseconds, ascending, touching ones joined."""
        known = self.cache.get(ordinal)
        if known is not None:
            return known
        slots = self.days.get(ordinal)
        if slots is None:
            slots = self.week[(ordinal + 6) % 7]
        pieces = []
        if slots and FIRST <= ordinal < END:
            for utc, wall, length in self.zone.stretches(ordinal):
                for start, end in slots:
                    low = max(start * MINUTE, wall)
                    high = min(end * MINUTE, wall + length)
                    if low < high:
                        pieces.append((utc + low - wall, utc + high - wall))
        self.cache[ordinal] = pieces = join(pieces)
        return pieces

    def work_from(self, micros):
        """All working intervals that end after the instant, to the end of time."""
        ordinal = max(FIRST, FIRST + micros // DAY - 2)
        pending = []
        while ordinal < END:
            if self.idle_week and ordinal > self.last_special:
                break
            # Dates may interleave where clocks are set back across midnight, so two are held back and sorted.
            pending = join(pending + self.work_of(ordinal))
            if len(pending) > 1:
                limit = (ordinal - FIRST - 2) * DAY
                while len(pending) > 1 and pending[0][1] < limit:
                    interval = pending.pop(0)
                    if interval[1] > micros:
                        yield interval
            ordinal += 1
        for interval in pending:
            if interval[1] > micros:
                yield interval

    def answer(self, start, amount, end):
        due = start if amount <= 0 else None
        worked = 0
        used = 0
        working = None
        next_working = None
        next_change = None
        segments = []
        complete = True
        for low, high in self.work_from(start):
            if next_working is None:
                working = low <= start
                next_working = max(low, start)
                next_change = high if working else low
            low = max(low, start)
            if due is None and used + high - low >= amount:
                due = low + amount - used
            used += high - low
            if low < end:
                worked += min(high, end) - low
                if len(segments) < SEGMENTS:
                    segments.append([low, min(high, end)])
                else:
                    complete = False
            elif due is not None:
                break
        return [due, worked, bool(working), next_working, next_change, segments, complete]


def join(intervals):
    intervals.sort()
    joined = []
    for low, high in intervals:
        if joined and joined[-1][1] == low:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def main():
    for line in sys.stdin:
        question = json.loads(line)
        calendar = Calendar(question["calendar"])
        print(json.dumps([calendar.answer(*case) for case in question["cases"]], separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
