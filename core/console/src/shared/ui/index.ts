// SPDX-License-Identifier: Apache-2.0
// The components of the design system that every page may use. Charts, lists and the splitter are imported by file, so
// that pages without them do not carry them.
import { defineAsyncComponent } from "vue";

export { default as DAvatar } from "./DAvatar.vue";
export { default as DBadge } from "./DBadge.vue";
export { default as DButton } from "./DButton.vue";
export { default as DCheckbox } from "./DCheckbox.vue";
export { default as DEmpty } from "./DEmpty.vue";
export { default as DField } from "./DField.vue";
export { default as DInput } from "./DInput.vue";
export { default as DPage } from "./DPage.vue";
export { default as DProblem } from "./DProblem.vue";
export { default as DSelect } from "./DSelect.vue";
export { default as DSkeleton } from "./DSkeleton.vue";
export { default as DTextarea } from "./DTextarea.vue";

const tries = 6;

/** Comes when the page is idle or the first dialog is opened; while the server is away it is tried again. */
export const DDialog = defineAsyncComponent({
  loader: () => import("./DDialog.vue"),
  onError: (_, retry, fail, attempts) => (attempts < tries ? setTimeout(retry, 500 * attempts) : fail()),
});
