// SPDX-License-Identifier: Apache-2.0
// A password that never got to the server is not typed again.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, expect, test, vi } from "vitest";
import { createMemoryHistory, createRouter } from "vue-router";
import SignIn from "@/console/sign-in/SignIn.vue";
import { i18n } from "@/shared/i18n";

afterEach(() => vi.unstubAllGlobals());

test.each([["the line is down", undefined, "geheim-123456"], ["the server is busy", 503, "geheim-123456"], ["it was refused", 401, ""]])("%s", async (_, status, left) => {
  vi.stubGlobal("fetch", async (address: string) => {
    const json = (body: unknown, code = 200) => new Response(JSON.stringify(body), { status: code, headers: { "Content-Type": "application/json" } });
    if (!address.endsWith("/sessions")) return json({ open: false });
    if (!status) throw new TypeError("away");
    return json({ code: status === 401 ? "unauthenticated" : "overloaded", status }, status);
  });
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:all(.*)", component: { template: "<p />" } }] });
  const page = mount(SignIn, { global: { plugins: [router, i18n, createPinia()], stubs: { LanguageChoice: true } } });
  await page.find("input[type=password]").setValue("geheim-123456");
  await page.find("form").trigger("submit");
  await flushPromises();
  expect(page.find("[role=alert]").exists()).toBe(true);
  expect((page.find("input[type=password]").element as HTMLInputElement).value).toBe(left);
  page.unmount();
});
