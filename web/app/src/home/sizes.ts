import type { Api } from '../api/client';
import type { Point } from '../parts/sparkpath';

/** How large the list of each export was after its runs, as far as these say. */
export function sizesOf(runs: Api['Run'][]): Map<string, Point[]> {
  const out = new Map<string, Point[]>();
  for (const r of runs) {
    const size = r.receipt?.list_size ?? -1;
    if (r.kind === 'dry_run' || !r.ended_at || size < 0) continue;
    const points = out.get(r.export_id) ?? [];
    points.push({ at: r.ended_at, size });
    out.set(r.export_id, points);
  }
  return out;
}

/** What needs somebody: whether it is stopped, or late though nothing is wrong with its last run. */
export const late = (e: Api['Export']) => !!e.freshness?.late;

/** What runs by itself next, soonest first. */
export const upcoming = (tasks: Api['TaskStanding'][]) =>
  tasks
    .filter((x) => x.kind === 'export' && x.next_at)
    .sort((a, b) => Date.parse(a.next_at ?? '') - Date.parse(b.next_at ?? ''));
