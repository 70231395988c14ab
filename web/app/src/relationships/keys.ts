import type { Api } from '../api/client';

type Key = Api['KeyPair'];

/** A source with the columns that it had when its rows were taken over. */
export type Table = { id: string; name: string; columns: string[] };

/**
 * The columns that seem to agree: those called alike, or the table's name and the other's key put together, such as `order` and
 * `order_id`. To the profiles it is the column that is called like their key.
 */
export function suggested(from: Table | undefined, to: Table | undefined, profileKey: string | undefined): Key[] {
  if (!from) return [{ from: '', to: to && '' }];
  const alike = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (!to) {
    const column = from.columns.find((c) => profileKey !== undefined && alike(c, profileKey));
    return [{ from: column ?? '' }];
  }
  const shared = from.columns.flatMap((c) => {
    const there = to.columns.find((x) => alike(x, c));
    return there ? [{ from: c, to: there }] : [];
  });
  // Of several columns that are called alike most are no keys: those that look like one go first.
  const [best] = [...shared].sort((a, b) => Number(isKey(b.from)) - Number(isKey(a.from)));
  return [best ?? { from: '', to: '' }];
}

const isKey = (name: string) => /(^|_)(id|no|number|key|code)$/i.test(name) || /[a-z]Id$/.test(name);

/** Whether every key names its columns. */
export const complete = (keys: Key[], toTable: boolean) =>
  keys.length > 0 && keys.every((k) => k.from !== '' && (!toTable || !!k.to));
