import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import SegmentPage from './Segment';

async function page(role: string, language?: Language, uses: object[] = [], more: Record<string, unknown> = {}) {
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
    ...more,
  });
  return showPages(
    [
      { path: '/segments/$id', component: SegmentPage },
      { path: '/exports/new', component: () => <p>the wizard</p> },
      { path: '/exports/$id/runs/$run', component: () => <p>the run</p> },
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

const older = (id: string, codes: string[], more: object = {}) => ({
  ...{ id, name: id, connection: { name: 'Main', type: 'brevo' }, your_permissions: 'edit', segment_ids: ['s1'] },
  ...{ schedule: { mode: 'on_demand' }, status: 'successful', list_id: 7, version: 1 },
  out_of_step: {
    people_of: '2026-11-28T10:01:00Z',
    reasons: codes.map((code) => ({ code, segments: code === 'segment_changed' ? [{ id: 's1', name: 'Loyal' }] : [] })),
  },
  ...more,
});

test('lists that still have the people of before are told on top, with what can be done', async () => {
  const { history } = await page('contributor', 'en', [], {
    'GET /exports': {
      items: [
        older('Newsletter', ['segment_changed']),
        older('Definition', ['definition_changed']),
        older('Elsewhere', ['segment_changed'], { segment_ids: ['s2'] }),
        older('Fine', [], { out_of_step: undefined }),
      ],
    },
    'GET /status': { at: '', tasks: [] },
    'POST /exports/Newsletter/runs': { id: 'r1', kind: 'dry_run', status: 'queued', version: 1 },
  });
  const row = (await screen.findByText(/Used by/)).textContent ?? '';
  expect(row).toMatch(/^Used by Newsletter, whose list still has the people of 28\sNov\s2026/);
  expect(screen.getAllByText(/Used by/)).toHaveLength(1);
  expect(screen.getByRole('button', { name: /^Run ?: Newsletter$/ })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: /^See what would change ?: Newsletter$/ }));
  expect(await screen.findByText('the run')).toBeTruthy();
  expect(history.location.href).toBe('/exports/Newsletter/runs/r1');
});

test('a viewer is told and offered nothing; of many lists the first are named', async () => {
  await page('viewer', 'hr', [], {
    'GET /exports': {
      items: Array.from({ length: 9 }, (_, i) => older(`E${i}`, ['data_newer'], { your_permissions: 'view' })),
    },
    'GET /status': { at: '', tasks: [{ kind: 'export', object_id: 'E0', next_at: '2026-11-28T14:00:00Z' }] },
  });
  expect(await screen.findAllByText(/na čijem su popisu još osobe od 28\. 11\. 2026\./)).toHaveLength(5);
  expect(screen.getByRole('link', { name: 'i još 4 izvoza' })).toBeTruthy();
  expect(screen.getByText(/Pokreće se sa sljedećim osvježavanjem, 28\. 11\. 2026\./)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Pokreni/ })).toBeNull();
});
