import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import EditSource from './EditSource';
import SourcePage from './Source';

const source = {
  id: 's1',
  name: 'Shop',
  kind: 'postgresql',
  path: '',
  csv: {},
  database: { host: 'db.example.com', name: 'shop', user: 'segue', table: 'people', has_password: false },
  max_bad_rows: 0.01,
  max_shrink: 0.3,
  created_at: '',
  updated_at: '',
  version: 3,
};

async function at(path: string, over: object, role = 'administrator') {
  const asked = answers({
    'GET /session': { person: { role } },
    'GET /sources/s1': { ...source, ...over },
    'GET /files': { items: [{ path: 'in.csv', size: 1, changed_at: '' }] },
  });
  const pages = [
    { path: '/sources/new', component: EditSource },
    { path: '/sources/$id/edit', component: EditSource },
    { path: '/sources/$id', component: SourcePage },
  ];
  await showPages(pages, path);
  return asked;
}

test.each(['postgresql', 'mysql'])('a source that reads a database (%s) is not made one of files', async (kind) => {
  const asked = await at('/sources/s1/edit', { kind });
  expect(await screen.findByLabelText(/^Host/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /File/ })).toBeNull();
  expect(asked.map((a) => a.what)).not.toContain('GET /files');
});

test('a source of files keeps its form', async () => {
  await at('/sources/s1/edit', { kind: 'csv', path: 'in.csv', database: undefined });
  expect(await screen.findByLabelText('Or one that is there')).toBeTruthy();
});

test('administrators are led from a new file to a database', async () => {
  await at('/sources/new', {});
  const link = await screen.findByRole('link', { name: 'From a database' });
  expect(link.getAttribute('href')).toBe('/sources/new/database');
});

test('a source in a database is told with where it lies, and changed by administrators only', async () => {
  await at('/sources/s1', {});
  expect(await screen.findByText('db.example.com')).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'Edit' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Remove' })).toBeTruthy();
});

test('contributors take it over and do no more', async () => {
  await at('/sources/s1', { database: undefined }, 'contributor');
  expect(await screen.findByRole('button', { name: 'Take over now' })).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Edit' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Remove' })).toBeNull();
});
