import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import Unify from './Unify';

const source = (id: string, name: string, columns: string[]) => ({
  id,
  name,
  ingest: { columns: columns.map((c) => ({ name: c, type: 'text' })) },
});
const one = {
  fields: [{ name: 'email', type: 'text', semantic: 'email' }],
  tables: [{ source_id: 'a', key: 'id', columns: [{ field: 'email', column: 'mail' }] }],
  rules: [],
  survivorship: [],
  version: 3,
  updated_at: '2026-11-27T09:00:00Z',
};
const shop = { source_id: 'b', key: 'card', columns: [{ field: 'email', column: 'address' }] };
const rule = { name: 'Same e-mail', conditions: [{ field: 'email', kind: 'normalised' }] };
const two = { ...one, tables: [...one.tables, shop], rules: [rule], version: 4 };
const numbers = {
  ...{ rows: 7, profiles: 5, joined: 2, largest: 2, merged: 0, split: 0, refused: 0 },
  tables: [
    { source_id: 'a', rows: 4, profiles: 4, shared: 2, repeated: 0 },
    { source_id: 'b', rows: 3, profiles: 3, shared: 2, repeated: 0 },
  ],
  rules: [{ name: 'Same e-mail', joins: 2, refused: 0, skipped: 0, skipped_rows: 0, skipped_most: 0 }],
};

async function page(stored: object, language?: Language, role = 'contributor') {
  const asked = answers({
    'GET /session': { person: { role } },
    'GET /sources': { items: [source('a', 'Customers', ['id', 'mail']), source('b', 'Web shop', ['card', 'address'])] },
    'GET /profile': { fields: one.fields, build: { at: '2026-11-27T10:00:00Z', profiles: 4 } },
    'GET /profile/unification': stored,
    'POST /profile/unification/suggestion': two,
    'POST /profile/unification/preview': { numbers, clusters: [], refused: [] },
    'PUT /profile/unification': { ...two, version: 5 },
  });
  await showPages([{ path: '/profile/unification', component: Unify }], '/profile/unification', language);
  return asked;
}

/** The page is a large one: a machine that has much to do takes its time for it. */
const shown = (text: string) => screen.findByText(text, {}, { timeout: 10_000 });

test('a second table comes with what its columns mean, is previewed, and saved', async () => {
  const asked = await page(one);
  await shown('1. Customers');
  await userEvent.selectOptions(await screen.findByLabelText('Another table'), 'Web shop');
  await userEvent.click(screen.getByRole('button', { name: /^Add, with what/ }));
  expect(await shown('2. Web shop')).toBeTruthy();
  expect((screen.getByLabelText('Key of Web shop') as HTMLSelectElement).value).toBe('card');
  await userEvent.click(screen.getByRole('button', { name: 'Preview' }));
  const before = await screen.findByRole('region', { name: 'What it would make' });
  expect(within(before).getByText('Web shop')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const saved = asked.find((a) => a.what === 'PUT /profile/unification')?.body as typeof two;
  expect([saved.tables, saved.rules, saved.version]).toEqual([two.tables, [rule], 3]);
});

test('two tables that are joined are shown in Croatian with their rule', async () => {
  await page({ ...two, numbers }, 'hr');
  expect(await shown('1. Customers')).toBeTruthy();
  expect(screen.getByText('2. Web shop')).toBeTruthy();
  expect(screen.getByDisplayValue('Same e-mail')).toBeTruthy();
  expect(screen.getByRole('tab', { name: 'Spojeni profili' })).toBeTruthy();
});

test('a rule that is suggested is called in the language on screen', async () => {
  await page(one, 'hr');
  await userEvent.selectOptions(await screen.findByLabelText('Još jedna tablica', {}, { timeout: 10_000 }), 'Web shop');
  await userEvent.click(screen.getByRole('button', { name: /^Dodaj, s/ }));
  expect(await screen.findByDisplayValue('Ista e-pošta', {}, { timeout: 10_000 })).toBeTruthy();
});

test('a viewer looks at the definition, and changes nothing', async () => {
  await page(two, 'en', 'viewer');
  expect(await shown('2. Web shop')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  expect(screen.getByLabelText('Key of Web shop').closest('fieldset')?.disabled).toBe(true);
});
