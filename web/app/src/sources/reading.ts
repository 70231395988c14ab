import type { Api } from '../api/client';

// What a form for a source holds, and how it is told to the API.

export type Draft = {
  name: string;
  path: string;
  csv: { delimiter: string; encoding: string; quote: string; noHeader: boolean };
  columns: Record<string, Api['ColumnOption']>;
  /** Shares in percent, as people write them. */
  maxBadRows: string;
  maxShrink: string;
};

export const encodings = ['utf-8', 'windows-1250', 'windows-1252'];
export const types = ['text', 'number', 'date', 'datetime', 'boolean'] as const;

/** Whether the rows lie in a database; a source stays there, or among files. */
export const readsDatabase = (s: Pick<Api['Source'], 'kind'>) => s.kind === 'postgresql' || s.kind === 'mysql';

export const newDraft = (): Draft => ({
  name: '',
  path: '',
  csv: { delimiter: '', encoding: '', quote: '', noHeader: false },
  columns: {},
  maxBadRows: '1',
  maxShrink: '30',
});

export const fromSource = (s: Api['Source']): Draft => ({
  name: s.name,
  path: s.path,
  csv: {
    delimiter: s.csv.delimiter ?? '',
    encoding: s.csv.encoding ?? '',
    quote: s.csv.quote ?? '',
    noHeader: s.csv.no_header ?? false,
  },
  columns: s.columns ?? {},
  maxBadRows: percent(s.max_bad_rows),
  maxShrink: percent(s.max_shrink),
});

/** A share as people write it in a form, in percent. */
export const percent = (n: number) => String(Math.round(n * 100 * 1e6) / 1e6);

/** A share of what was written in percent; undefined where that is no share above 0 and up to 100. */
export function share(percent: string): number | undefined {
  const text = percent.trim().replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const n = Number(text);
  return n > 0 && n <= 100 ? n / 100 : undefined;
}

/** The source as the API takes it. */
export function toInput(d: Draft): Api['SourceInput'] {
  return {
    name: d.name.trim(),
    path: d.path,
    csv: {
      delimiter: d.csv.delimiter || undefined,
      encoding: d.csv.encoding || undefined,
      quote: d.csv.quote || undefined,
      no_header: d.csv.noHeader || undefined,
    },
    columns: Object.keys(d.columns).length > 0 ? d.columns : undefined,
    max_bad_rows: share(d.maxBadRows),
    max_shrink: share(d.maxShrink),
  };
}

/** The name that a file suggests for its source. */
export const nameOf = (path: string): string => (path.split(/[/\\]/).at(-1) ?? '').replace(/\.[^.]+$/, '');

/** The column with another type; found out again where none is stated. */
export function withType(columns: Draft['columns'], name: string, option?: Api['ColumnOption']): Draft['columns'] {
  const { [name]: _, ...others } = columns;
  return option ? { ...others, [name]: option } : others;
}
