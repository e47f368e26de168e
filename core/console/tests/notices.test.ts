// SPDX-License-Identifier: Apache-2.0
// Notices and who is on which ticket, over a break of the stream; what is shown stays while it is read again.
import { flushPromises, mount, shallowMount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import NoticesScreen from "@/console/notices/NoticesScreen.vue";
import ConsoleShell from "@/console/shell/ConsoleShell.vue";
import { useNotices } from "@/console/stores/notices";
import { usePresence } from "@/console/stores/presence";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { useToasts } from "@/shared/stores/toasts";
import { soon } from "./soon";

const stream = vi.hoisted(() => ({ listeners: [] as { state?: (open: boolean) => void; signal?: (signal: object) => void }[] }));
vi.mock("@/shared/live/stream", () => ({
  live: {
    listen(one: { state?: (open: boolean) => void }) {
      stream.listeners.push(one);
      one.state?.(false);
      return () => undefined;
    },
    start: () => undefined,
    stop: () => undefined,
  },
}));
vi.mock("@/shared/api/client", async (original) => ({ ...(await original<object>()), has: () => true }));

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const notice = (id: number, read = false) => ({ id, kind: "mentioned", ticket_id: id, number: `T-${id}`, subject: `第 ${id} 条`, text: "", at: "2026-03-02T01:30:00Z", read });
let kept: ReturnType<typeof notice>[] = [];
let away = false;
let asked: URLSearchParams[] = [];
/** Set: an answer waits for `held[n]()`. */
let held: (() => void)[] | undefined;
beforeEach(() => {
  [kept, away, asked, held] = [[], false, [], undefined];
  stream.listeners = [];
  setActivePinia(createPinia());
  useSession().me = { user: { id: 1, name: "王工" }, rights: [] } as never;
  vi.stubGlobal("fetch", async (address: string) => {
    const url = new URL(address, "https://desk.test");
    if (!url.pathname.endsWith("/notices")) return json({ me: { user: { id: 1, name: "王工" }, rights: [] }, desk: {}, views: [], types: [], workflows: [], teams: [], items: [] });
    asked.push(url.searchParams);
    if (away) throw new TypeError("away");
    const rows = kept.filter((one) => one.id < Number(url.searchParams.get("cursor") ?? 1_000) && !(url.searchParams.get("unread") && one.read));
    const answer = json({ items: rows.slice(0, 2), unread: kept.filter((one) => !one.read).length, next: rows.length > 2 ? String(rows[1]?.id) : undefined });
    const waits = held;
    if (waits) await new Promise<void>((go) => waits.push(go));
    return answer;
  });
});
afterEach(() => vi.unstubAllGlobals());
const ids = () => useNotices().all.map(({ id }) => id);
const screen = async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  const page = mount(NoticesScreen, { global: { plugins: [i18n, router] } });
  await flushPromises();
  const button = (key: string) => page.findAll("button").find((one) => one.text() === i18n.global.t(key))?.element as HTMLButtonElement;
  return { page, button };
};

test("a list that was extended stays so when a new notice is read; a gap is not hidden", async () => {
  kept = [6, 5, 4, 3, 2, 1].map((id) => notice(id));
  const notices = useNotices();
  await notices.load();
  await notices.more();
  expect(ids()).toEqual([6, 5, 4, 3]);
  kept = [notice(7), ...kept.map((one) => (one.id === 6 ? { ...one, read: true } : one))];
  await notices.load();
  expect(ids()).toEqual([7, 6, 5, 4, 3]);
  expect(notices.all[1]?.read).toBe(true);
  await notices.more();
  expect(ids()).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(notices.next).toBeUndefined();
  // More came than one page tells: what lies between is reached from the new page on.
  kept = [notice(11), notice(10), notice(9), ...kept];
  await notices.load();
  expect(ids()).toEqual([11, 10]);
  await notices.more();
  expect(ids()).toEqual([11, 10, 9, 7]);
  // The other filter is another list.
  notices.unreadOnly = true;
  kept = kept.map((one) => ({ ...one, read: one.id !== 10 }));
  await notices.load();
  expect(ids()).toEqual([10]);
});

test("an older answer does not replace a newer one", async () => {
  kept = [notice(1)];
  const notices = useNotices();
  held = [];
  const [older, waits] = [notices.load(), held];
  await flushPromises();
  kept = [notice(2), notice(1)];
  held = undefined;
  await notices.load();
  waits[0]?.();
  await older;
  expect(ids()).toEqual([2, 1]);
});

test("a read that fails in the background hides nothing", async () => {
  kept = [notice(2), notice(1)];
  const { page } = await screen();
  away = true;
  await useNotices().load();
  await flushPromises();
  expect(page.findAll(".notice")).toHaveLength(2);
  expect(page.find("[role=alert]").exists()).toBe(true);
  page.unmount();
});

test("more is asked for once however often it is pressed, and its failure is said", async () => {
  kept = [6, 5, 4, 3, 2, 1].map((id) => notice(id));
  const { page, button } = await screen();
  button("common.more").click();
  button("common.more").click();
  await flushPromises();
  expect(asked.map((query) => query.get("cursor"))).toEqual([null, "5"]);
  expect(ids()).toEqual([6, 5, 4, 3]);
  away = true;
  button("common.more").click();
  await flushPromises();
  expect(useToasts().all.map(({ kind }) => kind)).toEqual(["danger"]);
  away = false;
  button("common.more").click();
  await flushPromises();
  expect(ids()).toEqual([6, 5, 4, 3, 2, 1]);
  page.unmount();
});

test("what came while the stream was down is read when it opens anew, and who is on a ticket is told anew", async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  await router.push("/");
  const page = shallowMount(ConsoleShell, { global: { plugins: [i18n, router] } });
  const state = (open: boolean) => stream.listeners.forEach((one) => one.state?.(open));
  state(true);
  await soon(() => expect(asked).toHaveLength(1));
  await flushPromises();
  const presence = usePresence();
  presence.told(7, [{ user_id: 2, name: "林小满", mode: "viewing" }]);
  kept = [notice(1)];
  state(false);
  expect(presence.on(7)).toHaveLength(1);
  state(true);
  expect(presence.on(7)).toEqual([]);
  await soon(() => expect(useNotices().unread).toBe(1));
  expect(asked).toHaveLength(2);
  page.unmount();
});

test("a colleague who stays on a ticket stays shown; the server says when one leaves", () => {
  vi.useFakeTimers();
  const presence = usePresence();
  const other = { user_id: 2, name: "林小满", mode: "viewing" as const };
  presence.told(7, [other]);
  vi.advanceTimersByTime(300_000);
  presence.told(8, [{ ...other, user_id: 1 }]);
  expect(presence.on(7)).toEqual([other]);
  expect(presence.on(8)).toEqual([]);
  presence.told(7, []);
  expect(presence.on(7)).toEqual([]);
  vi.useRealTimers();
});
