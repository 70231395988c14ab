import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from './en.json';
import { maskOf, reasonOf } from './reasons';

const warehouse = join(import.meta.dirname, '../../../../internal/warehouse');
const source = ['textfile', 'duckdb']
  .flatMap((dir) => readdirSync(join(warehouse, dir)).map((name) => join(warehouse, dir, name)))
  .filter((p) => p.endsWith('.go') && !p.endsWith('_test.go'))
  .map((p) => readFileSync(p, 'utf8'))
  .join('\n');

/** Everything that the server says of a row, with its holes filled. */
const said = [
  ...[...source.matchAll(/\bproblem\w*\s*=\s*(?:fmt\.Sprintf\()?"((?:[^"\\]|\\.)+)"/g)].map((m) => m[1] ?? ''),
  ...[...source.matchAll(/misfit\(\) string \{[\s\S]*?\n\}/g)].flatMap((m) =>
    [...m[0].matchAll(/Sprintf\("([^"]+)"/g)].map((x) => x[1] ?? ''),
  ),
].map((text) => text.replaceAll('%d', '3').replaceAll('%q', '"name"').replace('%s', 'date').replace('%s', '%d.%m.%Y'));

test('everything that the server says of a row is known', () => {
  expect(said.length).toBeGreaterThan(10);
  expect(said.filter((s) => !reasonOf(s))).toEqual([]);
  const keys = new Set(said.map((s) => reasonOf(s)?.key));
  expect(Object.keys(en.reason).filter((k) => !keys.has(k))).toEqual([]);
});

test('what stands in the words is taken over, and what is not known is not guessed at', () => {
  expect(reasonOf('has 2 fields, the header has 3')).toEqual({ key: 'field_count', holes: { n: '2', header: '3' } });
  expect(reasonOf('is not a date written as %d.%m.%Y')?.holes).toEqual({ type: 'date', format: '%d.%m.%Y' });
  expect(reasonOf('is not a date')).toEqual({ key: 'type', holes: { type: 'date' } });
  expect(reasonOf('is odd')).toBeUndefined();
});

test('a masked value is told by its length and kinds of characters', () => {
  expect(maskOf('6 characters: letters, white space')).toEqual({ count: 6, kinds: ['letters', 'white_space'] });
  expect(maskOf('1 character: digits')).toEqual({ count: 1, kinds: ['digits'] });
  expect(maskOf('empty')).toBeUndefined();
  expect(maskOf('2 characters: runes')).toBeUndefined();
});
