// SPDX-License-Identifier: Apache-2.0
import { effectScope, nextTick } from "vue";
import { expect, test } from "vitest";
import { nameWindow, unreadNotices, windowTitle } from "@/console/window_title";

test("the number of unread notices stands before whatever the window is called", async () => {
  const scope = effectScope();
  scope.run(nameWindow);
  unreadNotices.value = 3;
  await nextTick();
  expect(document.title).toBe("(3) Docket");
  windowTitle.value = "T7 洗衣机 · Docket";
  await nextTick();
  expect(document.title).toBe("(3) T7 洗衣机 · Docket");
  unreadNotices.value = 120;
  await nextTick();
  expect(document.title).toBe("(99+) T7 洗衣机 · Docket");
  unreadNotices.value = 0;
  await nextTick();
  expect(document.title).toBe("T7 洗衣机 · Docket");
  scope.stop();
});
