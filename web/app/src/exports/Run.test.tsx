import { screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { answers, showPages } from '../test/page';
import RunPage from './Run';

const run = {
  id: 'r1',
  export_id: 'e1',
  kind: 'run',
  status: 'failed_permanent',
  ended: true,
  created_at: '2026-11-28T09:00:00Z',
  requested_by: 'Ana',
  progress: { removals: 0, imports: 0 },
};
const plan = {
  members: 9,
  add: 0,
  update: 0,
  unchanged: 4,
  rejected: 5,
  duplicates: 0,
  leavers: 0,
  remove: 0,
  keep: 0,
  still_wanted: 0,
  not_removed: 0,
};

const shown = (over: object, may = 'edit') => {
  answers({
    'GET /me': { name: 'Ana', role: 'administrator', sees_persons: true },
    'GET /exports/e1': {
      id: 'e1',
      name: 'Newsletter',
      your_permissions: may,
      connection: { name: 'Brevo' },
      segment_ids: [],
    },
    'GET /runs/r1': { ...run, ...over },
    'GET /runs/r1/rows': { items: [] },
    'GET /runs/r1/batches': { items: [] },
  });
  return showPages(
    [
      { path: '/exports/$id/runs/$run', component: RunPage },
      { path: '/exports/$id/edit', component: () => null },
    ],
    '/exports/e1/runs/r1',
  );
};
const error = {
  code: 'list_missing',
  message: 'the account has no list 5',
  remedy: 'Choose another list, or create one',
};

test('a run that found no list says so in sentences, leads to where the list is chosen, and has no people', async () => {
  await shown({ error });
  expect(await screen.findByText('The account has no list 5.')).toBeTruthy();
  expect(screen.getByText('Choose another list, or create one.')).toBeTruthy();
  const link = await screen.findByRole('link', { name: 'Edit the export' });
  expect(link.getAttribute('href')).toBe('/exports/e1/edit');
  expect(screen.queryByRole('heading', { name: 'People' })).toBeNull();
});

test('whoever may only look is not led to a form', async () => {
  await shown({ error }, 'view');
  expect(await screen.findByText('The account has no list 5.')).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Edit the export' })).toBeNull();
});

test('why people are left out stands under a heading, the most frequent reason first', async () => {
  await shown({
    status: 'successful',
    kind: 'dry_run',
    plan: { ...plan, reasons: { email_missing: 1, no_consent: 4, nobody: 0 } },
  });
  const why = within(await screen.findByRole('region', { name: 'Why people are not exported' }));
  expect(why.getAllByRole('term').map((x) => x.textContent)).toEqual(['No consent', 'The e-mail address is missing']);
  await waitFor(() => expect(screen.getByRole('heading', { name: 'People' })).toBeTruthy());
});

test('reasons for which people stay on a list are told with the others', async () => {
  await shown({
    status: 'successful',
    kind: 'dry_run',
    plan: { ...plan, not_removed: 1, reasons: { once_joined: 1 } },
  });
  expect(await screen.findByRole('region', { name: 'Why people are not exported or not removed' })).toBeTruthy();
});

test('who shares an address with somebody outside the segments is a click away (S5)', async () => {
  await shown({ status: 'successful', kind: 'dry_run', plan: { ...plan, duplicates: 2, through_others: 2 } });
  const link = await screen.findByRole('link', { name: 'See who' });
  expect(link.closest('p')?.textContent).toContain('2 of them are shared with customers who are not in the segments.');
  expect(link.getAttribute('href')).toBe('/exports/e1/runs/r1?bucket=duplicate#people');
});

const held = {
  status: 'held',
  step: 'check',
  ended: false,
  plan: { ...plan, add: 52, leavers: 121, remove: 121, held: [{ code: 'removes_all', count: 121, of: 121 }] },
};

/** A run that goes on is followed by its events; here none come. */
class Silent {
  addEventListener() {}
  close() {}
}

test('what a held run waits for stands at its top: what it would do, why, who may answer, and both answers', async () => {
  vi.stubGlobal('EventSource', Silent);
  await shown(held);
  const answers = (await screen.findByRole('button', { name: 'Release' })).closest('[role=status]') as HTMLElement;
  expect(answers.textContent).toContain('Held: 121 people would leave the list');
  expect(answers.textContent).toContain('Everybody whom this export has on the list would leave it (121).');
  expect(answers.textContent).toContain('You may release or refuse it.');
  expect(within(answers).getByRole('button', { name: 'Refuse' })).toBeTruthy();
  const steps = screen.getByRole('list', { name: 'Steps of the run' });
  expect(answers.compareDocumentPosition(steps) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

test('whoever may only look is told who may answer a held run', async () => {
  vi.stubGlobal('EventSource', Silent);
  await shown(held, 'view');
  expect(await screen.findByText(/You may only look: an administrator may release or refuse it/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Release' })).toBeNull();
});
