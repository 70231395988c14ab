import { expect, test } from 'vitest';
import { fromSource, nameOf, newDraft, share, toInput, withType } from './reading';

test('shares are written in percent, with a point or a comma', () => {
  expect([share('1'), share('0,5'), share('100'), share(' 30 ')]).toEqual([0.01, 0.005, 1, 0.3]);
  for (const bad of ['', '0', '101', '-1', '1e1', 'x']) expect(share(bad)).toBeUndefined();
});

test('a source that is only looked at stays what is stored', () => {
  const stored = {
    id: 's',
    name: 'Customers',
    kind: 'csv' as const,
    path: 'in.csv',
    csv: { delimiter: ';', encoding: 'windows-1250' },
    columns: { born: { type: 'date' as const, format: '%d.%m.%Y' } },
    max_bad_rows: 0.07,
    max_shrink: 0.3,
    created_at: '',
    updated_at: '',
    version: 3,
  };
  const input = toInput(fromSource(stored));
  expect(input).toMatchObject({
    name: 'Customers',
    path: 'in.csv',
    csv: stored.csv,
    columns: stored.columns,
    max_shrink: 0.3,
  });
  expect(input.max_bad_rows).toBeCloseTo(0.07, 12);
});

test('what is not stated is left to be found out', () => {
  const input = toInput({ ...newDraft(), name: ' a ', path: 'a.csv' });
  expect(input.columns).toBeUndefined();
  expect(input.csv).toEqual({});
  expect(input.name).toBe('a');
  const stated = withType({}, 'points', { type: 'number' });
  expect(withType(stated, 'points')).toEqual({});
  expect(nameOf('/data/in/customers.2026.csv')).toBe('customers.2026');
});
