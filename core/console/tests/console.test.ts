// SPDX-License-Identifier: Apache-2.0
// The pure parts of the console: conditions, the first run's files, the drawing of workflows, durations, keys.
import { expect, test } from "vitest";
import { withDesk } from "../src/setup/templates";
import { both, flat, join, kindOfField, operators, parse } from "../src/console/tickets/conditions";
import { duration, fileSize, shortDate, workingTime } from "../src/shared/text/format";
import { draw } from "../src/shared/ui/graph";
import { composing, nameOf } from "../src/shared/ui/keys";

test("a plain condition becomes rows and comes back the same; a nested one stays text", () => {
  const one = { field: "state", operator: "in", value: ["new"] };
  const two = { field: "urges", operator: "at_least", value: 1 };
  for (const condition of [one, { all: [one, two] }, { any: [one, two] }]) {
    const rows = flat(condition);
    expect(rows && join(rows.match, rows.tests)).toEqual(condition);
  }
  expect(flat({ all: [one, { not: two }] })).toBeUndefined();
  expect(flat({ not: one })).toBeUndefined();
  expect(join("all", [])).toBeUndefined();
  expect(both(undefined, one)).toEqual(one);
  expect(both(one, two)).toEqual({ all: [one, two] });
});

test("an address with a broken filter is an address without one", () => {
  expect(parse("{")).toBeUndefined();
  expect(parse("7")).toBeUndefined();
  expect(parse(undefined)).toBeUndefined();
  expect(parse('{"field":"id","operator":"is","value":"1"}')).toEqual({ field: "id", operator: "is", value: "1" });
});

test("each kind of field can be asked whether it is there, but a flag", () => {
  for (const [kind, list] of Object.entries(operators)) expect(list.includes("is_set")).toBe(kind !== "flag");
});

test("a field that holds a day is only compared as the server does it", () => {
  expect(operators[kindOfField("date")]).toEqual(["is", "is_not", "is_set", "is_empty"]);
  expect(operators[kindOfField("instant")]).toContain("at_least");
});

test("the desk's own lines are replaced where they stand, others are added, nothing else is touched", () => {
  const text = "# words\ndesk:\n  name: {zh: 旧}\n  default_team: service\n\nteams:\n  name: {title: x}\n";
  const made = withDesk(text, { zh: '小"店', en: "Shop: a", zone: "Asia/Shanghai", prefix: "S" });
  expect(made).toBe('# words\ndesk:\n  default_calendar: desk_hours\n  ticket_prefix: S\n  zone: Asia/Shanghai\n  name: {zh: "小\\"店", en: "Shop: a"}\n  default_team: service\n\nteams:\n  name: {title: x}\n');
  expect(withDesk("teams: {}\n", { zh: "a", en: "b", zone: "UTC", prefix: "T" })).toBe("teams: {}\n");
});

test("a workflow is drawn without boxes that cover each other, one arrow for steps between the same states", () => {
  const states = ["new", "open", "done", "closed"].map((name) => ({ name, label: `状态${name}`, category: "open" }));
  const drawing = draw(states, [
    { name: "a", label: "开始", from: ["new"], to: "open" },
    { name: "b", label: "再开始", from: ["new"], to: "open" },
    { name: "c", label: "完成", from: ["new", "open"], to: "done" },
    { name: "d", label: "关", from: ["done"], to: "closed" },
    { name: "e", label: "自己", from: ["open"], to: "open" },
    { name: "f", label: "回", from: ["closed"], to: "open" },
  ]);
  expect(drawing.boxes).toHaveLength(4);
  expect(drawing.arrows).toHaveLength(5);
  expect(drawing.arrows.find(({ from, to }) => from === "new" && to === "open")?.labels).toEqual(["开始", "再开始"]);
  for (const a of drawing.boxes)
    for (const b of drawing.boxes) if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
  for (const box of drawing.boxes) expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= drawing.width && box.y + box.height <= drawing.height).toBe(true);
});

test("durations have two units at most, and seconds only when little is left", () => {
  expect(duration(93_784, "zh-CN")).toBe("1 天 2 小时");
  expect(duration(-3_900, "zh-CN")).toBe("1 小时 5 分");
  expect(duration(65, "en")).toBe("1 min 5 s");
  expect(duration(0, "en")).toBe("0 s");
  expect(duration(1_200, "en")).toBe("20 min");
  // Forty working hours are a week, not a day and sixteen hours.
  expect(workingTime(144_000, "zh-CN")).toBe("40 小时");
  expect(workingTime(93_784, "zh-CN")).toBe("26 小时 3 分");
  expect(fileSize(1_536, "en")).toBe("1.5 kB");
});

test("a moment is as short as it is clear, in the desk's zone", () => {
  const place = { locale: "zh-CN", zone: "Asia/Shanghai" };
  const now = Date.parse("2026-03-01T01:00:00Z");
  expect(shortDate("2026-02-28T16:30:00Z", place, now)).toBe("00:30");
  expect(shortDate("2026-02-28T15:30:00Z", place, now)).toBe("2/28 23:30");
  expect(shortDate("2025-02-28T15:30:00Z", place, now)).toBe("2025/02/28");
  const there = { locale: "en", zone: "America/New_York" };
  expect(shortDate("2026-02-28T05:30:00Z", there, now)).toBe("00:30");
  expect(shortDate("2026-02-28T04:30:00Z", there, now)).toBe("2/27, 23:30");
  expect(shortDate("2025-02-28T15:30:00Z", there, now)).toBe("02/28/2025");
});

test("Enter that chooses a word of an input method is not a key of ours", () => {
  expect(composing(new KeyboardEvent("keydown", { key: "Enter", isComposing: true }))).toBe(true);
  expect(composing(new KeyboardEvent("keydown", { key: "Enter" }))).toBe(false);
  expect(nameOf(new KeyboardEvent("keydown", { code: "KeyK", ctrlKey: true }))).toBe("Mod+KeyK");
  expect(nameOf(new KeyboardEvent("keydown", { code: "Slash", shiftKey: true }))).toBe("Shift+Slash");
});
