import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import ConnectionPage from './Connection';
import { ExportUser } from './ExportUser';

async function page(language?: Language) {
  const asked = answers({
    'GET /session': { person: { role: 'contributor' } },
    'GET /connections/c1': {
      id: 'c1',
      name: 'Main',
      type: 'brevo',
      shared: true,
      account: {},
      consent: {},
      version: 1,
    },
    'GET /exports': {
      items: [
        { id: 'e1', name: 'VIP', connection_id: 'c1', status: 'held' },
        { id: 'e2', name: 'Others', connection_id: 'c2', status: 'successful' },
      ],
    },
  });
  await showPages([{ path: '/connections/$id', component: ConnectionPage }], '/connections/c1', language);
  return asked;
}

test('a contributor sees what a connection is, who may use it and the exports over it, and is not shown the account', async () => {
  const asked = await page();
  expect((await screen.findByRole('link', { name: 'VIP' })).getAttribute('href')).toBe('/exports/e1');
  expect(screen.getByText('Held (needs approval)')).toBeTruthy();
  expect(screen.queryByText('Others')).toBeNull();
  expect(screen.getAllByText('Brevo (Sendinblue)')).toHaveLength(2);
  expect(screen.getByText('Administrators and contributors')).toBeTruthy();
  expect(screen.getByText(/are shown to administrators/)).toBeTruthy();
  expect(asked.map((a) => a.what)).not.toContain('GET /connections/c1/exports');
});

test('so it is in Croatian', async () => {
  await page('hr');
  expect(await screen.findByRole('link', { name: 'VIP' })).toBeTruthy();
  expect(screen.getByText('Gdje se koristi')).toBeTruthy();
  expect(screen.getByText(/prikazuju se administratorima/)).toBeTruthy();
});

const taken = {
  id: 'c1',
  name: 'Main',
  export_user: { kind: 'person', person_id: 'p2', name: 'Bruno' },
} as Api['Connection'];
const takeOver = <ExportUser connection={taken} mayChange />;

test('whoever may take over as export user is told what changes for whom', async () => {
  answers({ 'GET /session': { person: { id: 'p1', role: 'administrator' } } });
  await showPages([{ path: '/', component: () => takeOver }], '/');
  expect(
    await screen.findByText(/run on your behalf, and no longer on that of Bruno; nothing else changes/),
  ).toBeTruthy();
});

test('so they are in Croatian', async () => {
  answers({ 'GET /session': { person: { id: 'p1', role: 'administrator' } } });
  await showPages([{ path: '/', component: () => takeOver }], '/', 'hr');
  expect(await screen.findByText(/u vaše ime, a više ne u ime: Bruno/)).toBeTruthy();
});
