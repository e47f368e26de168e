// SPDX-License-Identifier: Apache-2.0
// From one customer to another: what the first one's reads answer late is not shown with the second.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nextTick } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import PartyList from "@/console/customers/PartyList.vue";
import PartyPage from "@/console/customers/PartyPage.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import { soon } from "./soon";

interface Asked {
  url: URL;
  answer: (body: unknown, status?: number) => Promise<void>;
}
let asked: Asked[] = [];
beforeEach(() => {
  asked = [];
  setActivePinia(createPinia());
  useSession().me = { user: { id: 1 }, rights: ["ticket_read", "customer_edit"] } as never;
  vi.stubGlobal("fetch", (address: string) => new Promise<Response>((done) => {
    asked.push({
      url: new URL(address, "https://desk.test"),
      async answer(body, status = 200) {
        done(new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } }));
        await flushPromises();
        await flushPromises();
      },
    });
  }));
});
afterEach(() => vi.unstubAllGlobals());

const last = (path: string): Asked => {
  const one = asked.filter(({ url }) => url.pathname === `/api/v1${path}`).at(-1);
  if (!one) throw new Error(`nobody asked for ${path}`);
  return one;
};
const party = (id: number, name: string) => ({ id, name, phone: "", email: "", level: "", region: "", notes: "", version: 1, created_at: "2026-03-02T01:30:00Z" });
const ticket = (id: number, subject: string) => ({ id, subject, type: "consult", state: "new", category: "new", priority: "normal", updated_at: "2026-03-02T01:30:00Z" });
const nothing = { template: "<p />" };

async function opened(address: string) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/customers/:id", component: nothing },
      { path: "/organizations/:id", component: nothing },
      { path: "/customers", component: nothing },
      { path: "/organizations", component: nothing },
      { path: "/tickets/:id", name: "ticket", component: nothing },
      { path: "/tickets/new", component: nothing },
    ],
  });
  await router.push(address);
  const page = mount(PartyPage, { props: { kind: "customer" }, global: { plugins: [i18n, router], stubs: { PartyDialog: { template: "<form class='dialog' />" } } } });
  const go = async (kind: "customer" | "organization", to: string) => {
    await router.push(to);
    await page.setProps({ kind });
    await flushPromises();
  };
  const button = (key: string) => page.findAll("button").find((one) => one.text() === i18n.global.t(key));
  return { page, go, button };
}

test("what the customer before answers late stays away, and the form about it is closed", async () => {
  const { page, go, button } = await opened("/customers/1");
  await last("/tickets").answer({ items: [ticket(11, "甲的工单")], next: "c" });
  await last("/customers/1").answer(party(1, "甲"));
  await button("common.edit")?.trigger("click");
  await flushPromises();
  expect(page.find(".dialog").exists()).toBe(true);

  await button("common.more")?.trigger("click");
  const moreOfFirst = last("/tickets");
  await go("customer", "/customers/2");
  expect(page.text()).not.toContain("甲");
  expect(page.find(".dialog").exists()).toBe(false);
  const [ofSecond, second] = [last("/tickets"), last("/customers/2")];

  await go("organization", "/organizations/1");
  await last("/tickets").answer({ items: [ticket(31, "丙的工单")] });
  await last("/organizations/1").answer(party(1, "丙"));
  await moreOfFirst.answer({ items: [ticket(12, "甲的另一张")], next: "d" });
  await ofSecond.answer({ items: [ticket(21, "乙的工单")] });
  await second.answer(party(2, "乙"));
  expect(page.find(".head h2").text()).toBe("丙");
  expect(page.findAll(".subject").map((one) => one.text())).toEqual(["丙的工单"]);
  expect(button("common.more")).toBeUndefined();
  page.unmount();
});

test("a failure of the one before is not shown with the next", async () => {
  const { page, go } = await opened("/customers/1");
  const first = last("/customers/1");
  await go("customer", "/customers/2");
  await first.answer({ code: "not_found" }, 404);
  expect(page.find("[role=alert]").exists()).toBe(false);
  page.unmount();
});

test("more tickets: asked for once however often it is pressed, and a failure is said", async () => {
  const { page, button } = await opened("/customers/1");
  await last("/tickets").answer({ items: [ticket(11, "一")], next: "c" });
  await last("/customers/1").answer(party(1, "甲"));
  const more = button("common.more")?.element as HTMLButtonElement;
  const before = asked.length;
  more.click();
  more.click();
  expect(asked.length - before).toBe(1);
  await last("/tickets").answer({ code: "internal" }, 500);
  expect(page.find(".card [role=alert]").text()).toContain(i18n.global.t("error.internal"));
  await button("common.try_again")?.trigger("click");
  await last("/tickets").answer({ items: [ticket(12, "二")] });
  expect(page.findAll(".subject").map((one) => one.text())).toEqual(["一", "二"]);
  expect(page.find("[role=alert]").exists()).toBe(false);
  page.unmount();
});

test("the list of the other kind begins without the text that was looked for, and a search that fails says so", async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/customers", component: nothing }, { path: "/organizations", component: nothing }] });
  await router.push("/customers?text=王");
  const page = mount(PartyList, { props: { kind: "customer" }, global: { plugins: [i18n, router], stubs: { DList: { props: ["items"], template: "<ul><li v-for='one in items' :key='one.id'>{{ one.name }}</li></ul>" } } } });
  expect(last("/customers").url.searchParams.get("text")).toBe("王");
  await last("/customers").answer({ items: [party(1, "王女士")] });
  expect(page.text()).toContain("王女士");

  vi.useFakeTimers();
  await page.find("input").setValue("王女");
  await vi.advanceTimersByTimeAsync(150);
  await router.push("/organizations");
  await page.setProps({ kind: "organization" });
  expect((page.find("input").element as HTMLInputElement).value).toBe("");
  expect(last("/organizations").url.searchParams.get("text")).toBeNull();
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  expect(asked.filter(({ url }) => url.pathname.endsWith("/organizations"))).toHaveLength(1);
  await last("/organizations").answer({ items: [party(5, "某公司")] });

  await page.find("input").setValue("李");
  await soon(() => expect(last("/organizations").url.searchParams.get("text")).toBe("李"));
  await last("/organizations").answer({ code: "internal" }, 500);
  await nextTick();
  expect(page.text()).not.toContain("某公司");
  expect(page.find("[role=alert]").exists()).toBe(true);
  page.unmount();
});
