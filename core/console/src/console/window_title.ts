// SPDX-License-Identifier: Apache-2.0
// What the window is called. Before it stands how many notices are unread, whichever page names the window.
import { shallowRef, watchEffect } from "vue";

export const windowTitle = shallowRef("Docket");
export const unreadNotices = shallowRef(0);

/** To be called once; ends with the component that calls it. */
export function nameWindow(): void {
  watchEffect(() => {
    const unread = unreadNotices.value;
    document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${windowTitle.value}` : windowTitle.value;
  });
}
