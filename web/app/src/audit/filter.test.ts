import { expect, test } from 'vitest';
import { auditSearch, differences, type Entry, matches, past } from './filter';

const entry = (over: Partial<Entry>): Entry => ({
  number: 1,
  at: new Date(2026, 10, 27, 12).toISOString(),
  actor: { kind: 'person', name: 'Ana', from: '127.0.0.1' },
  action: 'update-export',
  outcome: 'done',
  kind: 'export',
  id: 'e1',
  hash: '',
  previous: '',
  ...over,
});
const thing = (e: Entry) => `Izvoz: ${e.name ?? ''}`;
const name = (n: string) => (n === 'the schedule' ? 'raspored' : n);

test('the filter is read from the address, and nothing else', () => {
  expect(auditSearch({ who: 'ana', what: 7, outcome: 'maybe', from: '2026-11-27', to: 'tomorrow', x: 1 })).toEqual({
    who: 'ana',
    what: '7',
    from: '2026-11-27',
  });
});

test.each([
  [{}, true],
  [{ who: 'aNA' }, true],
  [{ who: 'bo' }, false],
  [{ who: '127.0' }, true],
  [{ what: 'export' }, true],
  [{ on: 'segment' }, false],
  [{ on: 'e1' }, true],
  [{ on: 'izvoz' }, true],
  [{ outcome: 'done' as const }, true],
  [{ outcome: 'refused' as const }, false],
  [{ from: '2026-11-27', to: '2026-11-27' }, true],
  [{ from: '2026-11-28' }, false],
  [{ to: '2026-11-26' }, false],
  [{ who: 'ana', what: 'login' }, false],
])('%o', (filter, found) => {
  expect(matches(entry({}), filter, name, thing)).toBe(found);
});

test('a refused entry is found as refused, and what is no person by its word on screen', () => {
  expect(matches(entry({ outcome: 'forbidden' }), { outcome: 'refused' }, name, thing)).toBe(true);
  expect(matches(entry({ actor: { kind: 'schedule', name: 'the schedule' } }), { who: 'raspored' }, name, thing)).toBe(
    true,
  );
});

test('looking stops at the first day', () => {
  expect(past(entry({}), { from: '2026-11-28' })).toBe(true);
  expect(past(entry({}), { from: '2026-11-27' })).toBe(false);
  expect(past(undefined, { from: '2026-11-27' })).toBe(false);
  expect(past(entry({}), {})).toBe(false);
});

test('a change tells each part before and after; what is left out is told as hidden', () => {
  const e = entry({
    before: { name: 'a', shared: false },
    after: { name: 'b', shared: false },
    changed: ['name', 'key'],
  });
  expect(differences(e)).toEqual([
    { part: 'name', before: 'a', after: 'b', hidden: false },
    { part: 'key', before: undefined, after: undefined, hidden: true },
  ]);
  expect(differences(entry({ after: { name: 'b', n: 3 } }))).toEqual([
    { part: 'name', before: undefined, after: 'b', hidden: false },
    { part: 'n', before: undefined, after: '3', hidden: false },
  ]);
  expect(differences(entry({}))).toEqual([]);
});
