import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import StatusPage from './Status';

const error = {
  code: 'source_refused',
  message: 'ingest source "Shop": database.password: the database refused the user or the password',
  remedy: 'Check both, and whether the user may come from this machine',
};

test.each([
  [undefined, /^The database does not accept this user and password\. Check both\. It may also let the user in from/],
  ['hr', /^Baza podataka ne prihvaća ovog korisnika i lozinku\. Provjerite oboje\./],
] as const)('why a source gives no rows is told as on its own page (%s)', async (language, says) => {
  const task = { kind: 'source', object_id: 's1', name: 'Shop', status: 'failed_permanent', runs: [], error };
  answers({
    'GET /session': { person: { role: 'administrator' } },
    'GET /refreshes': { items: [] },
    'GET /status': { tasks: [task] },
  });
  await showPages([{ path: '/status', component: StatusPage }], '/status', language);
  expect(await screen.findByText(says)).toBeTruthy();
});

test('a segment that no refresh has counted yet is told as that, for exports of it run all the same', async () => {
  const task = { kind: 'segment', object_id: 's1', name: 'Loyal', status: 'not_started', runs: [] };
  answers({
    'GET /session': { person: { role: 'viewer' } },
    'GET /refreshes': { items: [] },
    'GET /status': { tasks: [task, { ...task, object_id: 's2', name: 'Static', schedule: { mode: 'static' } }] },
  });
  await showPages([{ path: '/status', component: StatusPage }], '/status');
  expect(await screen.findByText('Counted from the next refresh on')).toBeTruthy();
  expect(screen.getAllByText('Not started')).toHaveLength(1);
});
