// SPDX-License-Identifier: Apache-2.0
// A page of a search may hold nothing and have a next one all the same: the desk looks at so many hits a page. Goes on
// over such pages, but not for ever: whoever asked may then say that there is more to look through.

const pagesInVain = 4;

export async function foundPage<Page extends { items: unknown[]; next?: string }>(
  fetchPage: (cursor?: string) => Promise<Page>,
  { from, wanted = () => true }: { from?: string; wanted?: () => boolean } = {},
): Promise<Page> {
  let page = await fetchPage(from);
  for (let asked = 1; asked < pagesInVain && !page.items.length && page.next && wanted(); ++asked) page = await fetchPage(page.next);
  return page;
}
