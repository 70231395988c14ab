import type { Api } from '../api/client';
import { bad, mostValues } from './literals';
import type { Condition, Group, Node, Part, Unit } from './model';
import { compared, follow, measureOf, orders, type Place, possible, profilePlace, type World } from './tables';

// What can be said about a field comes from the API's description of its operators, so that a new one shows up by itself.

export type Operator = Api['OperatorInfo'];
/** A field of the profile, or a column of rows, of which no values are suggested. */
export type Field = Api['Field'] & { row?: true };

export const units: Unit[] = ['day', 'week', 'month', 'quarter', 'year'];

/** The operators that apply to a type of field, as the API orders them. */
export const operatorsFor = (all: Operator[], type: string): Operator[] =>
  all.filter((o) => (o.types as string[]).includes(type));

/** What is wrong with a condition, as the key of a text in `segments.missing`. */
export type Missing =
  | 'field'
  | 'unknown_field'
  | 'operator'
  | 'value'
  | 'number'
  | 'day'
  | 'moment'
  | 'whole'
  | 'large'
  | 'order'
  | 'group'
  | 'path'
  | 'column'
  | 'order_by'
  | 'segment'
  | 'unknown_segment'
  | 'query'
  | 'address'
  | 'many';

const isNumber = (v: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(v) && Number.isFinite(Number(v));
const isDay = (v: string) =>
  /^\d{4}-\d\d-\d\d$/.test(v) &&
  !Number.isNaN(Date.parse(`${v}T00:00:00Z`)) &&
  new Date(`${v}T00:00:00Z`).toISOString().startsWith(v);
const isMoment = (v: string) => /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(v) && !Number.isNaN(Date.parse(v));

function missingValue(type: string, value: string): Missing | undefined {
  const v = value.trim();
  if (v === '') return 'value';
  if (type === 'number' && !isNumber(v)) return 'number';
  if (type === 'date' && !isDay(v)) return 'day';
  if (type === 'datetime' && !isMoment(v)) return 'moment';
  return undefined;
}

function later(type: string, a: string, b: string): boolean {
  if (type === 'number') return Number(a) > Number(b);
  if (type === 'datetime') return Date.parse(a) > Date.parse(b);
  return a > b;
}

/** What has to be filled in or mended before the condition says something; undefined where it does. */
export function missing(c: Condition, place: Place, world: World): Missing | undefined {
  if (c.about === 'field') {
    if (!c.field) return 'field';
    if (!place.fields.some((f) => f.name === c.field)) return 'unknown_field';
  }
  if (c.about === 'segment') {
    if (!c.segment) return 'segment';
    if (!world.segments.some((s) => s.id === c.segment)) return 'unknown_segment';
  }
  if (c.about === 'query' && !c.sql?.trim()) return 'query';
  if (c.about === 'related') {
    const there = c.related && follow(world, place, c.related.path);
    if (!c.related || !there) return 'path';
    const known = measureOf(c.related.measure);
    if (known?.types.length && !compared(world, place, c)) return 'column';
    if (known?.ordered && !orders(there).some((f) => f.name === c.related?.orderBy)) return 'order_by';
  }
  const operator = possible(world, place, c).find((o) => o.operator === c.operator);
  if (!operator) return 'operator';
  if (c.about === 'profile') {
    if (c.values.length === 0) return 'value';
    if (c.values.length > mostValues) return 'many';
    return bad(c).length > 0 ? 'address' : undefined;
  }
  return missingOperand(c, operator, compared(world, place, c)?.type ?? 'text');
}

/** How many conditions say nothing yet, and groups that nothing stands in. */
export function lacking(parts: Part[], world: World): number {
  const within = (node: Node, place: Place): number => {
    if (node.kind === 'kept') return 0;
    if (node.kind === 'group') return inGroup(node, place);
    const there = node.related && follow(world, place, node.related.path);
    const { where, within: span } = node.related ?? {};
    return (
      (missing(node, place, world) ? 1 : 0) +
      (there && where ? inGroup(where, there) : 0) +
      (there && span && missing(span, there, world) ? 1 : 0)
    );
  };
  const inGroup = (group: Group, place: Place): number =>
    group.children.length === 0 ? 1 : group.children.reduce((n, child) => n + within(child, place), 0);
  return parts.reduce((n, p) => n + inGroup(p.root, profilePlace(world)), 0);
}

function missingOperand(c: Condition, operator: Operator, type: string): Missing | undefined {
  switch (operator.operand) {
    case 'none':
      return undefined;
    case 'unit':
      return c.unit ? undefined : 'value';
    case 'relative':
    case 'days': {
      const n = c.values[0]?.trim() ?? '';
      if (n === '') return 'value';
      if (!/^\d+$/.test(n)) return 'whole';
      if (Number(n) > (operator.operand === 'days' ? 366 : 36_600)) return 'large';
      return operator.operand === 'relative' && !c.unit ? 'value' : undefined;
    }
    case 'two': {
      const [a = '', b = ''] = c.values;
      const wrong = missingValue(type, a) ?? missingValue(type, b);
      return wrong ?? (later(type, a.trim(), b.trim()) ? 'order' : undefined);
    }
    default: {
      if (c.values.length === 0) return 'value';
      if (c.values.length > mostValues) return 'many';
      for (const v of c.values) {
        const wrong = missingValue(type, v);
        if (wrong) return wrong;
      }
      return undefined;
    }
  }
}

/** Another operator: what was typed in stays where the new one takes the same. */
export function withOperator(c: Condition, next: Operator, before: Operator | undefined): Condition {
  const changed: Condition = { ...c, operator: next.operator };
  if (before?.operand === next.operand) return changed;
  changed.unit = next.operand === 'relative' || next.operand === 'days' ? (c.unit ?? 'day') : undefined;
  if (next.operand === 'days') changed.unit = 'day';
  if (next.operand === 'unit') changed.unit = c.unit ?? 'month';
  const relativeNow = next.operand === 'relative' || next.operand === 'days';
  const relativeBefore = before?.operand === 'relative' || before?.operand === 'days';
  const kept = relativeNow === relativeBefore ? c.values : [];
  switch (next.operand) {
    case 'none':
    case 'unit':
      changed.values = [];
      break;
    case 'two':
      changed.values = [kept[0] ?? '', kept[1] ?? ''];
      break;
    case 'many':
      changed.values = kept.filter((v) => v.trim() !== '');
      break;
    default:
      changed.values = [kept[0] ?? (relativeNow ? '30' : '')];
  }
  return changed;
}

/** Another field: the operator stays where it applies to that field as well, what was typed in only for the same type. */
export function withField(c: Condition, field: Field, before: Field | undefined, all: Operator[]): Condition {
  const possible = operatorsFor(all, field.type);
  const kept = possible.find((o) => o.operator === c.operator);
  const next = kept ?? possible[0];
  if (!next) return { ...c, field: field.name, operator: '', values: [], unit: undefined };
  if (kept && ['relative', 'days', 'unit', 'none'].includes(kept.operand)) return { ...c, field: field.name };
  const cleared: Condition =
    before?.type === field.type && kept
      ? { ...c, field: field.name, values: c.values.map(() => '') }
      : { ...c, field: field.name, values: [], unit: undefined };
  if (kept && kept.operand === 'many') return { ...cleared, values: [] };
  return withOperator(cleared, next, kept && cleared.values.length > 0 ? kept : undefined);
}

/** What a condition compares is of another type now: the operator stays where it fits, the values where they can. */
export function withType(
  c: Condition,
  type: string | undefined,
  before: string | undefined,
  all: Operator[],
): Condition {
  if (!type) return { ...c, operator: '', values: [], unit: undefined };
  if (type === before && c.operator) return c;
  const fitting = operatorsFor(all, type);
  const kept = fitting.find((o) => o.operator === c.operator);
  if (kept && ['relative', 'days', 'unit', 'none'].includes(kept.operand)) return c;
  const usual = fitting.find((o) => o.operator === (type === 'number' ? 'greater_or_equal' : c.operator));
  const first = kept ?? usual ?? fitting[0];
  return first
    ? withOperator({ ...c, values: [], unit: undefined }, first, undefined)
    : { ...c, operator: '', values: [] };
}
