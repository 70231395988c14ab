import { expect, test } from 'vitest';
import { formats } from '../languages/format';
import type { Column } from './DataTable';
import { found, sorted } from './sorting';

type Row = { name: string; size?: number };
const rows: Row[] = [
  { name: 'Žuta', size: 3 },
  { name: 'Crna' },
  { name: 'cipela 10', size: 20 },
  { name: 'cipela 9', size: 1 },
];
const columns: Column<Row>[] = [
  { id: 'name', header: 'Name', cell: (r) => r.name, value: (r) => r.name },
  { id: 'size', header: 'Size', cell: (r) => r.size, value: (r) => r.size },
  { id: 'plain', header: 'Plain', cell: (r) => r.name },
];
const { compare } = formats('hr');
const names = (list: Row[]) => list.map((r) => r.name);

test('names are ordered as people read them', () => {
  expect(names(sorted(rows, columns, { sort: 'name' }, compare))).toEqual(['cipela 9', 'cipela 10', 'Crna', 'Žuta']);
  expect(names(sorted(rows, columns, { sort: 'name', down: true }, compare))).toEqual([
    'Žuta',
    'Crna',
    'cipela 10',
    'cipela 9',
  ]);
});

test('what has no value comes last whichever way', () => {
  expect(names(sorted(rows, columns, { sort: 'size' }, compare))).toEqual(['cipela 9', 'Žuta', 'cipela 10', 'Crna']);
  expect(names(sorted(rows, columns, { sort: 'size', down: true }, compare))).toEqual([
    'cipela 10',
    'Žuta',
    'cipela 9',
    'Crna',
  ]);
});

test('a column that cannot be ordered leaves the rows alone', () => {
  expect(sorted(rows, columns, { sort: 'plain' }, compare)).toBe(rows);
  expect(sorted(rows, columns, {}, compare)).toBe(rows);
});

test('the search wants every word, in any letter case', () => {
  expect(names(found(rows, ' 10  CIPELA ', (r) => r.name))).toEqual(['cipela 10']);
  expect(names(found(rows, 'žuta', (r) => r.name))).toEqual(['Žuta']);
  expect(found(rows, '  ', (r) => r.name)).toBe(rows);
});
