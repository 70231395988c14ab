import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { sizesOf, upcoming } from './sizes';

test('each list has its sizes, one without any has none', () => {
  const sizes = sizesOf([
    { export_id: 'a', sizes: [{ at: '2026-11-01T00:00:00Z', size: 10 }] },
    { export_id: 'b', sizes: [] },
  ]);
  expect(sizes.get('a')).toEqual([{ at: '2026-11-01T00:00:00Z', size: 10 }]);
  expect(sizes.get('b')).toEqual([]);
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
