import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import * as model from './model';
import { type Field, lacking, type Operator } from './operators';
import { measures, type World } from './tables';

// What the documentation says of rules, and the scenarios that every engine passes, held against the builder.

const top = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(top, 'docs/rules.md'), 'utf8');
const scenarios = join(top, 'internal/warehouse/warehousetest/testdata/scenarios');

const words = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map((m) => m[1] ?? '');
const cells = (heading: string) =>
  (page.split(heading)[1]?.split('\n\n')[0] ?? '')
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((c) => c.trim()));

/** The table of operators, as the API describes them. */
const operators: Operator[] = cells('## Operators\n\n').flatMap(
  ([, positive = '', negative = '', types = '', values = '']) => {
    const subject = /related/.test(values)
      ? 'related'
      : /segment/.test(values)
        ? 'segment'
        : /ids|addresses/.test(values)
          ? 'profile'
          : 'value';
    const operand = /whole number of days/.test(values)
      ? 'days'
      : /whole number/.test(values)
        ? 'relative'
        : /none, and/.test(values)
          ? 'unit'
          : /two/.test(values)
            ? 'two'
            : /or more/.test(values)
              ? 'many'
              : /none/.test(values)
                ? 'none'
                : 'one';
    const all = ['text', 'number', 'date', 'datetime', 'boolean'];
    const of = /every/.test(types) ? all : types.split(', ').filter((x) => all.includes(x));
    return [...words(positive), ...words(negative)].map(
      (operator) => ({ operator, subject, operand, types: of }) as Operator,
    );
  },
);

type Columns = { columns: string[] };
type File = {
  profile: Columns;
  tables?: Record<string, Columns>;
  relationships?: { name: string; from: string; to?: string }[];
  segments?: { id: string; rule?: Api['Rule']; rules?: Api['SegmentRule'][] }[];
  scenarios: {
    name: string;
    rule?: Api['Rule'];
    rules?: Api['SegmentRule'][];
    numbered?: { text: string; count: string };
  }[];
};

const columns = (t: Columns): Field[] =>
  t.columns.map((c) => {
    const [name = '', type] = c.split(' ');
    return { name, column: name, type: type as Field['type'] };
  });

type Case = { name: string; rules: Api['SegmentRule'][]; world: World };

const cases: Case[] = readdirSync(scenarios).flatMap((name) => {
  const file = load(readFileSync(join(scenarios, name), 'utf8'), { schema: FAILSAFE_SCHEMA }) as File;
  const world: World = {
    fields: columns(file.profile),
    operators,
    tables: Object.entries(file.tables ?? {}).map(([id, t]) => ({ id, name: id, columns: columns(t) })),
    relationships: file.relationships ?? [],
    segments: (file.segments ?? []).map((s) => ({ id: s.id, name: s.id })),
  };
  return [...file.scenarios, ...(file.segments ?? []).map((s) => ({ ...s, name: s.id, numbered: undefined }))].map(
    (s) => {
      const rules = structuredClone(s.rules ?? [{ rule: s.rule ?? {} }]);
      const [first] = rules;
      const many = s.numbered;
      if (many && first) first.rule.values = Array.from({ length: Number(many.count) }, (_, i) => `${many.text}${i}`);
      return { name: `${name}: ${s.name}`, rules, world };
    },
  );
});

const read = (rules: Api['SegmentRule'][]) => model.fromSegment({ name: 'x', rules });
const kinds = (draft: model.Draft) => {
  const from = (n: model.Node): string[] => [n.kind, ...model.inside(n).flatMap(from)];
  return new Set(draft.parts.flatMap((p) => from(p.root)));
};

test('the scenarios and the tables of the page are there', () => {
  expect(cases.length).toBeGreaterThan(150);
  expect(operators.length).toBeGreaterThan(40);
});

test('every scenario can be edited, lacks nothing, and stays what it is', () => {
  for (const { name, rules, world } of cases) {
    const draft = read(rules);
    expect(model.toRules(draft.parts), name).toEqual(rules);
    expect(kinds(draft), name).not.toContain('kept');
    expect([name, lacking(draft.parts, world)]).toEqual([name, 0]);
  }
});

test('the examples of the page can be edited and stay what they are', () => {
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((m) => JSON.parse(m[1] ?? ''));
  expect(examples.length).toBeGreaterThanOrEqual(2);
  for (const example of examples) {
    const rules: Api['SegmentRule'][] = Array.isArray(example) ? example : [{ rule: example }];
    expect(model.toRules(read(rules).parts)).toEqual(rules);
    expect(kinds(read(rules))).not.toContain('kept');
  }
});

test('what is changed and changed back leaves every scenario as it was', () => {
  for (const { name, rules } of cases) {
    let draft = read(rules);
    for (const c of model.conditions(draft.parts).slice(0, 20)) {
      const added = model.newCondition();
      draft = model.remove(model.insertAfter(draft, c.id, added), added.id);
      draft = model.wrap(draft, c.id, 'any');
      const around = (n: model.Node): string[] =>
        n.kind === 'group' && n.children.some((x) => x.id === c.id) ? [n.id] : model.inside(n).flatMap(around);
      const [group = ''] = draft.parts.flatMap((p) => around(p.root));
      draft = model.unwrap(draft, group);
    }
    expect(model.toRules(draft.parts), name).toEqual(rules);
  }
});

test('what is worked out of rows is what the page says', () => {
  const told = cells('| `function` | over').length > 0 ? page.split('| `function` | over')[1] : '';
  const rows = (told ?? '').split('\n\n')[0]?.split('\n').slice(2) ?? [];
  const all = ['text', 'number', 'date', 'datetime', 'boolean'];
  const said = rows.flatMap((line) => {
    const [, names = '', types = ''] = line.split('|');
    return words(names).map((measure) => {
      const of = /every/.test(types) ? all : all.filter((x) => new RegExp(`\\b${x}\\b`).test(types));
      return [measure, /no column/.test(types) ? [] : of];
    });
  });
  expect(Object.fromEntries(measures.map((m) => [m.measure, m.types]))).toEqual(Object.fromEntries(said));
});

// A small source of chance that is the same in every run.
function chance(seed: number) {
  let x = seed;
  const next = () => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return x / 2147483648;
  };
  return {
    upTo: (n: number) => Math.floor(next() * n),
    of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  };
}

test('any rule stays what it is', () => {
  const { upTo, of } = chance(7);
  const names = operators.map((o) => o.operator);
  const window = (): Api['Window'] => ({
    column: of(['day', 'seen']),
    operator: of(names),
    values: of([['1'], ['2', ' 3 ']]),
  });
  const rule = (depth: number): Api['Rule'] => {
    const kind = upTo(depth > 3 ? 4 : 7);
    if (kind === 0) return { field: of(['a', 'b c']), operator: of(names), values: of([[' x '], ['1', '2'], ['é']]) };
    if (kind === 1) return { field: 'a', operator: of(names), unit: of(['day', 'year'] as const) };
    if (kind === 2) return { segment: 's', operator: of(['member_of', 'not_member_of'] as const) };
    if (kind === 3)
      return { operator: of(['id_one_of', 'not_address_one_of'] as const), values: ['a', 'b@example.com'] };
    if (kind === 4)
      return {
        related: {
          path: of([['orders'], ['orders', 'lines']]),
          ...(upTo(2) ? { function: of(measures).measure, column: of(['a', 'b']) } : {}),
          ...(upTo(2) ? { order_by: 'day' } : {}),
          ...(upTo(2) ? { where: rule(depth + 1) } : {}),
          ...(upTo(2) ? { within: window() } : {}),
        },
        operator: of(names),
      };
    const inner = Array.from({ length: upTo(4) }, () => rule(depth + 1));
    return upTo(2) ? { all: inner } : { any: inner };
  };
  for (let i = 0; i < 2000; i++) {
    const rules: Api['SegmentRule'][] = [
      { rule: rule(0) },
      { combine: of(['union', 'except'] as const), rule: rule(0) },
    ];
    const before = structuredClone(rules);
    const draft = read(rules);
    expect(model.toRules(draft.parts)).toEqual(before);
    expect(model.toRules(draft.parts.map((p) => ({ ...p, root: model.copied(p.root) as model.Group })))).toEqual(
      before,
    );
  }
});
