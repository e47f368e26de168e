// SPDX-License-Identifier: Apache-2.0
// A question before what cannot be taken back. One <DConfirm> a page answers all.
import { shallowRef } from "vue";

export interface Question {
  title: string;
  text?: string;
  yes: string;
  danger?: boolean;
  /** A word to be typed first. */
  typed?: string;
}
export const question = shallowRef<Question & { answer: (yes: boolean) => void }>();

export function confirm(asked: Question): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer: (yes) => {
        question.value = undefined;
        resolve(yes);
      },
    };
  });
}
