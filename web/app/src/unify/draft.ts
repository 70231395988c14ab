import type { Api } from '../api/client';

// How tables are unified, while it is edited: the definition of the API, changed so that nothing in it speaks of what is gone.

export type Draft = Api['UnificationInput'];
export type Field = Api['UnifyField'];
export type MatchRule = Api['MatchRule'];
export type Survivorship = Api['FieldSurvivorship'];

/** A stored definition without what the server says of it. */
export function draftOf(u: Api['Unification']): Draft {
  const { fields, tables, rules, survivorship, region, max_block, version } = u;
  return { fields, tables, rules, survivorship, region, max_block, version };
}

export const columnOf = (d: Draft, source: string, field: string) =>
  d.tables.find((t) => t.source_id === source)?.columns.find((c) => c.field === field)?.column;

/** Leaves out what speaks of fields that are gone: mappings, conditions, rules without a condition, and survivorship. */
function tidy(d: Draft): Draft {
  const there = (name: string | undefined) => d.fields.some((f) => f.name === name);
  return {
    ...d,
    tables: d.tables.map((t) => ({ ...t, columns: t.columns.filter((c) => there(c.field)) })),
    rules: d.rules
      .map((r) => ({
        ...r,
        conditions: r.conditions.filter((c) => there(c.field)),
        ...(r.unless ? { unless: r.unless.filter((x) => there(x.field)) } : {}),
      }))
      .filter((r) => r.conditions.length > 0),
    survivorship: d.survivorship
      .filter((s) => there(s.field) && (!s.by || there(s.by)))
      .map((s) => {
        if (!s.source_ids) return s;
        const source_ids = s.source_ids.filter((id) => d.tables.some((t) => t.source_id === id));
        return { ...s, source_ids: source_ids.length > 0 ? source_ids : undefined };
      }),
  };
}

export const withoutField = (d: Draft, name: string): Draft =>
  tidy({ ...d, fields: d.fields.filter((f) => f.name !== name) });

/** Without a table, and without the fields that only it fed. */
export function withoutTable(d: Draft, source: string): Draft {
  const tables = d.tables.filter((t) => t.source_id !== source);
  const fed = (f: Field) => tables.some((t) => t.columns.some((c) => c.field === f.name));
  const was = (f: Field) => d.tables.some((t) => t.columns.some((c) => c.field === f.name));
  return tidy({ ...d, tables, fields: d.fields.filter((f) => fed(f) || !was(f)) });
}

export function moved<T>(list: T[], at: number, by: -1 | 1): T[] {
  const out = [...list];
  const [one] = out.splice(at, 1);
  if (one === undefined || at + by < 0 || at + by >= list.length) return list;
  out.splice(at + by, 0, one);
  return out;
}

/** With a column of a table for a field, or without one. */
export const withColumn = (d: Draft, source: string, field: string, column: string): Draft => ({
  ...d,
  tables: d.tables.map((t) => {
    if (t.source_id !== source) return t;
    const others = t.columns.filter((c) => c.field !== field);
    return { ...t, columns: column ? [...others, { field, column }] : others };
  }),
});

/** With another name for a field, wherever it is spoken of. */
export function renamed(d: Draft, from: string, to: string): Draft {
  const name = (x: string) => (x === from ? to : x);
  return {
    ...d,
    fields: d.fields.map((f) => ({ ...f, name: name(f.name) })),
    tables: d.tables.map((t) => ({ ...t, columns: t.columns.map((c) => ({ ...c, field: name(c.field) })) })),
    rules: d.rules.map((r) => ({
      ...r,
      conditions: r.conditions.map((c) => ({ ...c, field: name(c.field) })),
      ...(r.unless ? { unless: r.unless.map((x) => ({ ...x, field: name(x.field) })) } : {}),
    })),
    survivorship: d.survivorship.map((s) => ({ ...s, field: name(s.field), ...(s.by ? { by: name(s.by) } : {}) })),
  };
}

/** With another way to choose a field's value; without one it is that of the first table. */
export const withSurvivorship = (d: Draft, field: string, s: Survivorship | undefined): Draft => ({
  ...d,
  survivorship: [...d.survivorship.filter((x) => x.field !== field), ...(s ? [s] : [])],
});

/**
 * With tables that were not there, mapped as is suggested. What is there stays: a suggested field of the same meaning, or else of the
 * same name, feeds it; the suggested rules are taken where there are none.
 */
export function withSuggestion(d: Draft, s: Draft, added: string[]): Draft {
  let fields = [...d.fields];
  const called = new Map<string, string>(); // the names of fields here by those of the suggestion
  for (const f of s.fields) {
    const here =
      fields.find((x) => x.type === f.type && x.semantic && x.semantic === f.semantic) ??
      fields.find((x) => x.type === f.type && x.name.toLowerCase() === f.name.toLowerCase());
    called.set(f.name, here?.name ?? f.name);
  }
  const tables = s.tables
    .filter((t) => added.includes(t.source_id) && !d.tables.some((x) => x.source_id === t.source_id))
    .map((t) => {
      const columns: Api['FieldColumn'][] = [];
      for (const c of t.columns) {
        const field = called.get(c.field) ?? c.field;
        if (columns.some((x) => x.field === field)) continue;
        const suggested = s.fields.find((f) => f.name === c.field);
        const there = fields.find((f) => f.name === field);
        if (!there && suggested) fields = [...fields, { ...suggested, name: field }];
        if (there && suggested && there.type !== suggested.type) continue; // another thing of the same name
        columns.push({ field, column: c.column });
      }
      return { ...t, columns };
    });
  const known = (name: string) => fields.some((f) => f.name === name);
  const rules =
    d.rules.length > 0
      ? d.rules
      : s.rules
          .map((r) => ({
            ...r,
            conditions: r.conditions.map((c) => ({ ...c, field: called.get(c.field) ?? c.field })),
            ...(r.unless ? { unless: r.unless.map((x) => ({ ...x, field: called.get(x.field) ?? x.field })) } : {}),
          }))
          .filter((r) => [...r.conditions, ...(r.unless ?? [])].every((c) => known(c.field)));
  return { ...d, fields, tables: [...d.tables, ...tables], rules };
}

/** What is wrong with a definition, as keys of texts in `unify.wrong`, with what it is about. */
export type Wrong = {
  what: 'rule_name' | 'rule_taken' | 'rule_equal' | 'similarity' | 'field_column' | 'table_fields';
  about: string;
};

const always = 'always';

export function wrongIn(d: Draft, tableName: (id: string) => string): Wrong[] {
  const wrong: Wrong[] = [];
  const names = new Set<string>();
  d.rules.forEach((r, i) => {
    const name = r.name.trim();
    const about = name || String(i + 1);
    if (name === '') wrong.push({ what: 'rule_name', about });
    else if (names.has(name.toLowerCase()) || name.toLowerCase() === always) wrong.push({ what: 'rule_taken', about });
    names.add(name.toLowerCase());
    if (!r.conditions.some((c) => c.kind !== 'similar')) wrong.push({ what: 'rule_equal', about });
    if (r.conditions.some((c) => c.kind === 'similar' && !similar(c.similarity)))
      wrong.push({ what: 'similarity', about });
  });
  for (const f of d.fields)
    if (!d.tables.some((t) => t.columns.some((c) => c.field === f.name)))
      wrong.push({ what: 'field_column', about: f.name });
  for (const t of d.tables)
    if (t.columns.length === 0) wrong.push({ what: 'table_fields', about: tableName(t.source_id) });
  return wrong;
}

export const similar = (n: number | undefined) => n !== undefined && n > 0.5 && n <= 1;

/** A condition of another kind: how it cleans and how similar it asks to be only where that is said. */
export function withKind(c: Api['MatchCondition'], kind: Api['MatchCondition']['kind']): Api['MatchCondition'] {
  const out: Api['MatchCondition'] = { field: c.field, kind };
  if (kind !== 'exact' && c.clean) out.clean = c.clean;
  if (kind === 'similar') out.similarity = c.similarity ?? 0.92;
  return out;
}
