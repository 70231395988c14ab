import type { Api } from '../api/client';

export type Entry = Api['AuditEntry'];

/** What is looked for; it stands in the address. Names of people of Segue are no secret to who may read the log. */
export type AuditSearch = {
  who?: string;
  what?: string;
  on?: string;
  outcome?: 'done' | 'refused';
  from?: string;
  to?: string;
};

/** Reads the filter out of the address. */
export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const out: AuditSearch = {};
  for (const key of ['who', 'what', 'on'] as const) {
    const value = search[key];
    if (typeof value === 'string' || typeof value === 'number') out[key] = String(value);
  }
  if (search.outcome === 'done' || search.outcome === 'refused') out.outcome = search.outcome;
  for (const key of ['from', 'to'] as const) {
    const value = search[key];
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) out[key] = value;
  }
  return out;
}

const has = (hay: (string | undefined)[], needle: string | undefined) =>
  !needle || hay.filter(Boolean).join(' ').toLocaleLowerCase().includes(needle.trim().toLocaleLowerCase());

/** The beginning of a day in the browser's time zone; with days more, of a later one. */
const dayOf = (day: string, more = 0) => {
  const [y, m, d] = day.split('-').map(Number) as [number, number, number];
  return new Date(y, m - 1, d + more).getTime();
};

/** Whether an entry is what is looked for. Days are those of the browser's time zone, both ends included. */
export function matches(
  e: Entry,
  f: AuditSearch,
  name: (actor: string) => string,
  thing: (e: Entry) => string,
): boolean {
  const at = new Date(e.at).getTime();
  return (
    has([name(e.actor.name), e.actor.name, e.actor.from], f.who) &&
    has([e.action], f.what) &&
    has([thing(e), e.kind, e.name, e.id], f.on) &&
    (!f.outcome || (f.outcome === 'done') === (e.outcome === 'done')) &&
    (!f.from || at >= dayOf(f.from)) &&
    (!f.to || at < dayOf(f.to, 1))
  );
}

/** Whether no older entry can match: the log goes back in time. */
export const past = (oldest: Entry | undefined, f: AuditSearch) =>
  !!oldest && !!f.from && new Date(oldest.at).getTime() < dayOf(f.from);

export type Difference = { part: string; before?: string; after?: string; hidden: boolean };

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

/** What an entry changed, part by part. A part that differs without its value being told is hidden: a secret, or about customers. */
export function differences(e: Entry): Difference[] {
  const before = (e.before ?? {}) as Record<string, unknown>;
  const after = (e.after ?? {}) as Record<string, unknown>;
  const both = e.before !== undefined && e.after !== undefined;
  const parts = both ? (e.changed ?? []) : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return parts.map((part) => {
    const d = { part, before: text(before[part]), after: text(after[part]) };
    return { ...d, hidden: both && !(part in before) && !(part in after) };
  });
}
