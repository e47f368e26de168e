// SPDX-License-Identifier: Apache-2.0
// A server that answers 503 is there, and takes nothing for now: what waits for it says so, in the talk and above it.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ref } from "vue";
import OfflineBanner from "@/console/shell/OfflineBanner.vue";
import MessageList from "@/console/ticket/MessageList.vue";
import { useOutbox } from "@/shared/api/outbox";
import { i18n } from "@/shared/i18n";

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a message that waits for a busy server does not read as being sent, and the banner says why until it went", async () => {
  let status = 503;
  vi.stubGlobal("fetch", async () => new Response('{"code":"overloaded"}', { status, headers: { "Content-Type": "application/json", "Retry-After": "5" } }));
  const pinia = createPinia();
  const global = { plugins: [i18n, pinia] };
  const outbox = useOutbox(pinia);
  const pending = { number: -1, kind: "reply", author: { kind: "user", id: 1, name: "" }, author_name: "李", body: "明天上门", attachments: [], at: new Date().toISOString(), formatted: [], pending: true };
  const state = { id: 7, ticket: ref({}), messages: ref([]), fileById: ref(new Map()), unread: {} };
  const list = mount(MessageList, { props: { state: state as never, sending: [pending] as never }, global });
  const banner = mount(OfflineBanner, { global });
  expect(list.text()).toContain("message.sending");
  expect(banner.find("[role=status]").exists()).toBe(false);
  void outbox.put("reply", "post", "/tickets/7/messages", { body: { body: "明天上门" } });
  await vi.advanceTimersByTimeAsync(10);
  expect(list.text()).toContain("message.waiting_busy");
  expect(banner.find("[role=status] .grow").text()).toBe("offline.busy");
  outbox.reached = false;
  await flushPromises();
  expect(list.text()).not.toContain("message.waiting_busy");
  expect(banner.find("[role=status] .grow").text()).toBe("offline.waiting");
  outbox.reached = true;
  status = 200;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(list.text()).toContain("message.sending");
  expect(banner.find("[role=status]").exists()).toBe(false);
  list.unmount();
  banner.unmount();
});
