import type { Column } from './DataTable';

type Value = string | number | boolean | undefined;

/** Rows whose text holds every word of the search, whatever the letter case. */
export function found<T>(rows: T[], search: string, text: (row: T) => string): T[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const hay = text(row).toLocaleLowerCase();
    return words.every((w) => hay.includes(w));
  });
}

/** Rows in the order asked for. What has no value comes last, whichever way. */
export function sorted<T>(
  rows: T[],
  columns: Column<T>[],
  order: { sort?: string; down?: boolean },
  compare: (a: string, b: string) => number,
): T[] {
  const value = columns.find((c) => c.id === order.sort)?.value;
  if (!value) return rows;
  const way = order.down ? -1 : 1;
  const by = (a: Value, b: Value) =>
    typeof a === 'string' && typeof b === 'string' ? compare(a, b) : Number(a) - Number(b);
  return [...rows].sort((x, y) => {
    const [a, b] = [value(x), value(y)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return way * by(a, b);
  });
}
