import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import ExportPage from './Export';

const never = {
  ...{
    id: 'e1',
    name: 'VIP',
    connection_id: 'c1',
    connection: { name: 'Main', type: 'brevo' },
    your_permissions: 'edit',
  },
  ...{ list_id: 7, list_name: 'VIPs', segment_ids: ['s1', 's2'], mapping: { email: 'email' }, leavers: 'remove' },
  ...{ take_over: false, schedule: { mode: 'on_demand' }, status: 'not_started', version: 1 },
};

async function page(language?: Language) {
  answers({
    'GET /session': { person: { role: 'contributor' } },
    'GET /exports/e1': never,
    'GET /runs': { items: [] },
    'GET /status': { at: '', tasks: [] },
    'GET /segments': {
      items: [
        { id: 's1', name: 'Loyal' },
        { id: 's2', name: 'Lately' },
      ],
    },
  });
  await showPages([{ path: '/exports/$id', component: ExportPage }], '/exports/e1', language);
}

test('the page of an export names its segments', async () => {
  await page();
  expect((await screen.findByRole('link', { name: 'Loyal' })).getAttribute('href')).toBe('/segments/s1');
  expect(screen.getByRole('link', { name: 'Lately' }).getAttribute('href')).toBe('/segments/s2');
});

test('an export that has not run says so once', async () => {
  await page();
  expect(await screen.findAllByText('This export has not run yet')).toHaveLength(1);
});

test('so it does in Croatian', async () => {
  await page('hr');
  expect(await screen.findAllByText('Ovaj izvoz još nije pokrenut')).toHaveLength(1);
  expect(screen.getByText('Segmenti')).toBeTruthy();
});
