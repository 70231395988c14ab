import type { Api } from '../api/client';
import type { Condition, Measure, Related } from './model';
import type { Field, Operator } from './operators';

// Where fields of a rule are looked up: in the profile, or in the rows of a table that relationships lead to.

export type Table = { id: string; name: string; columns: Api['Column'][] };

/** What rules can speak of. */
export type World = {
  fields: Field[];
  operators: Operator[];
  tables: Table[];
  relationships: Pick<Api['Relationship'], 'name' | 'from' | 'to'>[];
  /** The segments that a condition can name. */
  segments: { id: string; name: string }[];
};

/** A place of fields; one without a table is the profile. */
export type Place = { table?: string; fields: Field[] };

export const profilePlace = (world: World): Place => ({ fields: world.fields });

const tablePlace = (world: World, id: string): Place => ({
  table: id,
  fields: (world.tables.find((t) => t.id === id)?.columns ?? []).map((c) => ({
    name: c.name,
    column: c.name,
    type: c.type,
    row: true,
  })),
});

/** Where a relationship leads from a table, or from the profile; undefined where it does not begin there. */
function next(r: World['relationships'][number], from: string | undefined): string | undefined {
  if ((r.to || undefined) === from) return r.from;
  return r.from === from && r.to ? r.to : undefined;
}

/** The place that a path leads to; undefined where it leads nowhere. */
export function follow(world: World, from: Place, path: string[]): Place | undefined {
  let table = from.table;
  for (const name of path) {
    const r = world.relationships.find((x) => x.name === name);
    table = r && next(r, table);
    if (!table) return undefined;
  }
  return path.length > 0 && table ? tablePlace(world, table) : undefined;
}

const longest = 6;
const mostPaths = 200;

/** The paths that begin at a place and come to no table twice, the short ones first. */
export function paths(world: World, from: Place): string[][] {
  const found: string[][] = [];
  let open: { path: string[]; tables: (string | undefined)[] }[] = [{ path: [], tables: [from.table] }];
  for (let length = 1; length <= longest && open.length > 0; length++) {
    open = open.flatMap(({ path, tables }) =>
      world.relationships.flatMap((r) => {
        const to = next(r, tables.at(-1));
        return to && !tables.includes(to) ? [{ path: [...path, r.name], tables: [...tables, to] }] : [];
      }),
    );
    found.push(...open.map((o) => o.path));
    if (found.length > mostPaths) break;
  }
  return found.slice(0, mostPaths);
}

/** What can be worked out of rows: over columns of which types, of which type it is, and whether it goes by an order. */
export const measures: { measure: Measure; types: string[]; result?: string; ordered?: boolean }[] = [
  { measure: 'count', types: [], result: 'number' },
  { measure: 'sum', types: ['number'], result: 'number' },
  { measure: 'average', types: ['number'], result: 'number' },
  { measure: 'min', types: ['number', 'date', 'datetime'] },
  { measure: 'max', types: ['number', 'date', 'datetime'] },
  { measure: 'first', types: ['text', 'number', 'date', 'datetime', 'boolean'], ordered: true },
  { measure: 'last', types: ['text', 'number', 'date', 'datetime', 'boolean'], ordered: true },
  { measure: 'distinct', types: ['text', 'number', 'date', 'datetime', 'boolean'], result: 'number' },
];

export const measureOf = (m: Measure | undefined) => measures.find((x) => x.measure === m);

/** The columns that rows can be put in order by. */
export const orders = (place: Place | undefined) =>
  (place?.fields ?? []).filter((f) => ['number', 'date', 'datetime'].includes(f.type));

/** The columns that a span of time can be over. */
export const spans = (place: Place | undefined) =>
  (place?.fields ?? []).filter((f) => ['date', 'datetime'].includes(f.type));

/** The columns that something can be worked out of. */
export const columnsFor = (place: Place | undefined, m: Measure | undefined) =>
  (place?.fields ?? []).filter((f) => measureOf(m)?.types.includes(f.type));

/** What a condition compares: a field, or what is worked out of rows as if it were one; undefined where it compares nothing yet. */
export function compared(world: World, place: Place, c: Condition): Field | undefined {
  if (c.about === 'field') return place.fields.find((f) => f.name === c.field);
  const known = c.about === 'related' ? measureOf(c.related?.measure) : undefined;
  if (!known || !c.related) return undefined;
  if (known.types.length === 0) return { name: '', column: '', type: known.result as Field['type'], row: true };
  const column = columnsFor(follow(world, place, c.related.path), known.measure).find(
    (f) => f.name === c.related?.column,
  );
  return column && { ...column, type: (known.result as Field['type']) ?? column.type };
}

/** The operators that fit what a condition is about. */
export function possible(world: World, place: Place, c: Condition): Operator[] {
  if (c.about === 'field' || c.related?.measure) {
    const field = compared(world, place, c);
    return field ? world.operators.filter((o) => (o.types as string[]).includes(field.type)) : [];
  }
  return world.operators.filter((o) => o.subject === c.about);
}

/** Related rows with another path or another thing to work out: what does not fit there any more is left out. */
export function fitting(world: World, place: Place, r: Related): Related {
  const there = follow(world, place, r.path);
  const known = measureOf(r.measure);
  const columns = columnsFor(there, r.measure);
  const column = columns.find((f) => f.name === r.column) ?? (columns.length === 1 ? columns[0] : undefined);
  const by = orders(there);
  const order = by.find((f) => f.name === r.orderBy) ?? (by.length === 1 ? by[0] : undefined);
  return {
    ...r,
    column: known && known.types.length > 0 ? (column?.name ?? '') : '',
    orderBy: known?.ordered ? (order?.name ?? '') : '',
  };
}
