import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { type DatabaseDraft, type Field, faultOf, fromDatabase, newDatabaseDraft, toDatabaseInput } from './database';

const place: Api['Database'] = {
  host: 'db.example.com',
  port: 5433,
  name: 'shop',
  user: 'segue',
  tls: 'verify',
  query: 'SELECT 1',
  timeout: 60,
  has_password: true,
};
const stored: Api['Source'] = {
  id: 's',
  name: 'Shop',
  kind: 'mysql',
  path: '',
  csv: {},
  columns: { born: { type: 'date' } },
  max_bad_rows: 0.07,
  max_shrink: 0.3,
  created_at: '',
  updated_at: '',
  version: 3,
};
const edited = (at: Partial<DatabaseDraft['at']>, over: Partial<DatabaseDraft> = {}) => {
  const d = fromDatabase(stored, place);
  return { ...d, ...over, at: { ...d.at, ...at } };
};

test('a source that is only looked at stays what is stored, and its password is not sent', () => {
  const { has_password: _, ...told } = place;
  const input = toDatabaseInput(fromDatabase(stored, place));
  expect(JSON.parse(JSON.stringify(input.database))).toEqual(told);
  expect(input).toMatchObject({ name: 'Shop', kind: 'mysql', columns: stored.columns, max_shrink: 0.3 });
  expect([input.path, input.csv]).toEqual([undefined, undefined]);
});

test('of table and query only the chosen one is told, and a certificate only where somebody looks at it', () => {
  const at = { table: 'shop.people', query: 'SELECT 2', tls: 'off', ca: 'PEM' };
  expect(toDatabaseInput(edited(at)).database).toMatchObject({ table: undefined, query: 'SELECT 2', ca: undefined });
  expect(toDatabaseInput(edited(at, { from: 'table' })).database).toMatchObject({
    table: 'shop.people',
    query: undefined,
  });
});

test('a password is sent where one is typed, and an empty one only to take the stored one away', () => {
  expect(toDatabaseInput(edited({ password: 'secret' })).database?.password).toBe('secret');
  expect(toDatabaseInput(edited({}, { noPassword: true })).database?.password).toBe('');
  expect(toDatabaseInput(newDatabaseDraft()).database?.password).toBeUndefined();
});

test.each([{ host: 'other' }, { port: '' }, { user: 'root' }, { tls: 'encrypt' }, { ca: 'PEM' }])(
  'a stored password stays for the same account only: %o',
  (at) => {
    expect(faultOf(edited({ name: 'other', query: 'SELECT 3' }), 'password', place)).toBeUndefined();
    expect(faultOf(edited(at), 'password', place)).toBe('password');
    expect(faultOf(edited({ ...at, password: 'again' }), 'password', place)).toBeUndefined();
    expect(faultOf(edited(at, { noPassword: true }), 'password', place)).toBeUndefined();
    expect(faultOf(edited(at), 'password', { ...place, has_password: false })).toBeUndefined();
  },
);

test.each<[Field, (string | number)[], (string | number)[]]>([
  ['host', ['', 'localhost', '::1', ' db '], ['db:5432/shop', 'a@b', 'a b']],
  ['port', ['', 1, 65535], [0, 65536, 1.5, '-']],
  ['timeout', ['', 1, 21600], [0, 21601]],
  ['table', ['', 'people', 'shop.people'], ['a.b.c', '.people', 'shop.']],
  [
    'query',
    ['', 'select 1', '(SELECT 1)', ' WITH a AS (SELECT 1) SELECT * FROM a'],
    ['DELETE FROM a', 'selected', 'x'],
  ],
])('what the server would refuse of a field is told before: %s', (field, good, bad) => {
  const from = field === 'table' ? 'table' : 'query';
  const faults = (values: (string | number)[]) =>
    values.map((v) => faultOf(edited({ [field]: v, password: 'x' }, { from }), field, place));
  expect(faults(good)).toEqual(good.map(() => undefined));
  expect(faults(bad)).toEqual(bad.map(() => field));
});
