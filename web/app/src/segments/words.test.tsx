import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import type { Language } from '../languages/languages';
import { answers } from '../test/page';
import { show } from '../test/render';
import type { Field } from './operators';
import { useWords } from './words';

const fields: Field[] = [
  { name: 'country', column: 'country', type: 'text' },
  { name: 'spent', column: 'spent', type: 'number' },
  { name: 'born', column: 'born', type: 'date' },
  { name: 'seen', column: 'seen', type: 'datetime' },
];

function Sentence({ rules }: { rules: Api['SegmentRule'][] }) {
  const words = useWords(
    fields,
    'Europe/Zagreb',
    rules.map((r) => r.rule),
  );
  return <p data-testid="sentence">{words.sentence(rules)}</p>;
}

async function sentence(rules: Api['SegmentRule'][], language: Language) {
  const { unmount } = await show(<Sentence rules={rules} />, language);
  const text = screen.getByTestId('sentence').textContent?.replaceAll('\u00a0', ' '); // a date stays in one line
  unmount();
  return text;
}

const nested: Api['SegmentRule'][] = [
  {
    rule: {
      all: [
        { field: 'country', operator: 'equals', values: ['HR'] },
        {
          any: [
            { field: 'spent', operator: 'greater_or_equal', values: ['1500.5'] },
            { field: 'seen', operator: 'in_the_last', values: ['3'], unit: 'month' },
          ],
        },
      ],
    },
  },
  { combine: 'except', rule: { field: 'country', operator: 'is_empty' } },
];

test('nested rules are one sentence, in both languages', async () => {
  expect(await sentence(nested, 'en')).toBe(
    'Everybody for whom country is “HR” and (spent is at least 1,500.5 or seen is in the last 3 months), without those for whom country is empty.',
  );
  expect(await sentence(nested, 'hr')).toBe(
    'Svi za koje vrijedi country je „HR” i (spent najmanje je 1.500,5 ili seen u zadnjih je 3 mjeseca), bez onih za koje vrijedi country je prazno.',
  );
});

test('days, moments and long lists are written as people read them', async () => {
  const one = (rule: Api['Rule']) => sentence([{ rule }], 'en');
  expect(await one({ field: 'born', operator: 'between', values: ['1990-01-31', '1999-12-31'] })).toBe(
    'Everybody for whom born is between 31 Jan 1990 and 31 Dec 1999.',
  );
  expect(await one({ field: 'seen', operator: 'after', values: ['2026-07-01T06:00:00Z'] })).toBe(
    'Everybody for whom seen is after 1 Jul 2026 08:00.',
  );
  expect(await one({ field: 'born', operator: 'anniversary_in_the_next', values: ['1'] })).toBe(
    'Everybody for whom born has its anniversary in the next 1 day.',
  );
  expect(await one({ field: 'country', operator: 'one_of', values: ['A', 'B', 'C', 'D', 'E'] })).toBe(
    'Everybody for whom country is one of “A”, “B”, “C”, “D” and 1 other.',
  );
});

const spent: Api['Rule'] = {
  related: {
    path: ['orders', 'lines'],
    function: 'sum',
    column: 'amount',
    where: {
      any: [
        { field: 'country', operator: 'equals', values: ['7'] },
        { related: { path: ['returns'] }, operator: 'has_not' },
      ],
    },
    within: { column: 'bought', operator: 'after', values: ['2026-01-31'] },
  },
  operator: 'greater_or_equal',
  values: ['1500.5'],
};

test('what is worked out from related rows is told with its rows, in both languages', async () => {
  expect(await sentence([{ rule: spent }], 'en')).toBe(
    'Everybody for whom the sum of amount in orders → lines (only those for which (country is “7” or it has no returns) and bought is after 31 Jan 2026) is at least 1,500.5.',
  );
  expect(await sentence([{ rule: spent }], 'hr')).toBe(
    'Svi za koje vrijedi zbroj amount u orders → lines (samo oni za koje vrijedi (country je „7” ili zapis nema returns) i bought poslije je 31. 01. 2026.) najmanje je 1.500,5.',
  );
});

test('functions, rows, ids and addresses are told', async () => {
  const one = (rule: Api['Rule']) => sentence([{ rule }], 'en');
  expect(
    await one({
      related: { path: ['orders'], function: 'last', column: 'channel', order_by: 'bought' },
      operator: 'equals',
      values: ['web'],
    }),
  ).toBe('Everybody for whom the last channel by bought in orders is “web”.');
  expect(await one({ related: { path: ['orders'], function: 'count' }, operator: 'equals', values: ['1000'] })).toBe(
    'Everybody for whom the number of orders is 1,000.',
  );
  expect(
    await one({
      related: {
        path: ['orders'],
        within: { column: 'bought', operator: 'in_the_last', values: ['2'], unit: 'quarter' },
      },
      operator: 'has',
    }),
  ).toBe('Everybody for whom the profile has orders (only those for which bought is in the last 2 quarters).');
  expect(await one({ operator: 'id_one_of', values: ['7', '8'] })).toBe(
    'Everybody for whom the profile has one of the ids “7”, “8”.',
  );
  expect(await one({ operator: 'not_address_one_of', values: ['a@example.com'] })).toBe(
    'Everybody for whom the profile has none of the addresses “a@example.com”.',
  );
});

test('days, weeks, months, quarters and years of the calendar are told', async () => {
  const rules: Api['SegmentRule'][] = [
    { rule: { field: 'seen', operator: 'in_this', unit: 'quarter' } },
    { combine: 'except', rule: { field: 'born', operator: 'not_in_the_previous', unit: 'day' } },
  ];
  expect(await sentence(rules, 'en')).toBe(
    'Everybody for whom seen is in this quarter, without those for whom born is not yesterday.',
  );
  expect(await sentence(rules, 'hr')).toBe(
    'Svi za koje vrijedi seen je u ovom tromjesečju, bez onih za koje vrijedi born nije jučer.',
  );
});

test('a segment is told by its name, which is asked for only then', async () => {
  const asked = answers({ 'GET /segments': { items: [{ id: 's1', name: 'Loyal' }] } });
  await sentence(nested, 'en');
  expect(asked).toEqual([]);
  await show(<Sentence rules={[{ rule: { all: [{ segment: 's1', operator: 'not_member_of' }] } }]} />);
  await waitFor(() =>
    expect(screen.getByTestId('sentence').textContent).toBe(
      'Everybody for whom the profile is not in the segment “Loyal”.',
    ),
  );
});

test('what a later version says is not kept quiet about', async () => {
  const later = [
    { rule: { all: [{ field: 'country', operator: 'resembles', values: ['HR'], weight: 3 }], at_least: 1 } },
  ] as unknown as Api['SegmentRule'][];
  expect(await sentence(later, 'en')).toBe('Everybody for whom country resembles “HR” (weight: 3) (at_least: 1).');
});
