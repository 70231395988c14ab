import { expect, test } from 'vitest';
import { fieldsToShow } from './fields';

const profile = (id: string, key: string) => ({
  id,
  values: ['key', 'a', 'b', 'c', 'd', 'e', 'f'].map((field) => ({ field, value: field === 'key' ? key : 'x' })),
});

test('a table of customers leaves out the key where it is the id that stands beside it', () => {
  expect(fieldsToShow([profile('C1', 'C1'), profile('C2', 'C2')] as never)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(fieldsToShow([profile('C1', 'C1'), profile('p-2', 'C2')] as never)).toEqual(['key', 'a', 'b', 'c', 'd', 'e']);
  expect(fieldsToShow([])).toEqual([]);
});
