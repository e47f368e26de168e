// SPDX-License-Identifier: Apache-2.0
// The practice ticket is one person's, and a break of the line does not end it.
import { flushPromises, mount } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { choosePractice, practiceId, usePractice } from "@/console/settings/practice";
import { i18n } from "@/shared/i18n";
import { useSession } from "@/shared/stores/session";

let answer: () => Response;
const refusal = (status: number) => new Response('{"code":"x"}', { status, headers: { "Content-Type": "application/json" } });
beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("fetch", async () => answer());
});
afterEach(() => vi.unstubAllGlobals());

function signedIn(id: number) {
  useSession().me = { user: { id }, teams: [], rights: [] } as never;
}

test("it is given up only when it is gone or may not be read any more", async () => {
  const pinia = createPinia();
  setActivePinia(pinia);
  signedIn(3);
  const look = async () => {
    mount({ setup: () => (usePractice(), () => null) }, { global: { plugins: [i18n, pinia] } });
    await flushPromises();
    return practiceId.value;
  };
  choosePractice(7);
  answer = () => {
    throw new TypeError("away");
  };
  expect(await look()).toBe(7);
  answer = () => refusal(503);
  expect(await look()).toBe(7);
  answer = () => refusal(404);
  expect(await look()).toBe(0);
});

test("whoever signs in next on this browser has their own, or none", () => {
  setActivePinia(createPinia());
  signedIn(3);
  choosePractice(7);
  signedIn(4);
  expect(practiceId.value).toBe(0);
  choosePractice(8);
  signedIn(3);
  expect(practiceId.value).toBe(7);
  choosePractice(0);
  signedIn(4);
  expect(practiceId.value).toBe(8);
});
