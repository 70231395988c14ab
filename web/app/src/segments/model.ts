import type { Api } from '../api/client';

// A definition while it is edited: the rule tree of the API, in which everything has an id so that it can be moved, changed
// and focused, and in which something may still be missing.

export type How = 'all' | 'any';
export type Combine = NonNullable<Api['SegmentRule']['combine']>;
export type Unit = NonNullable<Api['Rule']['unit']>;
export type Condition = {
  id: string;
  kind: 'condition';
  field: string;
  operator: string;
  values: string[];
  unit?: Unit;
};
/** A rule that cannot be edited here. It is shown, moved, copied and removed, and saved exactly as it was read. */
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
  field: '',
  operator: '',
  values: [],
});

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

const editable: (keyof Api['Rule'])[] = ['field', 'operator', 'values', 'unit'];

function fromRule(rule: Api['Rule']): Node {
  const says = (Object.keys(rule) as (keyof Api['Rule'])[]).filter((key) => rule[key] !== undefined);
  const branches = rule.all ?? rule.any;
  if (branches && says.length === 1) return newGroup(branches.map(fromRule), rule.all ? 'all' : 'any');
  // Leaving out what it does not know would make it select other people.
  if (!rule.field || says.some((key) => !editable.includes(key))) return { id: newId(), kind: 'kept', rule };
  return {
    id: newId(),
    kind: 'condition',
    field: rule.field ?? '',
    operator: rule.operator ?? '',
    values: [...(rule.values ?? [])],
    unit: rule.unit,
  };
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
    parts: s.rules.map(({ combine, rule, ...rest }) => {
      const node = fromRule(rule);
      return {
        id: newId(),
        combine: combine ?? 'union',
        root: node.kind === 'group' ? node : { ...newGroup([node]), bare: true },
        rest,
      };
    }),
  };
}

/** Within a text white space counts; at the ends of any other value it is a slip. */
const substring = /(contains|starts_with|ends_with)$/;

function toRule(node: Node): Api['Rule'] {
  if (node.kind === 'kept') return node.rule;
  if (node.kind === 'group') {
    const rules = node.children.map(toRule);
    return node.how === 'all' ? { all: rules } : { any: rules };
  }
  const rule: Api['Rule'] = { field: node.field, operator: node.operator as Api['Rule']['operator'] };
  if (node.values.length > 0)
    rule.values = substring.test(node.operator) ? [...node.values] : node.values.map((v) => v.trim());
  if (node.unit) rule.unit = node.unit;
  return rule;
}

/** The rules as the API takes them. */
export function toRules(parts: Part[]): Api['SegmentRule'][] {
  return parts.map((p, i) => {
    const [only, ...others] = p.root.children;
    const rule = toRule(p.root.bare && only && others.length === 0 ? only : p.root);
    return i === 0 ? { ...p.rest, rule } : { ...p.rest, combine: p.combine, rule };
  });
}

/** Puts something else in the place of the node with the id: nothing, one node, or several. */
export function replace(draft: Draft, id: string, change: (node: Node) => Node[]): Draft {
  const inside = (node: Node): Node[] => {
    if (node.id === id) return change(node);
    if (node.kind !== 'group') return [node];
    const children = node.children.flatMap(inside);
    return children.length === node.children.length && children.every((c, i) => c === node.children[i])
      ? [node]
      : [{ ...node, children }];
  };
  return {
    ...draft,
    parts: draft.parts.map((p) => {
      const [root] = inside(p.root);
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
export const copied = (node: Node): Node =>
  node.kind === 'group'
    ? { ...node, id: newId(), children: node.children.map(copied) }
    : node.kind === 'kept'
      ? { ...node, id: newId() }
      : { ...node, id: newId(), values: [...node.values] };

/** Puts a node into a group of its own, beside which other things can be said. */
export const wrap = (draft: Draft, id: string, how: How): Draft => replace(draft, id, (n) => [newGroup([n], how)]);

/** Puts what is in a group in the group's place. */
export const unwrap = (draft: Draft, id: string): Draft =>
  replace(draft, id, (n) => (n.kind === 'group' ? n.children : [n]));

/** Moves a node within its group, by one place. */
export function move(draft: Draft, id: string, by: -1 | 1): Draft {
  const inside = (group: Group): Group => {
    const at = group.children.findIndex((c) => c.id === id);
    if (at < 0) return { ...group, children: group.children.map((c) => (c.kind === 'group' ? inside(c) : c)) };
    const to = at + by;
    const [node, other] = [group.children[at], group.children[to]];
    if (!node || !other) return group;
    const children = [...group.children];
    children[at] = other;
    children[to] = node;
    return { ...group, children };
  };
  return { ...draft, parts: draft.parts.map((p) => ({ ...p, root: inside(p.root) })) };
}

/** Every condition of the parts that can be edited, in the order in which they stand. */
export function conditions(parts: Part[]): Condition[] {
  const inside = (node: Node): Condition[] =>
    node.kind === 'group' ? node.children.flatMap(inside) : node.kind === 'condition' ? [node] : [];
  return parts.flatMap((p) => inside(p.root));
}

/** The groups in which nothing stands. */
export function emptyGroups(parts: Part[]): Group[] {
  const inside = (node: Node): Group[] => {
    if (node.kind !== 'group') return [];
    return node.children.length === 0 ? [node] : node.children.flatMap(inside);
  };
  return parts.flatMap((p) => inside(p.root));
}
