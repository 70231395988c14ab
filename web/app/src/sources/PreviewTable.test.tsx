import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { show } from '../test/render';
import { PreviewTable } from './PreviewTable';
import type { Draft } from './reading';

const almost = { type: 'number', values: 9, of: 10, file: 'a.csv', line: 4 } as const;
const preview = {
  columns: [
    { name: 'points', type: 'text', almost },
    { name: 'name', type: 'text' },
  ],
  rows: [['5', 'Ana']],
  files: 1,
  delimiter: ',',
  encoding: 'utf-8',
  quarantined: [],
} as const;

test.each([
  ['en', /points is text because of line 4: 9 of 10 values are numbers/],
  ['hr', /points je tekst zbog retka 4: 9 od 10 vrijednosti su brojevi/],
] as const)('why a column is text is told until its type is stated: %s', async (language, says) => {
  const of = (columns: Draft['columns']) => (
    <PreviewTable preview={structuredClone(preview) as never} columns={columns} onColumns={() => {}} />
  );
  const first = await show(of({}), language);
  expect(screen.getByText(says)).toBeTruthy();
  first.unmount();
  await show(of({ points: { type: 'number' } }), language);
  expect(screen.queryByText(says)).toBeNull();
});
