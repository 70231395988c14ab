import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { answers, showPages } from '../test/page';
import { daysAgo, History } from './History';
import { Overlap } from './Overlap';

const point = (at: string, members: number) => ({ at, data_at: at, members, definition_changed: false });
const since = (days: number) => new Date(Date.parse(daysAgo(days)) + 3_600_000).toISOString();
const session = (sees: boolean) => ({ person: { role: 'viewer', sees_persons: sees } });
const changes = {
  began: since(20),
  since: since(20),
  complete: false,
  definition_changed: true,
  entered: 1204,
  left: 1,
  items: [
    { profile_id: 'c1', change: 'entered', at: since(2) },
    { profile_id: 'c2', change: 'left', at: since(1) },
  ],
};

async function history(table: Record<string, unknown>, language: 'en' | 'hr' = 'en') {
  answers(table);
  await showPages(
    [
      { path: '/', component: () => <History id="s1" /> },
      { path: '/profiles/$id', component: () => null },
    ],
    '/',
    language,
  );
}

test('the day begins at midnight, so that a page asks once', () => {
  const now = new Date(2026, 10, 27, 23, 30);
  expect(daysAgo(0, now)).toBe(new Date(2026, 10, 27).toISOString());
  expect(daysAgo(30, now)).toBe(new Date(2026, 9, 28).toISOString());
});

test('a segment tells how many it had, who entered and left, and since when that is known', async () => {
  await history({
    'GET /session': session(true),
    'GET /segments/s1/trend': { items: [point(since(40), 7), point(since(20), 1000), point(since(1), 1203)] },
    'GET /segments/s1/changes': changes,
  });
  expect(await screen.findByRole('img', { name: /^From 1,000 .* to 1,203/ })).toBeTruthy();
  const table = await screen.findByRole('table');
  expect(
    within(table)
      .getAllByRole('row')
      .slice(1)
      .map((r) => r.textContent?.slice(0, 4)),
  ).toEqual(['c1En', 'c2Le']);
  expect(screen.getByText('1,204')).toBeTruthy();
  expect(screen.getByText('Known only since')).toBeTruthy();
  expect(screen.getByText(/were changed meanwhile/)).toBeTruthy();
  await userEvent.selectOptions(screen.getByLabelText('How far back'), '90');
  expect(await screen.findByRole('img', { name: /^From 7 / })).toBeTruthy();
  expect(screen.getByText('7 at the first evaluation, 1,203 at the last; the least 7, the most 1,203')).toBeTruthy();
});

test('ten of those who entered and left stand there until somebody wants more', async () => {
  const items = Array.from({ length: 12 }, (_, i) => ({ profile_id: `c${i}`, change: 'left', at: since(1) }));
  await history({
    'GET /session': session(true),
    'GET /segments/s1/trend': { items: [point(since(2), 12), point(since(1), 0)] },
    'GET /segments/s1/changes': { ...changes, items },
  });
  expect(within(await screen.findByRole('table')).getAllByRole('row')).toHaveLength(11);
  await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
  expect(within(screen.getByRole('table')).getAllByRole('row')).toHaveLength(13);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});

test('whoever may not see customers sees numbers alone', async () => {
  await history(
    {
      'GET /session': session(false),
      'GET /segments/s1/trend': { items: [point(since(3), 5), point(since(2), 6)] },
    },
    'hr',
  );
  expect(await screen.findByRole('img', { name: /^Od 5 .* do 6/ })).toBeTruthy();
  expect(screen.queryByRole('table')).toBeNull();
  expect(screen.getByText(/smiju vidjeti kupce/)).toBeTruthy();
});

test('a segment that was never evaluated has no history yet', async () => {
  await history({ 'GET /session': session(true), 'GET /segments/s1/trend': { items: [] } });
  expect(await screen.findByText(/Nothing is known yet/)).toBeTruthy();
});

test('two segments are held against each other in a bar that adds up', async () => {
  const asked = answers({
    'GET /segments': { items: ['s1', 's2', 's3'].map((id) => ({ id, name: `Segment ${id}` })) },
    'GET /segments/s1/overlap': {
      segments: [
        { id: 's1', name: 'Segment s1', members: 40, only: 30, share: 0.25 },
        { id: 's2', name: 'Segment s2', members: 12, only: 2, share: 0.833 },
      ],
      all: 10,
      any: 42,
      regions: [],
      data_at: since(1),
    },
  });
  const one = { id: 's1', name: 'Segment s1' } as Api['Segment'];
  await showPages([{ path: '/', component: () => <Overlap segment={one} /> }], '/');
  await userEvent.click(await screen.findByRole('combobox', { name: 'Compare with' }));
  expect(screen.getAllByRole('option', { hidden: true }).map((o) => o.textContent)).toEqual([
    'Segment s2',
    'Segment s3',
  ]);
  await userEvent.click(screen.getByRole('option', { name: 'Segment s2', hidden: true }));
  expect((await screen.findByText('In both')).textContent).toBe('In both 10');
  expect(screen.getByText('25%')).toBeTruthy();
  expect(screen.getByText('83.3%')).toBeTruthy();
  expect(screen.queryByText(/add up to/)).toBeNull();
  expect(asked.map((a) => a.what)).toContain('GET /segments/s1/overlap');
});
