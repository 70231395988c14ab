import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import SegmentPage from './Segment';

async function page(role: string, language?: Language, uses: object[] = []) {
  const segment = {
    id: 's1',
    name: 'Loyal',
    rules: [],
    schedule: {},
    created_at: '',
    updated_at: '2026-11-27T09:00:00Z',
  };
  answers({
    'GET /session': { person: { role } },
    'GET /segments/s1': segment,
    'GET /segments/s1/uses': { items: uses },
  });
  return showPages(
    [
      { path: '/segments/$id', component: SegmentPage },
      { path: '/exports/new', component: () => <p>the wizard</p> },
    ],
    '/segments/s1',
    language,
  );
}

test('a segment is exported from its page: the wizard begins with it', async () => {
  const { history } = await page('contributor');
  await userEvent.click(await screen.findByRole('button', { name: 'Export to a list' }));
  expect(await screen.findByText('the wizard')).toBeTruthy();
  expect(history.location.href).toBe('/exports/new?segment=s1');
});

test('so it is in Croatian', async () => {
  await page('contributor', 'hr');
  expect(await screen.findByRole('button', { name: 'Izvezi na popis' })).toBeTruthy();
});

test('a viewer is not offered it', async () => {
  await page('viewer');
  expect(await screen.findByRole('heading', { name: 'Loyal' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Export to a list' })).toBeNull();
});

test('the main button is the one to a list until an export has the segment', async () => {
  const main = (name: string, role = 'button') => screen.getByRole(role, { name }).dataset.variant;
  await page('contributor');
  await waitFor(() => expect(main('Export to a list')).toBe('filled'));
  expect(main('Edit', 'link')).toBe('default');
});

test('of a segment that is exported it is the one to edit it', async () => {
  await page('contributor', undefined, [{ kind: 'export', id: 'e1', name: 'VIP' }]);
  await screen.findByText('VIP');
  expect(screen.getByRole('link', { name: 'Edit' }).dataset.variant).toBe('filled');
  expect(screen.getByRole('button', { name: 'Export to a list' }).dataset.variant).toBe('default');
});
