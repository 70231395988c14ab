import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { sizesOf, upcoming } from './sizes';

const run = (export_id: string, kind: Api['Run']['kind'], ended_at?: string, list_size?: number) =>
  ({ export_id, kind, ended_at, receipt: list_size === undefined ? undefined : { list_size } }) as Api['Run'];

test('sizes come from receipts of runs; what was not asked for, and dry runs, say nothing', () => {
  const sizes = sizesOf([
    run('a', 'run', '2026-11-02T00:00:00Z', 12),
    run('b', 'run', '2026-11-02T00:00:00Z', -1),
    run('a', 'dry_run', '2026-11-01T12:00:00Z', 99),
    run('a', 'remove_kept', '2026-11-01T00:00:00Z', 10),
    run('a', 'run'),
  ]);
  expect([...sizes]).toEqual([
    [
      'a',
      [
        { at: '2026-11-02T00:00:00Z', size: 12 },
        { at: '2026-11-01T00:00:00Z', size: 10 },
      ],
    ],
  ]);
});

test('what is next comes soonest first', () => {
  const task = (object_id: string, next_at?: string, kind = 'export') =>
    ({ object_id, next_at, kind }) as Api['TaskStanding'];
  const list = upcoming([
    task('late', '2026-11-02T08:00:00Z'),
    task('never'),
    task('source', '2026-11-01T00:00:00Z', 'source'),
    task('soon', '2026-11-02T06:00:00+01:00'),
  ]);
  expect(list.map((x) => x.object_id)).toEqual(['soon', 'late']);
});
