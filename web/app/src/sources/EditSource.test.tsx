import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import EditSource from './EditSource';

const source = {
  id: 's1',
  name: 'Shop',
  kind: 'postgresql',
  path: '',
  csv: {},
  max_bad_rows: 0.01,
  max_shrink: 0.3,
  created_at: '',
  updated_at: '',
  version: 3,
};

async function edit(over: object, language: 'en' | 'hr' = 'en') {
  const asked = answers({
    'GET /session': { person: { role: 'administrator' } },
    'GET /sources/s1': { ...source, ...over },
    'GET /files': { items: [{ path: 'in.csv', size: 1, changed_at: '' }] },
  });
  await showPages([{ path: '/sources/$id/edit', component: EditSource }], '/sources/s1/edit', language);
  return asked;
}

test.each(['postgresql', 'mysql'])('a source that reads a database (%s) is not made one of files', async (kind) => {
  const asked = await edit({ kind });
  expect(await screen.findByText(/^This source reads a database/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /File/ })).toBeNull();
  expect(asked.map((a) => a.what)).not.toContain('GET /files');
});

test('the page says so in Croatian', async () => {
  await edit({}, 'hr');
  expect(await screen.findByText(/^Ovaj izvor čita bazu podataka/)).toBeTruthy();
});

test('a source of files keeps its form', async () => {
  await edit({ kind: 'csv', path: 'in.csv' });
  expect(await screen.findByLabelText('Or one that is there')).toBeTruthy();
});
