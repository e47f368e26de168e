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
