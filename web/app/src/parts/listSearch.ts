/** What a list keeps in the address: search and order. */
export type ListSearch = { q?: string; sort?: string; down?: boolean };

/** Reads what a list keeps in the address; for `validateSearch` of its route. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const out: ListSearch = {};
  if (typeof search.q === 'string' || typeof search.q === 'number') out.q = String(search.q);
  if (typeof search.sort === 'string') out.sort = search.sort;
  if (search.down === true) out.down = true;
  return out;
}
