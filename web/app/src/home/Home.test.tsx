import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import Home from './Home';

const day = '2026-11-28T10:01:00Z';
const healthy = (id: string, more: object = {}) => ({
  ...{ id, name: id, connection_id: 'c', connection: { name: 'Main', type: 'brevo' }, your_permissions: 'edit' },
  ...{ list_id: 7, segment_ids: ['s1'], mapping: { email: 'email' }, leavers: 'remove', take_over: false },
  ...{ schedule: { mode: 'on_demand' }, status: 'successful', version: 1, ...more },
});
const changed = {
  people_of: day,
  reasons: [{ code: 'segment_changed', segments: [{ id: 's1', name: 'Split gold' }] }],
};
const newer = { people_of: day, reasons: [{ code: 'data_newer', since: day }] };
const task = (id: string, next_at?: string) => ({
  ...{ kind: 'export', object_id: id, name: id, status: 'successful', runs: [], next_at },
});

async function home(exports: ReturnType<typeof healthy>[], tasks: object[], language?: Language) {
  const asked = answers({
    'GET /session': { person: { role: 'contributor' } },
    'GET /exports': { items: exports },
    'GET /runs': { items: [] },
    'GET /status': { at: day, tasks },
    'GET /list-sizes': { items: [] },
    'GET /refresh-schedule': { on: false },
    'POST /exports/by-hand/runs': { id: 'r1', status: 'queued', version: 1 },
  });
  await showPages([{ path: '/', component: Home }], '/', language);
  return asked;
}

test('all is in step only where every list is as its segments say', async () => {
  await home([healthy('a'), healthy('b')], [task('a'), task('b')]);
  expect(await screen.findByText('All in step')).toBeTruthy();
  expect(screen.getByText('2 lists are as their segments say.')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Not as their segments say' })).toBeNull();
});

test('a list that is older than its segment is told, with the reason and the button', async () => {
  const asked = await home([healthy('a'), healthy('by-hand', { out_of_step: changed })], [task('a'), task('by-hand')]);
  expect(await screen.findByText('1 list is not as its segments say')).toBeTruthy();
  expect(screen.queryByText('All in step')).toBeNull();
  expect(screen.getByText('1 list is as its segments say.')).toBeTruthy();
  const part = within(screen.getByRole('region', { name: 'Not as their segments say' }));
  expect(part.getByText('The segment Split gold was changed after its last run.')).toBeTruthy();
  await userEvent.click(part.getByRole('button', { name: /^Run ?: by-hand$/ }));
  expect(asked.find((x) => x.what === 'POST /exports/by-hand/runs')?.body).toEqual({ kind: 'run' });
});

test('one that runs by itself says when, and needs no button', async () => {
  const e = healthy('nightly', { schedule: { mode: 'with_refresh' }, out_of_step: newer });
  await home([e], [task('nightly', '2026-11-28T14:00:00Z')]);
  expect(
    await screen.findByText(/The customer data are newer than its last run. It runs with the next refresh, on/),
  ).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Run/ })).toBeNull();
});

test('whoever may not run it is told that it waits for somebody', async () => {
  await home([healthy('theirs', { your_permissions: 'view', out_of_step: newer })], [task('theirs')], 'hr');
  expect(await screen.findByText('1 popis ne odgovara segmentima')).toBeTruthy();
  expect(
    screen.getByText('Podaci o kupcima noviji su od zadnjeg pokretanja. Čeka osobu koja ga smije pokrenuti.'),
  ).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Pokreni/ })).toBeNull();
});

test('of many those that wait for somebody come first, and the rest is shown when asked for', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `list-${i}`);
  await home(
    ids.map((id) => healthy(id, { out_of_step: newer })),
    ids.map((id, i) => task(id, i === 39 ? undefined : '2026-11-28T14:00:00Z')),
  );
  const part = within(await screen.findByRole('region', { name: 'Not as their segments say' }));
  expect(part.getAllByRole('listitem')).toHaveLength(6);
  expect(within(part.getAllByRole('listitem')[0] as HTMLElement).getByRole('link').textContent).toBe('list-39');
  await userEvent.click(part.getByRole('button', { name: 'Show all 40' }));
  expect(part.getAllByRole('listitem')).toHaveLength(40);
});

test('what runs, or needs somebody, is not told twice', async () => {
  const failed = { reasons: [{ code: 'last_run_failed' }] };
  await home(
    [
      healthy('runs', { status: 'running', out_of_step: newer }),
      healthy('failed', { status: 'failed_permanent', out_of_step: failed }),
    ],
    [task('runs'), task('failed')],
  );
  expect(await screen.findByText('1 export needs you')).toBeTruthy();
  expect(screen.getByText('1 export is running.')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Not as their segments say' })).toBeNull();
});
