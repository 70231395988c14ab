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

const key =
  'build the profiles: key: the key "id" is missing in 1 row and not unique: 1 value occurs in 2 rows (missing in row 9; the same in rows 3, 5). Mend the rows in the source (counted in its order)';

test.each([
  [
    undefined,
    key,
    /the key id is missing \(rows: 9\), and the same in several rows \(such as 3, 5\)\. The earlier profiles stay/,
  ],
  [
    'hr',
    key,
    /ključ id nedostaje \(retci: 9\), a isti je u više redaka \(primjerice 3, 5\)\. Prijašnji profili ostaju/,
  ],
  ['hr', 'key: the key "id" is missing in 2 rows (missing in rows 1, 2)', /nedostaje ključ id \(retci: 1, 2\)/],
  [
    'hr',
    'key: the key "id" is not unique: 1 value occurs in 2 rows (the same in rows 3, 5)',
    /ključ id isti je u više redaka/,
  ],
  ['hr', 'the table has no column "city", from which the field "town" is made', /izvor nema stupac city/],
  ['hr', 'the tables have more than 9 rows together', /^Profili se nisu mogli izgraditi\. Prijašnji profili ostaju/],
] as const)(
  'why profiles were not built is told, and leads to their definition %#',
  async (language, message, says) => {
    const error = { code: 'source_refused', message };
    const task = { kind: 'profile', name: 'profile', status: 'failed_permanent', runs: [], error };
    answers({
      'GET /session': { person: { role: 'administrator' } },
      'GET /refreshes': {
        items: [
          {
            id: 'r1',
            status: 'failed_permanent',
            created_at: '2026-11-01T10:00:00Z',
            ended: true,
            tasks: [{ ...task, id: 'p' }],
          },
        ],
      },
      'GET /status': { tasks: [task] },
    });
    await showPages(
      [
        { path: '/status', component: StatusPage },
        { path: '/profile', component: () => null },
      ],
      '/status',
      language,
    );
    expect(await screen.findAllByText(says)).toHaveLength(2);
    expect(screen.queryByText(/unexpected|neočekivano/)).toBeNull();
    for (const link of screen.getAllByRole('link', { name: language ? 'Profili' : 'Profiles' }))
      expect(link.getAttribute('href')).toBe('/profile');
  },
);

test('a segment that no refresh has counted yet is told as that, for exports of it run all the same', async () => {
  const task = { kind: 'segment', object_id: 's1', name: 'Loyal', status: 'not_started', runs: [] };
  answers({
    'GET /session': { person: { role: 'viewer' } },
    'GET /refreshes': { items: [] },
    'GET /status': {
      tasks: [
        task,
        { ...task, object_id: 's2', name: 'Static', schedule: { mode: 'static' } },
        { kind: 'profile', name: 'profile', status: 'successful', runs: [] },
      ],
    },
  });
  await showPages([{ path: '/status', component: StatusPage }], '/status');
  expect(await screen.findAllByText('Profiles')).toHaveLength(2); // the heading and the task
  expect(screen.queryByRole('link', { name: 'Profiles' })).toBeNull();
  expect(await screen.findByText('Counted from the next refresh on')).toBeTruthy();
  expect(screen.getAllByText('Not started')).toHaveLength(1);
});
