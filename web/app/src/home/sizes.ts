import type { Api } from '../api/client';
import type { Point } from '../parts/sparkpath';

/** How large the list of each export was over time. */
export const sizesOf = (lists: Api['ListSizes'][]): Map<string, Point[]> =>
  new Map(lists.map((l) => [l.export_id, l.sizes]));

/** What needs somebody: whether it is stopped, or late though nothing is wrong with its last run. */
export const late = (e: Api['Export']) => !!e.freshness?.late;

/** What runs by itself next, soonest first. */
export const upcoming = (tasks: Api['TaskStanding'][]) =>
  tasks
    .filter((x) => x.kind === 'export' && x.next_at)
    .sort((a, b) => Date.parse(a.next_at ?? '') - Date.parse(b.next_at ?? ''));
