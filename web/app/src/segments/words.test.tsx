import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import type { Language } from '../languages/languages';
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
  return <p data-testid="sentence">{useWords(fields, 'Europe/Zagreb').sentence(rules)}</p>;
}

async function sentence(rules: Api['SegmentRule'][], language: Language) {
  const { unmount } = await show(<Sentence rules={rules} />, language);
  const text = screen.getByTestId('sentence').textContent;
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
