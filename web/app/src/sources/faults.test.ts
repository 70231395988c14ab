import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from './en.json';
import { canBeForced, sourceFault } from './faults';

const internal = join(import.meta.dirname, '../../../../internal');
const literals = /"(?:[^"\\\n]|\\.)*"/g;

/** What the server says in a file of it: of a refusal the last text is what happened, of an error the first. */
function saidBy(file: string): string[] {
  const lines = readFileSync(join(internal, file), 'utf8').replaceAll(',\n', ', ').split('\n');
  return lines.flatMap((line) => {
    const texts =
      (line.match(/return refuse\(/) ?? line.match(/activation\.Errorf\(activation\.Code\w+, "/))
        ? (line.match(literals) ?? []).filter((text) => /[a-z]{2}/.test(text))
        : [];
    const text = line.includes('return refuse(') ? texts.at(-1) : texts[0];
    return text ? [text.slice(1, -1).replaceAll('\\"', '"')] : [];
  });
}

const told = (text: string) =>
  text
    .replace('the %s', 'the database')
    .replace('first: %s', 'first: row 3, column "born", is not a date')
    .replaceAll('%q', '"a"')
    .replaceAll('%d', '7')
    .replaceAll(/%[sTw]/g, 'x')
    .replaceAll('%%', '%');

test.each([
  ['database/database.go', 8],
  ['database/postgres.go', 9],
  ['database/mysql.go', 0],
  ['warehouse/duckdb/load.go', 5],
  ['warehouse/duckdb/feed.go', 3],
  ['warehouse/warehouse.go', 1],
])('all that the server says of a source that gives no rows is known: %s', (file, least) => {
  // A host and a port that are none are told before anything is asked; a table that is not there yet is no fault of its source.
  const others = ['is no host', 'is no port', 'the source has no table yet'];
  const texts = saidBy(file).filter((text) => !others.includes(text));
  expect(texts.length).toBeGreaterThanOrEqual(least);
  expect(texts.filter((text) => !sourceFault(told(text)))).toEqual([]);
});

test('every fault has its texts, and no other', () => {
  const keys = Object.entries(en.fault).map(([key, { what, todo }]) => {
    expect(what && todo, key).toBeTruthy();
    return key;
  });
  const source = readFileSync(join(import.meta.dirname, 'faults.ts'), 'utf8');
  expect(keys.filter((key) => !source.includes(`'${key}'`))).toEqual([]);
  expect([...source.matchAll(/\/, '(\w+)', \[/g)].map((m) => m[1]).filter((k) => k && !keys.includes(k))).toEqual([]);
});

test.each([
  ['take "Shop" over: database.table: the database has no such table. Check its name', 'no_table', {}],
  ['the database refused the query (SQLSTATE 22P02). Try', 'failed', { code: 'SQLSTATE 22P02' }],
  [
    'take "Shop" over: 2 of 40 rows cannot be read, more than 1 %; the first: a.csv, line 3, column "born", is not a date',
    'lines_unreadable',
    { n: '2', all: '40', first: '3' },
  ],
  ['the file lost columns that the profile is made from: a, b. Put them back', 'lost_columns', { columns: 'a, b' }],
  [
    'the file a.csv has rows that are too large: 2048 of them hold more than 64 MiB',
    'too_large',
    { n: '2048', most: '64' },
  ],
  ['the table would shrink from 9 to 1 rows, by more than 30 %', 'shrinks', { from: '9', to: '1' }],
])('what a load says is known with what stands in it: %s', (said, key, holes) => {
  expect(sourceFault(said)).toEqual({ key, holes });
});

test('of what is not known nothing is made up, and force is offered where the server says that it helps', () => {
  expect(sourceFault('the file cannot be read as CSV')).toBeUndefined();
  expect(canBeForced('or take the rows over all the same (force), or let')).toBe(true);
  expect(canBeForced('the database refused the user or the password')).toBe(false);
});
