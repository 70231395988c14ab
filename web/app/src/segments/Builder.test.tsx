import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { answers, showPages } from '../test/page';
import { fromSegment } from './model';
import type { Operator } from './operators';
import { SegmentForm } from './SegmentForm';
import { Uses } from './Uses';

const orders: Api['Rule'] = {
  related: { path: ['orders'], where: { field: 'channel', operator: 'equals', values: ['web'] } },
  operator: 'has',
};
const operators = [
  { operator: 'in_the_last', operand: 'relative', types: ['date'], subject: 'value' },
  { operator: 'in_this', operand: 'unit', types: ['date'], subject: 'value' },
  { operator: 'has', operand: 'none', types: [], subject: 'related' },
] as Operator[];
const stored: Api['Segment'] = {
  id: 's1',
  name: 'Buyers',
  rules: [
    { rule: { all: [orders, { field: 'seen', operator: 'in_the_last', values: ['3'], unit: 'quarter' }] } },
    { combine: 'except', rule: { segment: 's2', operator: 'member_of' } },
  ],
  schedule: { mode: 'with_refresh' },
  created_at: '',
  updated_at: '',
  version: 3,
};

test('a condition that cannot be edited is told, and saved as it is beside what is edited', async () => {
  const asked = answers({
    'GET /session': { person: { role: 'contributor' } },
    'GET /segments': { items: [{ id: 's2', name: 'Staff' }] },
    'POST /segments/preview': { members: 1, rules: [1, 0], sample: [] },
    'PUT /segments/s1': { ...stored, version: 4 },
  });
  const form = () => (
    <SegmentForm
      title="Buyers"
      stored={stored}
      draft={() => fromSegment(stored)}
      fields={[{ name: 'seen', column: 'seen', type: 'date' }]}
      operators={operators}
    />
  );
  await showPages(
    [
      { path: '/', component: form },
      { path: '/segments/$id', component: () => null },
    ],
    '/',
  );
  const told = await screen.findByRole('group', {
    name: 'the profile has rows in orders (only those for which channel is “web”)',
  });
  expect(within(told).queryByRole('textbox')).toBeNull();
  expect(within(told).queryByRole('combobox')).toBeNull();
  await screen.findByRole('group', { name: 'the profile is in the segment “Staff”' });
  await userEvent.selectOptions(screen.getByLabelText('What should hold'), 'in_this');
  expect(screen.queryByLabelText('How many')).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'year');
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'quarter');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const put = asked.find((a) => a.what === 'PUT /segments/s1');
  expect(put?.body).toHaveProperty('rules', [
    { rule: { all: [orders, { field: 'seen', operator: 'in_this', unit: 'quarter' }] } },
    { combine: 'except', rule: { segment: 's2', operator: 'member_of' } },
  ]);
});

test('what uses a segment leads to segments and to exports', async () => {
  answers({ 'GET /exports': { items: [] } });
  const uses: Api['Use'][] = [
    { kind: 'segment', id: 'a', name: 'Buyers' },
    { kind: 'export', id: 'b', name: 'Newsletter' },
  ];
  await showPages(
    [
      { path: '/', component: () => <Uses uses={uses} /> },
      { path: '/segments/$id', component: () => null },
      { path: '/exports/$id', component: () => null },
    ],
    '/',
  );
  expect(screen.getByRole('link', { name: 'Buyers' }).getAttribute('href')).toBe('/segments/a');
  expect(screen.getByRole('link', { name: 'Newsletter' }).getAttribute('href')).toBe('/exports/b');
});
