// SPDX-License-Identifier: Apache-2.0
// Drafts on two devices: the newer one is shown, what was sent elsewhere goes, and nothing that was typed is lost.
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let onServer: { ticket_id: number; kind: string; body: string; updated_at: string }[] = [];
vi.mock("@/shared/api/client", async (original) => ({
  ...(await original<object>()),
  has: () => true,
  send: vi.fn(async (verb: string) => ({ data: verb === "get" ? { items: onServer } : undefined })),
}));
const { useDrafts } = await import("@/console/stores/drafts");
const { useSession } = await import("@/shared/stores/session");
const signedIn = (id: number) => (useSession().me = { user: { id } } as never);

const draft = (body: string) => ({ body, attachments: [], mentions: { users: [], teams: [] }, at: Date.now() });
const there = (body: string) => [{ ticket_id: 7, kind: "reply", body, updated_at: "2026-11-25T10:00:00Z" }];

beforeEach(() => {
  localStorage.clear();
  onServer = [];
  vi.useFakeTimers();
  setActivePinia(createPinia());
});
afterEach(() => vi.useRealTimers());

test("a draft of another device is shown where this browser has none", async () => {
  onServer = there("在电脑上写的");
  expect((await useDrafts().elsewhere(7, "reply"))?.body).toBe("在电脑上写的");
  expect(await useDrafts().elsewhere(8, "reply")).toBeUndefined();
});

test("what was typed here after the server's copy stays", async () => {
  const drafts = useDrafts();
  drafts.keep(7, "reply", draft("写到"));
  await vi.advanceTimersByTimeAsync(2_000);
  drafts.keep(7, "reply", draft("写到一半"));
  onServer = there("写到");
  expect(await drafts.elsewhere(7, "reply")).toBeUndefined();
});

test("another device went on: its text is the newer one", async () => {
  const drafts = useDrafts();
  drafts.keep(7, "reply", draft("写到一半"));
  await vi.advanceTimersByTimeAsync(2_000);
  onServer = there("换个说法");
  expect((await drafts.elsewhere(7, "reply"))?.body).toBe("换个说法");
});

test("sent on another device: it is not offered again; but what was typed here since is kept", async () => {
  const drafts = useDrafts();
  drafts.keep(7, "reply", draft("写好了"));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await drafts.elsewhere(7, "reply")).toBeNull();
  drafts.keep(7, "reply", draft("写好了，再补一句"));
  expect(await drafts.elsewhere(7, "reply")).toBeUndefined();
});

test("written on both without a line between: both texts are there", async () => {
  const drafts = useDrafts();
  drafts.keep(7, "reply", draft("手机上写的"));
  onServer = there("电脑上写的");
  expect((await drafts.elsewhere(7, "reply"))?.body).toBe("电脑上写的\n\n手机上写的");
});

test("a message on its way is no draft here; refused, it is one again, before what was typed since", () => {
  signedIn(1);
  const drafts = useDrafts();
  const sent = { ...draft("第一句"), attachments: [{ id: 5, name: "a.png", size: 1 }], mentions: { users: [3], teams: [] } };
  drafts.keep(7, "reply", sent);
  drafts.forget(7, "reply");
  expect(drafts.has(7)).toBe(false);
  drafts.keep(7, "reply", { ...draft("第二句"), attachments: [{ id: 6, name: "b.png", size: 1 }] });
  drafts.settled({ ticket: 7, kind: "reply", number: -1, draft: sent }, new Error("refused"));
  expect(drafts.local(7, "reply")).toMatchObject({ body: "第一句\n\n第二句", attachments: [{ id: 5 }, { id: 6 }], mentions: { users: [3] } });
  expect(drafts.given).toMatchObject({ ticket: 7, kind: "reply" });
});

test("taken back after the ticket was left: it is there on return", async () => {
  signedIn(1);
  const drafts = useDrafts();
  await drafts.elsewhere(7, "reply"); // what the server had is known for a while
  drafts.giveBack(7, "reply", draft("撤回的"));
  await vi.advanceTimersByTimeAsync(100);
  expect(drafts.local(7, "reply")?.body).toBe("撤回的");
  expect(await drafts.elsewhere(7, "reply")).toBeUndefined();
});

test("drafts belong to a person; those of before go to the first who comes", () => {
  localStorage.setItem("docket.draft.7.reply", JSON.stringify(draft("旧的")));
  localStorage.setItem("docket.draft.new", "{}");
  signedIn(1);
  const drafts = useDrafts();
  expect(drafts.local(7, "reply")?.body).toBe("旧的");
  expect(localStorage.getItem(drafts.nameOf("new"))).toBe("{}");
  expect(localStorage.getItem("docket.draft.7.reply")).toBeNull();
  signedIn(2);
  expect(drafts.has(7)).toBe(false);
  expect(drafts.local(7, "reply")).toBeUndefined();
  expect(localStorage.getItem(drafts.nameOf("new"))).toBeNull();
  signedIn(1);
  expect(drafts.has(7)).toBe(true);
});
