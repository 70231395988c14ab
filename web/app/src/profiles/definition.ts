import type { Api } from '../api/client';

type Field = Api['Field'];
type Column = Api['Column'];

/** What a field may mean, in the order in which it is offered. */
export const semantics = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'country',
  'consent',
  'updated_at',
  'birth_date',
  'city',
  'language',
] as const satisfies readonly NonNullable<Field['semantic']>[];

/** The fields with a column added or taken out, in the order of the columns. */
export function added(fields: Field[], columns: Column[], column: Column, wanted: boolean): Field[] {
  const others = fields.filter((f) => f.column !== column.name);
  if (!wanted) return others;
  const all = [
    ...others,
    { name: column.name, column: column.name, type: column.type, semantic: column.semantic_guess },
  ];
  const place = (f: Field) => columns.findIndex((c) => c.name === f.column);
  return all.sort((a, b) => place(a) - place(b));
}

export const changedField = (fields: Field[], column: string, change: Partial<Field>): Field[] =>
  fields.map((f) => (f.column === column ? { ...f, ...change } : f));
