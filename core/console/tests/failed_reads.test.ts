// SPDX-License-Identifier: Apache-2.0
// What could not be read is not shown as "nothing".
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import CustomerCard from "@/console/ticket/CustomerCard.vue";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";
import DCombobox from "@/shared/ui/DCombobox.vue";

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a search that failed says so and can be tried again; only one that found nothing offers to add", async () => {
  vi.useFakeTimers();
  const search = vi.fn<(text: string) => Promise<{ value: string; label: string }[]>>().mockRejectedValue(new TypeError("away"));
  const page = mount(DCombobox, { props: { label: "客户", search }, slots: { more: "<i class='more' />" }, global: { plugins: [i18n] }, attachTo: document.body });
  const within = (selector: string) => document.body.querySelector<HTMLElement>(`.d-combo-list ${selector}`);
  await page.find("input").trigger("click");
  await page.find("input").setValue("王");
  await vi.advanceTimersByTimeAsync(400);
  expect(within("[role=alert]")).not.toBeNull();
  expect(within(".more")).toBeNull();
  expect(document.body.textContent).not.toContain("common.nothing_found");
  search.mockResolvedValue([]);
  within("[role=alert] button")?.click();
  await vi.advanceTimersByTimeAsync(10);
  expect(within("[role=alert]")).toBeNull();
  expect(within(".nothing")?.textContent).toBe("common.nothing_found");
  expect(within(".more")).not.toBeNull();
  page.unmount();
});

test("a customer's other tickets that could not be read are not none; another customer's are not shown for theirs", async () => {
  let away = true;
  vi.stubGlobal("fetch", async (address: string) => {
    const { pathname, searchParams } = new URL(address, "https://desk.test");
    if (pathname.endsWith("/tickets")) return away ? json({ code: "overloaded" }, 503) : json({ items: searchParams.get("customer") === "3" ? [{ id: 8, subject: "漏水", type: "x", state: "new", category: "new", updated_at: "2026-03-02T01:30:00Z" }] : [] });
    return json({ id: 3, name: "王女士", items: [] });
  });
  const pinia = createPinia();
  useSession(pinia).me = { user: { id: 1 }, rights: ["customer_read"] } as never;
  const ticket = ref({ customer: { id: 3, name: "王女士" } });
  const page = mount(CustomerCard, { props: { state: { id: 7, ticket } as never }, global: { plugins: [i18n, pinia], stubs: { RouterLink: { template: "<a><slot /></a>" } } } });
  await flushPromises();
  expect(page.text()).not.toContain("customer.no_other_tickets");
  away = false;
  await page.find("[role=alert] button").trigger("click");
  await flushPromises();
  expect(page.text()).toContain("漏水");
  expect(page.find("[role=alert]").exists()).toBe(false);
  ticket.value = { customer: { id: 4, name: "李先生" } };
  await flushPromises();
  expect(page.text()).not.toContain("漏水");
  expect(page.text()).toContain("customer.no_other_tickets");
  page.unmount();
});
