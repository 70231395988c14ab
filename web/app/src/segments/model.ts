import type { Api } from '../api/client';
import { measureOf } from './tables';

// A definition while it is edited: the rule tree of the API, in which everything has an id so that it can be moved, changed
// and focused, and in which something may still be missing.

export type How = 'all' | 'any';
export type Combine = NonNullable<Api['SegmentRule']['combine']>;
export type Unit = NonNullable<Api['Rule']['unit']>;
export type Measure = NonNullable<Api['Related']['function']>;
/** What a condition is about. */
export type About = 'field' | 'related' | 'segment' | 'profile' | 'query';
/** Rows that belong to what a rule is about: where they are, what is worked out of them, and which of them. */
export type Related = {
  path: string[];
  /** Without it the condition asks whether there are such rows. */
  measure?: Measure;
  column: string;
  orderBy: string;
  /** What the rows must meet; its fields are columns of their table. */
  where?: Group;
  /** The span of time that the rows must be of; its field is a column of their table. */
  within?: Condition;
};
export type Condition = {
  id: string;
  kind: 'condition';
  about: About;
  /** The field, where it is about one. */
  field: string;
  related?: Related;
  /** The id of the segment, where it is about one. */
  segment?: string;
  /** The query whose ids it is about. */
  sql?: string;
  operator: string;
  values: string[];
  unit?: Unit;
  /** The values as they were read: white space in them stays. */
  read?: string[];
};
/** A rule that is not known here. It is shown, moved, copied and removed, and saved exactly as it was read. */
export type Kept = { id: string; kind: 'kept'; rule: Api['Rule'] };
export type Group = {
  id: string;
  kind: 'group';
  how: How;
  children: Node[];
  /** Whether it only stands around a rule that is stored without a group. */
  bare?: boolean;
};
export type Node = Condition | Kept | Group;
export type Part = {
  id: string;
  combine: Combine;
  root: Group;
  /** What else is stored with the rule, and is not known here. */
  rest?: object;
};
export type Draft = {
  name: string;
  description: string;
  timeZone: string;
  parts: Part[];
  schedule: Api['SegmentSchedule'];
};

let last = 0;
const newId = () => `n${++last}`;

export const newCondition = (): Condition => ({
  id: newId(),
  kind: 'condition',
  about: 'field',
  field: '',
  operator: '',
  values: [],
});

export const newRelated = (path: string[]): Related => ({ path, column: '', orderBy: '' });

export const newGroup = (children: Node[] = [newCondition()], how: How = 'all'): Group => ({
  id: newId(),
  kind: 'group',
  how,
  children,
});

export const newPart = (combine: Combine = 'union'): Part => ({ id: newId(), combine, root: newGroup() });

export const newDraft = (timeZone: string): Draft => ({
  name: '',
  description: '',
  timeZone,
  parts: [newPart()],
  schedule: { mode: 'with_refresh' },
});

/** Whether two rules say the same; what is not there and what is undefined is alike. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((key) => same(x[key], y[key]));
}

function fromRule(rule: Api['Rule']): Node {
  const says = (Object.keys(rule) as (keyof Api['Rule'])[]).filter((key) => rule[key] !== undefined);
  const branches = rule.all ?? rule.any;
  if (branches && says.length === 1) return newGroup(branches.map(fromRule), rule.all ? 'all' : 'any');
  const condition = fromCondition(rule);
  // Leaving out what it does not know would make it select other people.
  const known = same(toRule(condition), rule) && (!rule.related?.function || measureOf(rule.related.function));
  return known ? condition : { id: newId(), kind: 'kept', rule };
}

function fromCondition(rule: Api['Rule']): Condition {
  const about: About = rule.field
    ? 'field'
    : rule.related
      ? 'related'
      : rule.segment
        ? 'segment'
        : rule.sql !== undefined
          ? 'query'
          : 'profile';
  return {
    id: newId(),
    kind: 'condition',
    about,
    field: rule.field ?? '',
    related: about === 'related' && rule.related ? fromRelated(rule.related) : undefined,
    segment: about === 'segment' ? rule.segment : undefined,
    sql: about === 'query' ? rule.sql : undefined,
    operator: rule.operator ?? '',
    values: [...(rule.values ?? [])],
    unit: rule.unit,
    read: rule.values,
  };
}

function fromRelated(r: Api['Related']): Related {
  return {
    path: [...(r.path ?? [])],
    measure: r.function,
    column: r.column ?? '',
    orderBy: r.order_by ?? '',
    where: r.where && rooted(r.where),
    within: r.within && fromCondition({ ...r.within, column: undefined, field: r.within.column } as Api['Rule']),
  };
}

/** A rule as a group: one that is stored without a group gets one that is not stored. */
function rooted(rule: Api['Rule']): Group {
  const node = fromRule(rule);
  return node.kind === 'group' ? node : { ...newGroup([node]), bare: true };
}

/** A stored definition, ready to be edited. The outermost rule is always shown as a group. */
export function fromSegment(
  s: Pick<Api['Segment'], 'name' | 'description' | 'time_zone' | 'rules'> & Partial<Pick<Api['Segment'], 'schedule'>>,
): Draft {
  return {
    name: s.name,
    description: s.description ?? '',
    timeZone: s.time_zone ?? '',
    schedule: s.schedule ?? { mode: 'with_refresh' },
    parts: s.rules.map(({ combine, rule, ...rest }) => ({
      id: newId(),
      combine: combine ?? 'union',
      root: rooted(rule),
      rest,
    })),
  };
}

/** Within a text white space counts; at the ends of any other value it is a slip. */
const substring = /(contains|starts_with|ends_with)$/;

export function toRule(node: Node): Api['Rule'] {
  if (node.kind === 'kept') return node.rule;
  if (node.kind === 'group') {
    const rules = node.children.map(toRule);
    return node.how === 'all' ? { all: rules } : { any: rules };
  }
  const rule: Api['Rule'] = { operator: node.operator as Api['Rule']['operator'] };
  if (node.about === 'field') rule.field = node.field;
  if (node.about === 'segment') rule.segment = node.segment;
  if (node.about === 'query') rule.sql = node.sql;
  if (node.about === 'related' && node.related) rule.related = toRelated(node.related);
  if (node.values.length > 0)
    rule.values = substring.test(node.operator)
      ? [...node.values]
      : node.values.map((v, i) => (v === node.read?.[i] ? v : v.trim()));
  if (node.unit) rule.unit = node.unit;
  return rule;
}

function toRelated(r: Related): Api['Related'] {
  const related: Api['Related'] = { path: r.path };
  if (r.measure) related.function = r.measure;
  if (r.column) related.column = r.column;
  if (r.orderBy) related.order_by = r.orderBy;
  if (r.where) related.where = fromRoot(r.where);
  if (r.within) {
    const { field, ...window } = toRule(r.within);
    related.within = { column: field ?? '', ...window } as Api['Window'];
  }
  return related;
}

/** What a root group says: the one rule in it where it only stands around that. */
function fromRoot(root: Group): Api['Rule'] {
  const [only, ...others] = root.children;
  return toRule(root.bare && only && others.length === 0 ? only : root);
}

/** The rules as the API takes them. */
export function toRules(parts: Part[]): Api['SegmentRule'][] {
  return parts.map((p, i) => {
    const rule = fromRoot(p.root);
    return i === 0 ? { ...p.rest, rule } : { ...p.rest, combine: p.combine, rule };
  });
}

/** What stands in a node: the rules of a group, or those that its rows must meet. */
export const inside = (node: Node): Node[] =>
  node.kind === 'group' ? node.children : node.kind === 'condition' && node.related?.where ? [node.related.where] : [];

/** The node with other things in it; the same one where nothing changed. */
function filled(node: Node, change: (child: Node) => Node[]): Node {
  const before = inside(node);
  const after = before.flatMap(change);
  if (after.length === before.length && after.every((c, i) => c === before[i])) return node;
  if (node.kind === 'group') return { ...node, children: after };
  if (node.kind !== 'condition' || !node.related) return node;
  const [where] = after;
  return { ...node, related: { ...node.related, where: where?.kind === 'group' ? where : undefined } };
}

/** Puts something else in the place of the node with the id: nothing, one node, or several. */
export function replace(draft: Draft, id: string, change: (node: Node) => Node[]): Draft {
  const at = (node: Node): Node[] => (node.id === id ? change(node) : [filled(node, at)]);
  return {
    ...draft,
    parts: draft.parts.map((p) => {
      const [root] = at(p.root);
      return root?.kind === 'group' ? (root === p.root ? p : { ...p, root }) : { ...p, root: newGroup([]) };
    }),
  };
}

/** Changes a condition or a group in its place. */
export const update = (draft: Draft, id: string, change: Partial<Condition> | Partial<Group>): Draft =>
  replace(draft, id, (n) => [{ ...n, ...change } as Node]);

/** Adds to the end of a group. */
export const append = (draft: Draft, group: string, node: Node): Draft =>
  replace(draft, group, (n) => [n.kind === 'group' ? { ...n, children: [...n.children, node] } : n]);

export const insertAfter = (draft: Draft, id: string, node: Node): Draft => replace(draft, id, (n) => [n, node]);

export const remove = (draft: Draft, id: string): Draft => replace(draft, id, () => []);

/** A copy with ids of its own. */
export function copied(node: Node): Node {
  if (node.kind === 'kept') return { ...node, id: newId() };
  if (node.kind === 'group') return { ...node, id: newId(), children: node.children.map(copied) };
  const { where, within, ...rest } = node.related ?? {};
  return {
    ...node,
    id: newId(),
    values: [...node.values],
    related: node.related && {
      ...(rest as Related),
      where: where && (copied(where) as Group),
      within: within && (copied(within) as Condition),
    },
  };
}

/** Puts a node into a group of its own, beside which other things can be said. */
export const wrap = (draft: Draft, id: string, how: How): Draft => replace(draft, id, (n) => [newGroup([n], how)]);

/** Puts what is in a group in the group's place. */
export const unwrap = (draft: Draft, id: string): Draft =>
  replace(draft, id, (n) => (n.kind === 'group' ? n.children : [n]));

/** Moves a node within its group, by one place. */
export function move(draft: Draft, id: string, by: -1 | 1): Draft {
  const within = (node: Node): Node => {
    const at = node.kind === 'group' ? node.children.findIndex((c) => c.id === id) : -1;
    if (node.kind !== 'group' || at < 0) return filled(node, (c) => [within(c)]);
    const to = at + by;
    const [moved, other] = [node.children[at], node.children[to]];
    if (!moved || !other) return node;
    const children = [...node.children];
    children[at] = other;
    children[to] = moved;
    return { ...node, children };
  };
  return { ...draft, parts: draft.parts.map((p) => ({ ...p, root: within(p.root) as Group })) };
}

/** Every node of the parts, in the order in which they stand. */
function every(parts: Part[]): Node[] {
  const from = (node: Node): Node[] => [node, ...inside(node).flatMap(from)];
  return parts.flatMap((p) => from(p.root));
}

/** Every condition of the parts that can be edited, in the order in which they stand. */
export const conditions = (parts: Part[]): Condition[] => every(parts).filter((n) => n.kind === 'condition');

/** The fields of the profile that the rules speak of. */
export function profileFields(parts: Part[]): string[] {
  const from = (node: Node): string[] =>
    node.kind === 'group' ? node.children.flatMap(from) : node.kind === 'condition' && node.field ? [node.field] : [];
  return parts.flatMap((p) => from(p.root));
}

/** The groups in which nothing stands. */
export const emptyGroups = (parts: Part[]): Group[] =>
  every(parts).filter((n): n is Group => n.kind === 'group' && n.children.length === 0);
