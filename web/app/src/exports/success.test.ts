import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { lastSuccess, standingOf } from './success';

test('the last success is found behind runs that failed', () => {
  const e = { id: 'e', latest_run: { status: 'failed_permanent', ended_at: '2026-11-03T00:00:00Z' } } as Api['Export'];
  const tasks = [
    { kind: 'segment', object_id: 'e', name: 's', status: 'successful', runs: [] },
    {
      kind: 'export',
      object_id: 'e',
      name: 'e',
      status: 'failed_permanent',
      runs: [
        { status: 'failed_permanent', ended_at: '2026-11-03T00:00:00Z' },
        { status: 'successful_with_rejects', ended_at: '2026-11-02T00:00:00Z' },
        { status: 'successful', ended_at: '2026-11-01T00:00:00Z' },
      ],
    },
  ] as unknown as Api['TaskStanding'][];
  expect(lastSuccess(e, standingOf(tasks, e))).toBe('2026-11-02T00:00:00Z');
  expect(lastSuccess(e)).toBeUndefined();
  const fresh = { ...e, freshness: { late: false, within_minutes: 60, last_success: '2026-10-01T00:00:00Z' } };
  expect(lastSuccess(fresh, standingOf(tasks, e)), 'the server knows better').toBe('2026-10-01T00:00:00Z');
});
