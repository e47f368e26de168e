// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from "vitest";
import { diffLines, counted } from "@/admin/definitions/diff";
import { applied, carryOver, realEdits } from "@/admin/definitions/draft";
import { mappingOf } from "@/admin/definitions/mapping";
import { addChild, findBlock, nextIndent, offsetOf, setList, setValue, tokensOf } from "@/admin/definitions/yaml_text";
import { addDays, addMonths, mondayOf, weekdayOf } from "@/admin/parts/days";
import { byCell, piecesOf, shiftsOf } from "@/admin/people/roster";
import { readRole, withRights, withRole } from "@/admin/people/roles_text";
import { changeOf, formOf, newPassword, type Person, rebase } from "@/admin/people/user_form";
import { actionText, conditionText, doneText } from "@/admin/rules/words";
import { instantOf, localOf } from "@/shared/text/zone";
import { stepOf } from "@/shared/ui/charts";
import { findWorries, pluginWorries, worriesOf } from "@/admin/running/worries";

const person = (more: Partial<Person> = {}): Person => ({ id: 7, version: 3, login: "lin", name: "林", email: "", phone: "", language: "zh", active: true, skills: [], regions: [], product_lines: [], grants: [{ role: "agent", team: "" }], memberships: [], presence: "off", created_at: "2026-01-01T00:00:00Z", ...more }) as Person;

describe("what a rule did", () => {
  it("is said in the page's language, and what it has no words for as it came", () => {
    expect(doneText("escalated to level 2")).toBe("升级到 2 级");
    expect(doneText("notify assignee, lead with due_soon")).toBe("通知assignee、lead（due_soon）");
    expect(doneText("notify customer with survey: there is nobody to tell")).toBe("通知customer（survey）未发：没有可通知的人");
    expect(doneText("waits in team finance", (_, name) => (name === "finance" ? "财务组" : undefined))).toBe("在财务组等人领取");
    expect(doneText("stopped: more than 8 rules set each other off")).toContain("more than 8 rules");
    expect(doneText("something new")).toBe("something new");
  });
  it("names steps as the desk does", () => {
    const titles = (field: string, name: string) => (field === "transition" && name === "customer_answers" ? "客户已回复" : undefined);
    expect(doneText("moved by step customer_answers", titles)).toBe("流转 客户已回复");
    expect(actionText("move customer_answers", titles)).toMatch(/客户已回复$/);
    expect(actionText("move elsewhere", titles)).toMatch(/elsewhere$/);
    expect(actionText("notify replied → customer, copied")).toContain("admin.rules.notified");
  });
});

describe("an axis of seconds", () => {
  it("has round steps, and few of them", () => {
    for (const [greatest, step] of [[50, 15], [4_000, 900], [90_000, 21_600], [1_400_000, 432_000]] as const) expect(stepOf(greatest)).toBe(step);
    expect(100_000_000 / stepOf(100_000_000)).toBeLessThanOrEqual(6);
  });
});

describe("a person as a form", () => {
  it("sends what was changed and nothing else", () => {
    const form = formOf(person());
    expect(changeOf(form, person())).toEqual({});
    form.name = "林一";
    form.capacity = "12";
    expect(changeOf(form, person())).toEqual({ name: "林一", capacity: 12 });
    expect(changeOf({ ...formOf(), login: "wu", name: "吴" })).toEqual({ login: "wu", name: "吴" });
  });
  it("keeps what was typed when somebody else saved first, and takes over the rest", () => {
    const mine = { ...formOf(person()), phone: "1", name: "我改的" };
    const theirs = person({ version: 4, name: "他改的", email: "a@example.com" });
    const { form, both } = rebase(mine, person(), theirs);
    expect(form).toMatchObject({ phone: "1", name: "我改的", email: "a@example.com" });
    expect(both).toEqual(["name"]);
  });
  it("makes passwords without letters that look alike", () => {
    const made = newPassword();
    expect(made).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
    expect(newPassword()).not.toBe(made);
  });
});

describe("days of a zone", () => {
  it("turns wall clocks into instants and back, over a clock change too", () => {
    expect(instantOf("2026-03-02", "09:30", "Asia/Shanghai").toISOString()).toBe("2026-03-02T01:30:00.000Z");
    expect(instantOf("2026-03-02", "24:00", "Asia/Shanghai").toISOString()).toBe("2026-03-02T16:00:00.000Z");
    expect(localOf("2026-03-02T16:00:00Z", "Asia/Shanghai")).toEqual({ day: "2026-03-03", time: "00:00" });
    expect(localOf(instantOf("2026-10-25", "12:00", "Europe/Berlin"), "Europe/Berlin")).toEqual({ day: "2026-10-25", time: "12:00" });
  });
  it("counts days", () => {
    expect(addDays("2026-02-27", 2)).toBe("2026-03-01");
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-01");
    expect(weekdayOf("2026-03-02")).toBe(0);
    expect(mondayOf("2026-03-08")).toBe("2026-03-02");
  });
});

describe("the roster", () => {
  const zone = "Asia/Shanghai";
  const shift = (from: string, to: string) => ({ id: 1, user: 7, kind: "shift" as const, from, to });
  it("cuts a night shift at midnight", () => {
    const pieces = piecesOf(shift("2026-03-02T14:00:00Z", "2026-03-03T00:00:00Z"), zone);
    expect(pieces.map(({ day, from, to, earlier, later }) => [day, from, to, earlier, later])).toEqual([["2026-03-02", 1320, 1440, false, true], ["2026-03-03", 0, 480, true, false]]);
    expect([...byCell([shift("2026-03-02T14:00:00Z", "2026-03-03T00:00:00Z")], zone).keys()]).toEqual(["7/2026-03-02", "7/2026-03-03"]);
  });
  it("ends at midnight on the day before", () => expect(piecesOf(shift("2026-03-02T01:00:00Z", "2026-03-02T16:00:00Z"), zone)).toHaveLength(1));
  it("plans several days on chosen weekdays, over midnight where need be", () => {
    const made = shiftsOf({ kind: "shift", first: "2026-03-02", last: "2026-03-08", from: "22:00", to: "06:00", weekdays: [0, 5], wholeDays: false }, zone);
    expect(made).toEqual([
      { kind: "shift", from: "2026-03-02T14:00:00.000Z", to: "2026-03-02T22:00:00.000Z" },
      { kind: "shift", from: "2026-03-07T14:00:00.000Z", to: "2026-03-07T22:00:00.000Z" },
    ]);
  });
  it("makes leave one stretch", () => expect(shiftsOf({ kind: "leave", first: "2026-03-02", last: "2026-03-04", from: "", to: "", weekdays: [], wholeDays: true }, zone)).toEqual([{ kind: "leave", from: "2026-03-01T16:00:00.000Z", to: "2026-03-04T16:00:00.000Z" }]));
});

describe("YAML as text", () => {
  const text = ["# 角色", "roles:", "  agent:", "    title: {zh: 坐席}", "    rights:", "      - ticket_read   # always", "      - ticket_note", "", "  # 财务", "  accountant:", "    rights: [ticket_read, user_read]  # few", "other: 1", ""].join("\n");
  it("finds blocks by path, without what belongs to the next", () => {
    expect(findBlock(text.split("\n"), ["roles", "agent"])).toMatchObject({ first: 2, end: 7 });
    expect(findBlock(text.split("\n"), ["roles", "nobody"])).toBeUndefined();
    expect(findBlock(text.split("\n"), ["roles"])).toMatchObject({ first: 1, end: 11 });
  });
  it("changes a list in the style in which it is written and leaves the rest", () => {
    const block = setList(text, ["roles", "agent", "rights"], ["ticket_read", "ticket_take"]);
    expect(block).toBe(text.replace("      - ticket_note\n", "      - ticket_take\n"));
    const flow = setList(text, ["roles", "accountant", "rights"], ["user_read"]);
    expect(flow).toBe(text.replace("[ticket_read, user_read]", "[user_read]"));
    expect(setValue(text, ["roles", "agent", "tickets"], "own").split("\n")[7]).toBe("    tickets: own");
    expect(addChild(text, ["roles"], "x:\n  rights: []").split("\n").slice(11, 14)).toEqual(["", "  x:", "    rights: []"]);
  });
  it("indents what comes next", () => {
    expect(nextIndent("roles:")).toBe("  ");
    expect(nextIndent("  - name: x")).toBe("    ");
    expect(nextIndent("    limit: 8h")).toBe("    ");
    expect(nextIndent("  # a: ")).toBe("  ");
  });
  it("colours keys, numbers, texts and comments, and loses no character", () => {
    for (const line of ['  - {name: a, limit: 8h, title: "x # y"}  # why', "roles:", "", "    week: [\"09:00-12:00\"]", "  text: |"]) expect(tokensOf(line).map((token) => token.text).join("")).toBe(line);
    expect(tokensOf("  limit: 8h  # 八小时").map(({ kind }) => kind)).toEqual(["mark", "key", "plain", "number", "comment"]);
  });
  it("finds places", () => {
    expect(offsetOf("ab\ncd", 2, 2)).toBe(4);
    expect(offsetOf("ab\ncd", 9, 1)).toBe(5);
  });
  it("writes roles", () => {
    const files = { "roles.yaml": text };
    expect(readRole(files, "agent")).toEqual({ rights: new Set(["ticket_read", "ticket_note"]), all: false, tickets: "team" });
    expect(readRole({ "r.yaml": "roles:\n  admin:\n    rights: all\n    tickets: all" }, "admin")).toMatchObject({ all: true, tickets: "all" });
    const change = withRights(files, "accountant", ["ticket_read"]);
    expect(readRole({ "roles.yaml": change?.text ?? "" }, "accountant")?.rights).toEqual(new Set(["ticket_read"]));
    const made = withRole(files, { name: "legal", zh: "法务", en: "Legal", tickets: "own", rights: ["ticket_read", "ticket_note"] });
    expect(readRole({ [made.file]: made.text }, "legal")).toEqual({ rights: new Set(["ticket_read", "ticket_note"]), all: false, tickets: "own" });
    expect(readRole({ [made.file]: made.text }, "accountant")?.rights.size).toBe(2);
  });
});

describe("the draft of the definitions", () => {
  it("forgets edits that put back what is published", () => expect(realEdits({ a: "1", b: "2" }, { a: "1", b: null, c: null, d: "x" })).toEqual({ b: null, d: "x" }));
  it("is carried over to what somebody else published", () => {
    const carried = carryOver({ a: "1", b: "2" }, { a: "1", b: "3", c: "4" }, { a: "mine", b: "mine too" });
    expect(carried.edits).toEqual({ a: "mine", b: "mine too" });
    expect(carried.both).toEqual(["b"]);
    expect(applied({ a: "1", b: "3" }, { a: null, d: "x" })).toEqual({ b: "3", d: "x" });
    expect(carryOver({ a: "1" }, { a: "2" }, { a: "2" })).toEqual({ edits: {}, both: [] });
  });
  it("maps states by workflow", () => expect(mappingOf({ "return/applied": "open", "return/x": "", "it/a/b": "c" })).toEqual({ return: { applied: "open" }, it: { "a/b": "c" } }));
});

describe("the difference of two texts", () => {
  const kinds = (before: string, after: string, around = 3) => diffLines(before, after, around).map(({ kind, text }) => `${kind[0]}${text}`);
  it("is empty for equal texts", () => expect(diffLines("a\nb\n", "a\nb\n")).toEqual([]));
  it("names what went and what came", () => {
    expect(kinds("a\nb\nc", "a\nx\nc")).toEqual(["sa", "rb", "ax", "sc"]);
    expect(kinds("", "a\nb")).toEqual(["aa", "ab"]);
    expect(counted("a\nb\nc\nd", "a\nc\nd\ne")).toEqual({ added: 1, removed: 1 });
  });
  it("shows only what is near a change, and rebuilds the text", () => {
    const before = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
    const after = before.replace("line 20", "new").replace("line 3\n", "");
    expect(kinds(before, after, 1).filter((line) => line === "g")).toHaveLength(2);
    expect(diffLines(before, after, 99).filter(({ kind }) => kind !== "removed").map(({ text }) => text).join("\n")).toBe(after);
    expect(diffLines(before, after, 99).filter(({ kind }) => kind !== "added").map(({ text }) => text).join("\n")).toBe(before);
  });
});

describe("what an admin should look at", () => {
  const now = Date.parse("2026-03-10T00:00:00Z");
  const calm = { storage_full: false, disk_free_bytes: 5e11, database_bytes: 1e9, commit_p99_us: 4096, certificate_expires_at: "2027-01-01T00:00:00Z" } as never;
  it("tells of dead deliveries behind pages that are empty, and that there are more than were read", async () => {
    const told = async (...sizes: number[]) => {
      vi.stubGlobal("fetch", async (address: string) => {
        const at = Number(new URL(address, "https://desk.test").searchParams.get("cursor") ?? 0);
        return new Response(JSON.stringify({ items: Array(sizes[at]).fill({}), next: at + 1 < sizes.length ? String(at + 1) : null }), { headers: { "Content-Type": "application/json" } });
      });
      const found = await findWorries((right) => right === "delivery_read");
      vi.unstubAllGlobals();
      return found.map(({ kind, values }) => `${kind} ${String(values.count)}`);
    };
    expect(await told(0)).toEqual([]);
    expect(await told(0, 3)).toEqual(["dead 3"]);
    expect(await told(0, 2, 0)).toEqual(["dead 2+"]);
    expect(await told(50)).toEqual(["dead 50"]);
  });
  it("is nothing when all is well", () => expect(worriesOf(calm, [{ name: "x", path: "", created_at: "2026-03-09T12:00:00Z", files: 1, bytes: 1 }], now)).toEqual([]));
  it("is told, worst first", () => {
    const kinds = worriesOf({ ...(calm as object), storage_full: true, certificate_expires_at: "2026-03-15T00:00:00Z", commit_p99_us: 900_000 } as never, [], now).map(({ kind }) => kind);
    expect(kinds).toEqual(["storage_full", "certificate", "slow_disk", "no_backup"]);
  });
  it("is a plugin that does not do its work, not one that begins", () => {
    const plugin = (name: string, state: string, healthy: boolean) => ({ name, title: "", state, healthy });
    expect(pluginWorries(undefined)).toEqual([]);
    expect(pluginWorries([plugin("mail", "running", true), plugin("erp", "starting", false)])).toEqual([]);
    expect(pluginWorries([plugin("mail", "running", false), plugin("erp", "waiting", false)])[0]?.values).toEqual({ names: "mail · erp" });
  });
});

describe("a condition in words", () => {
  it("says what is yes or no by itself, and joins in the page's language", () => {
    expect(conditionText("on_hold is yes or event.reopened is no")).toBe("on_hold 或 非event.reopened");
    const titles = (field: string, value: string) => ({ "type return": "退货申请", "team finance": "财务组" } as Record<string, string>)[`${field} ${value}`];
    expect(conditionText("type in return, it_request and team is finance", titles)).toBe("type in 退货申请、it_request 且 team is 财务组");
    expect(conditionText("subject contains return", titles)).toBe("subject contains return");
    expect(conditionText("it needs waiting is_not yes and not (urges at_least 2)")).toBe("需要 waiting is_not 是 且 非 (urges at_least 2)");
  });
});
