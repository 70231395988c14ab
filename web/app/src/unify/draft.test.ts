import { expect, test } from 'vitest';
import {
  type Draft,
  draftOf,
  moved,
  renamed,
  withColumn,
  withKind,
  withoutField,
  withoutTable,
  withSuggestion,
  wrongIn,
} from './draft';

const one: Draft = {
  fields: [
    { name: 'mail', type: 'text', semantic: 'email' },
    { name: 'points', type: 'number' },
  ],
  tables: [
    {
      source_id: 'a',
      key: 'id',
      columns: [
        { field: 'mail', column: 'mail' },
        { field: 'points', column: 'points' },
      ],
    },
  ],
  rules: [],
  survivorship: [],
  version: 3,
};
const suggestion: Draft = {
  ...one,
  fields: [
    { name: 'email', type: 'text', semantic: 'email' },
    { name: 'Points', type: 'number' },
    { name: 'card', type: 'text' },
  ],
  tables: [
    { source_id: 'a', key: 'id', columns: [{ field: 'email', column: 'mail' }] },
    {
      source_id: 'b',
      key: 'card',
      columns: [
        { field: 'email', column: 'address' },
        { field: 'Points', column: 'sum' },
        { field: 'card', column: 'card' },
      ],
    },
  ],
  rules: [
    { name: 'same e-mail', conditions: [{ field: 'email', kind: 'normalised' }], unless: [{ field: 'card' }] },
    { name: 'same thing', conditions: [{ field: 'unknown', kind: 'exact' }] },
  ],
};
const two = withSuggestion(one, suggestion, ['b']);
const name = (id: string) => id;

test('a table that is added feeds the fields that are there, by their meaning or their name', () => {
  expect(two.fields.map((f) => f.name)).toEqual(['mail', 'points', 'card']);
  expect(two.tables[0]).toEqual(one.tables[0]);
  expect(two.tables[1]).toEqual({
    source_id: 'b',
    key: 'card',
    columns: [
      { field: 'mail', column: 'address' },
      { field: 'points', column: 'sum' },
      { field: 'card', column: 'card' },
    ],
  });
  expect(two.rules).toEqual([
    { name: 'same e-mail', conditions: [{ field: 'mail', kind: 'normalised' }], unless: [{ field: 'card' }] },
  ]);
  expect(two.version).toBe(3);
  const mine = { ...one, rules: [{ name: 'mine', conditions: [{ field: 'points', kind: 'exact' as const }] }] };
  expect(withSuggestion(mine, suggestion, ['b']).rules).toEqual(mine.rules);
  expect(withSuggestion(two, suggestion, ['b'])).toEqual(two);
});

test('what is taken out is spoken of nowhere', () => {
  const told: Draft = {
    ...two,
    survivorship: [
      { field: 'mail', method: 'source_order', source_ids: ['b', 'a'] },
      { field: 'card', method: 'most_frequent' },
    ],
  };
  const back = withoutTable(told, 'b');
  expect(back.fields).toEqual(one.fields);
  expect(back.tables).toEqual(one.tables);
  expect(back.rules).toEqual([
    { name: 'same e-mail', conditions: [{ field: 'mail', kind: 'normalised' }], unless: [] },
  ]);
  expect(back.survivorship).toEqual([{ field: 'mail', method: 'source_order', source_ids: ['a'] }]);
  const mailless = withoutField(told, 'mail');
  expect(mailless.rules).toEqual([]);
  expect(mailless.tables[1]?.columns.map((c) => c.field)).toEqual(['points', 'card']);
  expect(mailless.survivorship).toEqual([{ field: 'card', method: 'most_frequent' }]);
});

test('a field has another name everywhere', () => {
  const told: Draft = { ...two, survivorship: [{ field: 'mail', method: 'most_recent', by: 'points' }] };
  const r = renamed(renamed(told, 'mail', 'e-mail'), 'points', 'score');
  expect(JSON.stringify(r)).not.toContain('"field":"mail"');
  expect(r.rules[0]?.conditions[0]?.field).toBe('e-mail');
  expect(r.survivorship).toEqual([{ field: 'e-mail', method: 'most_recent', by: 'score' }]);
  expect(renamed(renamed(r, 'e-mail', 'mail'), 'score', 'points')).toEqual(told);
});

test('what is wrong is told before it is saved', () => {
  expect(wrongIn(two, name)).toEqual([]);
  const bad: Draft = {
    ...withColumn(two, 'b', 'card', ''),
    rules: [
      { name: ' ', conditions: [{ field: 'mail', kind: 'similar', similarity: 0.9 }] },
      {
        name: 'A',
        conditions: [
          { field: 'mail', kind: 'exact' },
          { field: 'mail', kind: 'similar', similarity: 0.5 },
        ],
      },
      { name: 'a', conditions: [{ field: 'mail', kind: 'exact' }] },
      { name: 'Always', conditions: [{ field: 'mail', kind: 'exact' }] },
    ],
  };
  expect(wrongIn(bad, name)).toEqual([
    { what: 'rule_name', about: '1' },
    { what: 'rule_equal', about: '1' },
    { what: 'similarity', about: 'A' },
    { what: 'rule_taken', about: 'a' },
    { what: 'rule_taken', about: 'Always' },
    { what: 'field_column', about: 'card' },
  ]);
});

test('a condition says only what its kind takes', () => {
  const c = { field: 'name', kind: 'similar', clean: 'name', similarity: 0.8 } as const;
  expect(withKind(c, 'exact')).toEqual({ field: 'name', kind: 'exact' });
  expect(withKind(c, 'normalised')).toEqual({ field: 'name', kind: 'normalised', clean: 'name' });
  expect(withKind({ field: 'name', kind: 'exact' }, 'similar')).toEqual({
    field: 'name',
    kind: 'similar',
    similarity: 0.92,
  });
});

test('rules are put in another order within bounds', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
});

test('a stored definition is edited without what the server says of it', () => {
  expect(draftOf({ ...one, updated_at: 'x', numbers: undefined })).toEqual({
    ...one,
    region: undefined,
    max_block: undefined,
  });
});
