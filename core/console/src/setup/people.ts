// SPDX-License-Identifier: Apache-2.0
// The people of a new desk, and what is wrong with a line before it is sent.
export interface Invited {
  /** Of the account, once it is made: whoever tries again sets its password and makes no second one. */
  id?: number;
  name: string;
  login: string;
  team: string;
  role: string;
  password?: string;
}

/** What a login may be made of; the server holds the same. */
export const loginForm = /^[a-z0-9._@-]{2,64}$/;

/** A line that says nothing is none. "name", "login" or "form": what is missing or wrong. */
export function faultOf(one: Invited): "name" | "login" | "form" | undefined {
  const name = one.name.trim();
  const login = one.login.trim();
  if (!name && !login) return undefined;
  return !name ? "name" : !login ? "login" : loginForm.test(login) ? undefined : "form";
}
