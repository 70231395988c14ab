import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import SegmentPage from './Segment';

async function page(role: string, language?: Language) {
  const segment = {
    id: 's1',
    name: 'Loyal',
    rules: [],
    schedule: {},
    created_at: '',
    updated_at: '2026-11-27T09:00:00Z',
  };
  answers({ 'GET /session': { person: { role } }, 'GET /segments/s1': segment });
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
