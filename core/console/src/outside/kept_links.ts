// SPDX-License-Identifier: Apache-2.0
// Links that a customer asked this browser to remember. Never without being asked: a browser may be shared.
export interface KeptLink {
  number: string;
  subject: string;
  secret: string;
}
const key = "docket.portal.kept";
const most = 20;

export function keptLinks(): KeptLink[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? (kept as KeptLink[]).filter((link) => typeof link?.secret === "string") : [];
  } catch {
    return [];
  }
}
function store(links: KeptLink[]): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(links.slice(0, most)));
    return true;
  } catch {
    return false;
  }
}
/** Whether the browser could keep it. */
export function keepLink(link: KeptLink): boolean {
  return store([link, ...keptLinks().filter(({ secret }) => secret !== link.secret)]);
}
export function forgetLink(secret: string): void {
  store(keptLinks().filter((link) => link.secret !== secret));
}
