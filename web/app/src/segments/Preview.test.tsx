import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { ApiError } from '../api/problem';
import { answers, showPages } from '../test/page';
import { Members } from './Members';
import { Preview } from './Preview';

const wrong = new ApiError('invalid', 'there is no table "x" for queries', '', 'rules[0].rule.sql', '', 422);
const preview = { data: undefined, error: wrong, stale: false, refetch: () => undefined } as never;

const Wrong = () => <Preview preview={preview} fields={[]} lacking={0} used={[]} />;

test.each([
  ['administrator', 'The SQL query is not right yet. What is wrong stands below it.'],
  ['contributor', 'rules[0].rule.sql: there is no table "x" for queries'],
])('a query that is wrong is told once: to a %s as "%s"', async (role, said) => {
  answers({ 'GET /session': { person: { role } } });
  await showPages([{ path: '/', component: Wrong }], '/');
  expect(await screen.findByText(said, {}, { timeout: 10_000 })).toBeTruthy();
});

test('of many members the first stand there, and more for whoever wants them', async () => {
  const items = Array.from({ length: 30 }, (_, i) => ({ id: `c${i}`, values: [{ field: 'city', value: 'Split' }] }));
  answers({ 'GET /session': { person: { role: 'contributor' } }, 'GET /segments/s1/members': { items } });
  await showPages([{ path: '/', component: () => <Members id="s1" /> }], '/');
  const more = await screen.findByRole('button', { name: 'Show more' }, { timeout: 10_000 });
  expect(screen.getAllByText('Split')).toHaveLength(10);
  more.click();
  expect(await screen.findByText('c29')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});

const counted = { data: { members: 42, sample: [], rules: [] }, error: null, stale: false } as never;
const Incomplete = () => <Preview preview={counted} fields={[]} lacking={1} used={[]} />;

test('the count stays while a condition is incomplete, as that of before', async () => {
  answers({ 'GET /session': { person: { role: 'contributor' } } });
  await showPages([{ path: '/', component: Incomplete }], '/');
  const total = await screen.findByTestId('total');
  expect(total.textContent).toBe('42');
  expect(total.dataset.stale).toBe('true');
  expect(screen.getByText('One condition is not complete yet. The count is that of before.')).toBeTruthy();
});
