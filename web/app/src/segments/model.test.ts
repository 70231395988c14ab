import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { changed, type History, redone, undone } from './history';
import * as model from './model';
import { clockOf, instantOf } from './moments';
import { type Field, missing, type Operator, operatorsFor, withField, withOperator } from './operators';
import type { World } from './tables';

const rules: Api['SegmentRule'][] = [
  {
    rule: {
      all: [
        { field: 'country', operator: 'equals', values: ['HR'] },
        {
          any: [
            { field: 'spent', operator: 'greater_or_equal', values: ['500'] },
            { field: 'seen', operator: 'in_the_last', values: ['30'], unit: 'day' },
          ],
        },
      ],
    },
  },
  { combine: 'except', rule: { all: [{ field: 'country', operator: 'is_empty' }] } },
];
const draft = () => model.fromSegment({ name: 'x', rules });
const outer = (d: model.Draft) => d.parts[0]?.root as model.Group;

test('a definition that is only looked at stays what is stored', () => {
  expect(model.toRules(draft().parts)).toEqual(rules);
});

// Rules on related rows, and what a later version may say, which is kept as it is.
const related: Api['Rule'] = {
  related: {
    path: ['orders', 'lines'],
    function: 'sum',
    column: 'amount',
    where: {
      any: [
        { field: 'channel', operator: 'equals', values: ['web'] },
        { related: { path: ['returns'], where: { field: 'reason', operator: 'is_empty' } }, operator: 'has_not' },
      ],
    },
    within: { column: 'bought', operator: 'in_the_last', values: ['90'], unit: 'day' },
  },
  operator: 'greater_or_equal',
  values: ['500'],
};
const later: Api['Rule'] = {
  related: {
    path: ['orders'],
    function: 'median' as 'sum',
    column: 'amount',
    where: { field: 'city', operator: 'is_empty' },
  },
  operator: 'greater_or_equal',
  values: ['500'],
};
const kept: Api['Rule'][] = [
  related,
  later,
  { related: { path: ['orders'] }, operator: 'has' },
  { segment: 's1', operator: 'not_member_of' },
  { operator: 'address_one_of', values: ['a@example.com'] },
  { field: 'city', operator: 'equals', values: ['Split'], weight: 3 } as Api['Rule'],
  { all: [{ field: 'city', operator: 'is_empty' }], at_least: 1 } as Api['Rule'],
  { none: [{ field: 'city', operator: 'is_empty' }] } as Api['Rule'],
  { field: 'city', operator: 'contains', values: [' d. o. o.'] },
];

test.each([
  ['by itself', (r: Api['Rule']) => r],
  ['in a group', (r: Api['Rule']) => ({ any: [{ all: [r, { field: 'city', operator: 'is_empty' as const }] }, r] })],
])('a rule that is only looked at is saved as it was read, whether it is known or not, %s', (_, put) => {
  const stored = [
    ...kept.map((r, i) => (i === 0 ? { rule: put(r) } : { combine: 'except' as const, rule: put(r) })),
    { combine: 'union' as const, rule: put(related), label: 'later' },
  ];
  const before = structuredClone(stored);
  expect(model.toRules(model.fromSegment({ name: 'x', rules: stored }).parts)).toEqual(before);
});

test('a rule that is not known is moved, copied, put into a group and removed whole', () => {
  const city: Api['Rule'] = { field: 'city', operator: 'is_empty' };
  let d = model.fromSegment({ name: 'x', rules: [{ rule: { all: [later, city] } }] });
  const [node] = outer(d).children as [model.Kept];
  expect(node.kind).toBe('kept');
  expect(model.conditions(d.parts)).toHaveLength(1);
  expect(model.emptyGroups(d.parts)).toEqual([]);
  d = model.move(d, node.id, 1);
  d = model.insertAfter(d, node.id, model.copied(node));
  expect(new Set(outer(d).children.map((c) => c.id)).size).toBe(3);
  d = model.wrap(d, node.id, 'any');
  expect(model.toRules(d.parts)).toEqual([{ rule: { all: [city, { any: [later] }, later] } }]);
  d = model.remove(d, node.id);
  expect(model.toRules(d.parts)).toEqual([{ rule: { all: [city, { any: [] }, later] } }]);
});

test('a condition on related rows is moved, copied and removed with what its rows must meet', () => {
  const city: Api['Rule'] = { field: 'city', operator: 'is_empty' };
  let d = model.fromSegment({ name: 'x', rules: [{ rule: { all: [related, city] } }] });
  const [node] = outer(d).children as [model.Condition];
  expect(node.kind).toBe('condition');
  const where = node.related?.where as model.Group;
  const [channel, returned] = where.children as [model.Condition, model.Condition];
  d = model.insertAfter(d, node.id, model.copied(node));
  const ids = model.conditions(d.parts).map((c) => c.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(model.toRules(d.parts)).toEqual([{ rule: { all: [related, related, city] } }]);
  d = model.move(d, channel.id, 1);
  d = model.update(d, channel.id, { values: ['shop'] });
  const first = () => model.toRules(d.parts)[0]?.rule.all?.[0]?.related;
  expect(first()?.where).toEqual({
    any: [related.related?.where?.any?.[1], { field: 'channel', operator: 'equals', values: ['shop'] }],
  });
  d = model.remove(model.remove(d, channel.id), returned.id);
  expect(model.emptyGroups(d.parts).map((g) => g.id)).toEqual([where.id]);
  d = model.remove(d, where.id);
  expect(first()).toEqual({ ...related.related, where: undefined });
  expect(model.toRules(d.parts)[0]?.rule.all?.[1]).toEqual(related);
  expect(model.profileFields(d.parts)).toEqual(['city']);
});

test('a rule without a group gets one when something is said beside it', () => {
  let d = model.fromSegment({ name: 'x', rules: [{ rule: related }] });
  d = model.append(d, outer(d).id, { ...model.newCondition(), field: 'city', operator: 'is_empty' });
  const city = { field: 'city', operator: 'is_empty' };
  expect(model.toRules(d.parts)).toEqual([{ rule: { all: [related, city] } }]);
  d = model.update(d, outer(d).id, { how: 'any' });
  expect(model.toRules(d.parts)).toEqual([{ rule: { any: [related, city] } }]);
});

test('conditions are added, moved, wrapped, copied and removed in their place', () => {
  let d = draft();
  const [first, group] = outer(d).children as [model.Condition, model.Group];
  d = model.move(d, first.id, 1);
  expect(outer(d).children.map((c) => c.id)).toEqual([group.id, first.id]);
  expect(model.move(d, first.id, 1).parts[0]?.root.children.map((c) => c.id)).toEqual([group.id, first.id]);
  d = model.wrap(d, first.id, 'any');
  const wrapped = outer(d).children[1] as model.Group;
  expect(wrapped.how).toBe('any');
  expect(wrapped.children).toEqual([first]);
  d = model.insertAfter(d, first.id, model.copied(first));
  expect(model.toRules(d.parts)[0]?.rule.all?.[1]).toEqual({ any: [rules[0]?.rule.all?.[0], rules[0]?.rule.all?.[0]] });
  d = model.unwrap(d, wrapped.id);
  expect(outer(d).children).toHaveLength(3);
  d = model.remove(d, first.id);
  expect(outer(d).children.some((c) => c.id === first.id)).toBe(false);
  for (const c of outer(d).children) d = model.remove(d, c.id);
  expect(model.emptyGroups(d.parts).map((g) => g.id)).toEqual([outer(d).id]);
  expect(model.conditions(d.parts)).toHaveLength(1); // the second rule's
});

test('what is typed into one field is taken back as one, and can come again', () => {
  let h: History<string> = { past: [], now: '', future: [] };
  h = changed(h, 'H', 'value');
  h = changed(h, 'HR', 'value');
  h = changed(h, 'HR+', 'other');
  expect(undone(h).now).toBe('HR');
  expect(undone(undone(h)).now).toBe('');
  expect(redone(redone(undone(undone(h)))).now).toBe('HR+');
  expect(redone(h)).toBe(h);
  expect(changed(undone(h), 'HU', 'value').future).toEqual([]);
  expect(undone(changed(undone(h), 'HU', 'value')).now).toBe('HR');
});

const fields: Field[] = [
  { name: 'country', column: 'country', type: 'text' },
  { name: 'city', column: 'city', type: 'text' },
  { name: 'spent', column: 'spent', type: 'number' },
  { name: 'seen', column: 'seen', type: 'date' },
];
const operators = [
  { operator: 'equals', operand: 'one', types: ['text', 'number', 'date'] },
  { operator: 'one_of', operand: 'many', types: ['text'] },
  { operator: 'between', operand: 'two', types: ['number', 'date'] },
  { operator: 'in_the_last', operand: 'relative', types: ['date'] },
  { operator: 'anniversary_in_the_next', operand: 'days', types: ['date'] },
  { operator: 'in_this', operand: 'unit', types: ['date'] },
  { operator: 'is_empty', operand: 'none', types: ['text', 'number', 'date'] },
  { operator: 'resembles', operand: 'somehow', types: ['text'] },
] as unknown as Operator[];
const condition = (c: Partial<model.Condition>): model.Condition => ({ ...model.newCondition(), ...c });
const world: World = { fields, operators, tables: [], relationships: [], segments: [] };
const lacks = (c: Partial<model.Condition>) => missing(condition(c), { fields }, world);

test('the operators of a type come from the description, those of later versions included', () => {
  expect(operatorsFor(operators, 'text').map((o) => o.operator)).toEqual(['equals', 'one_of', 'is_empty', 'resembles']);
  expect(lacks({ field: 'city', operator: 'resembles', values: ['x'] })).toBeUndefined();
});

test('what a condition lacks is named', () => {
  expect(lacks({})).toBe('field');
  expect(lacks({ field: 'gone', operator: 'equals', values: ['x'] })).toBe('unknown_field');
  expect(lacks({ field: 'city', operator: 'between', values: ['1', '2'] })).toBe('operator');
  expect(lacks({ field: 'city', operator: 'equals', values: [' '] })).toBe('value');
  expect(lacks({ field: 'city', operator: 'one_of', values: [] })).toBe('value');
  expect(lacks({ field: 'spent', operator: 'equals', values: ['12,5'] })).toBe('number');
  expect(lacks({ field: 'spent', operator: 'equals', values: ['0x10'] })).toBe('number');
  expect(lacks({ field: 'spent', operator: 'between', values: ['10', '9'] })).toBe('order');
  expect(lacks({ field: 'seen', operator: 'equals', values: ['2026-02-30'] })).toBe('day');
  expect(lacks({ field: 'seen', operator: 'in_the_last', values: ['1.5'], unit: 'day' })).toBe('whole');
  expect(lacks({ field: 'seen', operator: 'in_the_last', values: ['7'] })).toBe('value');
  expect(lacks({ field: 'seen', operator: 'anniversary_in_the_next', values: ['367'], unit: 'day' })).toBe('large');
  expect(lacks({ field: 'seen', operator: 'between', values: ['2026-01-01', '2026-01-01'] })).toBeUndefined();
  expect(lacks({ field: 'seen', operator: 'in_this' })).toBe('value');
  expect(lacks({ field: 'seen', operator: 'in_this', unit: 'quarter' })).toBeUndefined();
  expect(lacks({ field: 'city', operator: 'is_empty' })).toBeUndefined();
});

test('another operator or field keeps what still fits, and nothing else', () => {
  const of = (name: string) => operators.find((o) => o.operator === name) as Operator;
  const field = (name: string) => fields.find((f) => f.name === name) as Field;
  const is = condition({ field: 'city', operator: 'equals', values: ['Split'] });
  expect(withOperator(is, of('one_of'), of('equals'))).toMatchObject({ operator: 'one_of', values: ['Split'] });
  expect(withOperator(is, of('is_empty'), of('equals')).values).toEqual([]);
  const last = withOperator(
    condition({ field: 'seen', operator: 'equals', values: ['2026-01-01'] }),
    of('in_the_last'),
    of('equals'),
  );
  expect(last).toMatchObject({ values: ['30'], unit: 'day' });
  const now = withOperator({ ...last, unit: 'quarter' }, of('in_this'), of('in_the_last'));
  expect(now).toMatchObject({ values: [], unit: 'quarter' });
  expect(withOperator(now, of('in_the_last'), of('in_this'))).toMatchObject({ values: ['30'], unit: 'quarter' });
  expect(withOperator(now, of('equals'), of('in_this'))).toMatchObject({ values: [''], unit: undefined });
  expect(withOperator(condition({ field: 'seen' }), of('in_this'), undefined)).toMatchObject({
    values: [],
    unit: 'month',
  });
  expect(withOperator(last, of('between'), of('in_the_last'))).toMatchObject({ values: ['', ''], unit: undefined });
  expect(withField(is, field('country'), field('city'), operators)).toMatchObject({
    field: 'country',
    operator: 'equals',
    values: [''],
  });
  expect(withField(last, field('spent'), field('seen'), operators)).toMatchObject({
    operator: 'equals',
    values: [''],
    unit: undefined,
  });
});

test('moments are typed in by the clock of the zone, across changes to summer time', () => {
  expect(instantOf('2026-11-24T08:00', 'Europe/Zagreb')).toBe('2026-11-24T07:00:00Z');
  expect(instantOf('2026-07-01T08:00', 'Europe/Zagreb')).toBe('2026-07-01T06:00:00Z');
  expect(clockOf('2026-07-01T06:00:00Z', 'Europe/Zagreb')).toBe('2026-07-01T08:00');
  expect(clockOf('2026-07-01T06:00:07Z', 'UTC')).toBe('2026-07-01T06:00:07');
  for (const clock of ['2026-03-29T01:59', '2026-03-29T03:00', '2026-10-25T04:00'])
    expect(clockOf(instantOf(clock, 'Europe/Zagreb'), 'Europe/Zagreb')).toBe(clock);
  expect(instantOf('', 'UTC')).toBe('');
});
