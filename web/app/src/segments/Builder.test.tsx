import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import { fromSegment } from './model';
import type { Operator } from './operators';
import { SegmentForm } from './SegmentForm';
import type { World } from './tables';
import { Uses } from './Uses';

const orders: Api['Rule'] = {
  related: { path: ['orders'], where: { field: 'channel', operator: 'equals', values: ['web'] } },
  operator: 'has',
};
const later = { ...orders, related: { path: ['orders'] }, weight: 3 } as Api['Rule'];
const operators = [
  { operator: 'equals', operand: 'one', types: ['text', 'number', 'date'], subject: 'value' },
  { operator: 'greater_or_equal', operand: 'one', types: ['number'], subject: 'value' },
  { operator: 'in_the_last', operand: 'relative', types: ['date'], subject: 'value' },
  { operator: 'in_this', operand: 'unit', types: ['date'], subject: 'value' },
  { operator: 'has', operand: 'none', types: [], subject: 'related' },
  { operator: 'has_not', operand: 'none', types: [], subject: 'related' },
  { operator: 'member_of', operand: 'none', types: [], subject: 'segment' },
  { operator: 'not_member_of', operand: 'none', types: [], subject: 'segment' },
  { operator: 'in_query', operand: 'none', types: [], subject: 'query' },
  { operator: 'not_in_query', operand: 'none', types: [], subject: 'query' },
  { operator: 'address_one_of', operand: 'many', types: [], subject: 'profile' },
] as unknown as Operator[];
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

const world: World = {
  fields: [{ name: 'seen', column: 'seen', type: 'date' }],
  operators,
  tables: [
    {
      id: 'o',
      name: 'Orders',
      columns: [
        { name: 'channel', type: 'text' },
        { name: 'amount', type: 'number' },
        { name: 'bought', type: 'date' },
      ],
    },
  ],
  relationships: [{ name: 'orders', from: 'o' }],
  segments: [
    { id: 's2', name: 'Staff' },
    { id: 's3', name: 'Loyal' },
  ],
};

/** Shows the form of a segment; what is asked is noted. */
async function form(segment: Api['Segment'], language?: Language, role = 'contributor', preview?: () => unknown) {
  const asked = answers({
    'GET /session': { person: { role } },
    'GET /segments': { items: world.segments },
    'POST /segments/preview': preview ?? { members: 1, rules: [1, 0], sample: [] },
    'PUT /segments/s1': { ...segment, version: 4 },
  });
  const page = () => <SegmentForm title="Buyers" stored={segment} draft={() => fromSegment(segment)} world={world} />;
  await showPages(
    [
      { path: '/', component: page },
      { path: '/segments/$id', component: () => null },
    ],
    '/',
    language,
  );
  return async () => {
    await userEvent.click(screen.getByRole('button', { name: language === 'hr' ? 'Spremi' : 'Save' }));
    return (asked.find((a) => a.what === 'PUT /segments/s1')?.body as { rules: unknown } | undefined)?.rules;
  };
}

test('a condition that is not known is told, and saved as it is beside what is edited', async () => {
  const save = await form({
    ...stored,
    rules: [{ rule: { all: [later, { field: 'seen', operator: 'in_the_last', values: ['3'], unit: 'quarter' }] } }],
  });
  const told = await screen.findByRole('group', { name: /has orders \(weight: 3\)/ });
  expect(within(told).queryByRole('textbox')).toBeNull();
  expect(within(told).queryByRole('combobox')).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText('What should hold'), 'in_this');
  expect(screen.queryByLabelText('How many')).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'year');
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'quarter');
  expect(await save()).toEqual([{ rule: { all: [later, { field: 'seen', operator: 'in_this', unit: 'quarter' }] } }]);
});

test('what rows must meet, what is worked out of them and another segment are edited', async () => {
  const save = await form(stored);
  const rows = await screen.findByRole('group', {
    name: 'the profile has orders (only those for which channel is “web”)',
  });
  await userEvent.selectOptions(within(rows).getByLabelText('What of them'), 'sum');
  // The only number of the table is taken, and compared as numbers are.
  expect((within(rows).getAllByLabelText('Of what')[0] as HTMLSelectElement).value).toBe('amount');
  const [compare] = within(rows).getAllByLabelText('What should hold');
  expect((compare as HTMLSelectElement).value).toBe('greater_or_equal');
  const [amount, channel] = within(rows).getAllByLabelText('Value');
  await userEvent.type(amount as HTMLElement, '100');
  await userEvent.clear(channel as HTMLElement);
  await userEvent.type(channel as HTMLElement, 'shop');
  await userEvent.click(within(rows).getByRole('button', { name: 'Only those of a time' }));
  const span = within(rows).getByRole('group', { name: 'Only those of this time' });
  await userEvent.clear(within(span).getByLabelText('How many'));
  await userEvent.type(within(span).getByLabelText('How many'), '90');
  const staff = screen.getByRole('group', { name: 'the profile is in the segment “Staff”' });
  await userEvent.selectOptions(within(staff).getByLabelText('What should hold'), 'not_member_of');
  expect(await save()).toEqual([
    {
      rule: {
        all: [
          {
            related: {
              path: ['orders'],
              function: 'sum',
              column: 'amount',
              where: { field: 'channel', operator: 'equals', values: ['shop'] },
              within: { column: 'bought', operator: 'in_the_last', values: ['90'], unit: 'day' },
            },
            operator: 'greater_or_equal',
            values: ['100'],
          },
          { field: 'seen', operator: 'in_the_last', values: ['3'], unit: 'quarter' },
        ],
      },
    },
    { combine: 'except', rule: { segment: 's2', operator: 'not_member_of' } },
  ]);
});

test('keys that are pressed in what rows must meet are about that alone', async () => {
  const save = await form({ ...stored, rules: [{ rule: { all: [orders] } }] });
  const inner = await screen.findByRole('group', { name: 'channel is “web”' });
  within(inner).getByLabelText('What should hold').focus();
  await userEvent.keyboard('{Alt>}{Delete}{/Alt}');
  expect(screen.queryByRole('group', { name: 'channel is “web”' })).toBeNull();
  expect(screen.getByRole('group', { name: /the profile has orders/ })).toBeTruthy();
  expect(screen.getByText(/This group is empty/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(screen.getByRole('group', { name: 'channel is “web”' })).toBeTruthy();
  expect(await save()).toEqual([{ rule: { all: [orders] } }]);
});

test('addresses are pasted, counted once each, and bad ones are told and taken out', async () => {
  const save = await form({
    ...stored,
    rules: [{ rule: { operator: 'address_one_of', values: ['a@example.com'] } }],
  });
  const box = await screen.findByLabelText('Addresses');
  await userEvent.click(box);
  await userEvent.paste('\nb@example.com, <c@example.com>;a@example.com nobody\nno@body');
  expect(screen.getByText('2 are no addresses: nobody, no@body')).toBeTruthy();
  expect(screen.getByText('5 values, one a line')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Take them out' }));
  expect(await save()).toEqual([
    { rule: { operator: 'address_one_of', values: ['a@example.com', 'b@example.com', 'c@example.com'] } },
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

test('what belongs to a person stands before the fields', async () => {
  await form(stored, 'hr');
  const [about] = await screen.findAllByRole('combobox', { name: 'Polje' });
  await userEvent.click(about as HTMLElement);
  const options = screen.getAllByRole('option').map((o) => o.textContent);
  expect(options.indexOf('orders')).toBeLessThan(options.indexOf('seen'));
  expect(options.indexOf('orders')).toBeGreaterThanOrEqual(0);
  expect(screen.getAllByText('Što pripada osobi').length).toBeGreaterThan(0);
});

const query: Api['Rule'] = { sql: 'SELECT customer FROM orders', operator: 'in_query' };
const asked: Api['Segment'] = { ...stored, rules: [{ rule: { all: [query] } }] };

test('an administrator writes a query, and what the server says of it stands below it', async () => {
  // Whom the rules find is asked as well; undefined is what the server refuses.
  const save = await form(asked, 'en', 'administrator', () => undefined);
  const condition = await screen.findByRole('group', { name: /is among the ids of the SQL query/ });
  const text = await within(condition).findByLabelText('Query');
  await waitFor(() => expect((text as HTMLTextAreaElement).readOnly).toBe(false));
  expect(await within(condition).findByRole('alert')).toBeTruthy();
  await userEvent.clear(text);
  await userEvent.tab();
  expect(await within(condition).findByText('Write a query')).toBeTruthy();
  await userEvent.type(text, 'SELECT 1');
  await userEvent.selectOptions(within(condition).getByLabelText('What should hold'), 'not_in_query');
  expect(await save()).toEqual([{ rule: { all: [{ sql: 'SELECT 1', operator: 'not_in_query' }] } }]);
});

test('how many people a query finds is told in Croatian as well', async () => {
  await form(asked, 'hr', 'administrator');
  const condition = await screen.findByRole('group', { name: /je među ID-ovima iz SQL upita/ });
  expect(await within(condition).findByLabelText('Upit')).toBeTruthy();
  expect(await within(condition).findByText('1 osoba')).toBeTruthy();
});

test('a contributor sees the query, which is saved as it is', async () => {
  const save = await form(asked);
  const text = (await screen.findByLabelText('Query')) as HTMLTextAreaElement;
  expect(text.readOnly).toBe(true);
  expect(await screen.findByText(/Only administrators change a query/)).toBeTruthy();
  expect(await save()).toEqual(asked.rules);
});

test('the form begins with its name and rules; the time zone and when it is evaluated come after them', async () => {
  await form(stored);
  const at = async (name: string) => await screen.findByRole('heading', { name });
  const rules = await screen.findByRole('button', { name: 'Add rule' });
  for (const later of ['When it is evaluated', 'Time zone'])
    expect(rules.compareDocumentPosition(await at(later)) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  expect(screen.getByText(/^A group is for conditions that count as one/)).toBeTruthy();
});
