// SPDX-License-Identifier: Apache-2.0
// Two tabs, two people and two publications at one draft: nothing is overwritten unseen.
import { flushPromises } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDefinitions } from "@/admin/definitions/draft";
import { useSession } from "@/shared/stores/session";

let published: { number: number; files: Record<string, string> }[] = [];
// The tabs of one test do not hear what is told in the next.
const tabs: EventListener[] = [];
beforeEach(() => {
  localStorage.clear();
  const listen = window.addEventListener.bind(window);
  vi.spyOn(window, "addEventListener").mockImplementation((type: string, listener: unknown) => {
    tabs.push(listener as EventListener);
    listen(type, listener as EventListener);
  });
  published = [{ number: 1, files: { "a.yaml": "a", "b.yaml": "b" } }];
  vi.stubGlobal("fetch", (address: string) => {
    const number = Number(/publications\/(\d+)\/files/.exec(address)?.[1] ?? 0);
    const last = published.at(-1)?.number;
    const body = number ? { files: published.find((one) => one.number === number)?.files } : { publication: { number: last, digest: `d${last}`, at: "", by: "wang", comment: "" } };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } }));
  });
});
afterEach(() => {
  for (const listener of tabs.splice(0)) window.removeEventListener("storage", listener);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function tab(user = 7) {
  setActivePinia(createPinia());
  useSession().me = { user: { id: user } } as never;
  const draft = useDefinitions();
  await draft.load();
  return draft;
}
/** What a browser tells the other tabs. */
async function tell(path: string, user = 7): Promise<void> {
  window.dispatchEvent(new StorageEvent("storage", { key: `docket.definitions.${user}.${path}` }));
  await new Promise((go) => setTimeout(go, 1));
  await flushPromises();
}
const stored = () => Object.keys(localStorage).sort();

test("what one tab types stands in the other, and neither takes away the other's file", async () => {
  const [one, two] = [await tab(), await tab()];
  one.edit("a.yaml", "a1");
  two.edit("b.yaml", "b2");
  expect(stored()).toEqual(["docket.definitions.7.a.yaml", "docket.definitions.7.b.yaml"]);
  await tell("a.yaml");
  await tell("b.yaml");
  for (const each of [one, two]) expect(each.files).toEqual({ "a.yaml": "a1", "b.yaml": "b2" });
  two.putBack("a.yaml");
  await tell("a.yaml");
  expect(one.changed).toEqual(["b.yaml"]);
  expect((await tab()).edits).toEqual({ "b.yaml": "b2" });
  // Put back in the one tab, it does not come again with what somebody publishes.
  two.putBack("b.yaml");
  published.push({ number: 2, files: { "a.yaml": "a2", "b.yaml": "b" } });
  await tell("b.yaml");
  expect(one).toMatchObject({ edits: {}, base: { publication: 2 } });
  expect(stored()).toEqual([]);
});

test("another person on this browser has a draft of their own", async () => {
  (await tab()).edit("a.yaml", "a1");
  const other = await tab(8);
  expect(other.dirty).toBe(false);
  other.edit("a.yaml", "a8");
  await tell("a.yaml", 8);
  expect((await tab()).edits).toEqual({ "a.yaml": "a1" });
});

test("what one tab publishes is the base of the other, and what was typed there since stays", async () => {
  const [one, two] = [await tab(), await tab()];
  one.edit("a.yaml", "a1");
  await tell("a.yaml");
  const files = one.files;
  published.push({ number: 2, files });
  // Typed in the other tab while the first one publishes.
  two.edit("b.yaml", "b2");
  await tell("b.yaml");
  await one.published(files);
  expect(one).toMatchObject({ edits: { "b.yaml": "b2" }, both: [], overtaken: undefined });
  await tell("a.yaml");
  expect(two.base?.publication).toBe(2);
  expect(two.files).toEqual({ "a.yaml": "a1", "b.yaml": "b2" });
  expect(two.changed).toEqual(["b.yaml"]);
});

test("when somebody else published, each tab says so, and text of the newer base wins", async () => {
  const [one, two] = [await tab(), await tab()];
  one.edit("a.yaml", "mine");
  await tell("a.yaml");
  published.push({ number: 2, files: { "a.yaml": "theirs", "b.yaml": "b" } });
  await one.load(true);
  await tell("a.yaml");
  for (const each of [one, two]) expect(each).toMatchObject({ edits: { "a.yaml": "mine" }, both: ["a.yaml"], overtaken: { number: 2 } });
  // A tab that slept over it all gets the text that was typed on top of the newest.
  published.push({ number: 3, files: { "a.yaml": "theirs", "b.yaml": "b3" } });
  await one.load(true);
  one.edit("a.yaml", "merged");
  await two.load(true);
  expect(two.files).toEqual({ "a.yaml": "merged", "b.yaml": "b3" });
  expect((await tab()).files).toEqual({ "a.yaml": "merged", "b.yaml": "b3" });
});

test("a draft from before there was one for each file is not lost", async () => {
  localStorage.setItem("docket.definitions", JSON.stringify({ base: { publication: 1, digest: "d1" }, edits: { "a.yaml": "old", "b.yaml": null }, at: 1 }));
  const draft = await tab();
  expect(draft.edits).toEqual({ "a.yaml": "old", "b.yaml": null });
  expect(stored()).toEqual(["docket.definitions.7.a.yaml", "docket.definitions.7.b.yaml"]);
});
