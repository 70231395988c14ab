import type { Api } from '../api/client';
import { numberOf } from '../parts/numberOf';
import { percent, share } from './reading';

// What a form for a source in a database holds, and how it is told to the API.

/** Where the rows lie, by the names that the API has. Numbers are as people write them. */
type Place = {
  host: string;
  port: string | number;
  name: string;
  user: string;
  password: string;
  tls: string;
  ca: string;
  table: string;
  query: string;
  timeout: string | number;
};
export type Field = keyof Place;

export type DatabaseDraft = {
  name: string;
  kind: 'postgresql' | 'mysql';
  at: Place;
  /** Takes a stored password away, or connects without one. */
  noPassword: boolean;
  from: 'table' | 'query';
  columns: Record<string, Api['ColumnOption']>;
  maxBadRows: string;
  maxShrink: string;
};

export const ports = { postgresql: 5432, mysql: 3306 };
export const defaultTimeout = 900;
const longest = 6 * 3600;

export const newDatabaseDraft = (): DatabaseDraft => ({
  name: '',
  kind: 'postgresql',
  at: {
    host: '',
    port: '',
    name: '',
    user: '',
    password: '',
    tls: '',
    ca: '',
    table: '',
    query: '',
    timeout: '',
  },
  noPassword: false,
  from: 'table',
  columns: {},
  maxBadRows: '1',
  maxShrink: '30',
});

export const fromDatabase = (s: Api['Source'], p: Api['Database']): DatabaseDraft => ({
  name: s.name,
  kind: s.kind === 'mysql' ? 'mysql' : 'postgresql',
  at: {
    host: p.host,
    port: p.port || '',
    name: p.name,
    user: p.user,
    password: '',
    tls: p.tls ?? '',
    ca: p.ca ?? '',
    table: p.table ?? '',
    query: p.query ?? '',
    timeout: p.timeout || '',
  },
  noPassword: false,
  from: p.query ? 'query' : 'table',
  columns: s.columns ?? {},
  maxBadRows: percent(s.max_bad_rows),
  maxShrink: percent(s.max_shrink),
});

/** Whether the way to the database is one on which the server proves who it is; that is the default. */
export const verifies = (tls: string) => tls === '' || tls === 'verify';

/** The place as the API takes it, with the password only where one was typed or is taken away. */
export function placeOf(d: DatabaseDraft): Api['DatabaseInput'] {
  const { at } = d;
  return {
    host: at.host.trim(),
    port: numberOf(at.port),
    name: at.name,
    user: at.user,
    tls: at.tls || undefined,
    ca: verifies(at.tls) && at.ca.trim() ? at.ca : undefined,
    table: d.from === 'table' ? at.table.trim() : undefined,
    query: d.from === 'query' ? at.query : undefined,
    timeout: numberOf(at.timeout),
    password: d.noPassword ? '' : at.password || undefined,
  };
}

/** The source as the API takes it. */
export const toDatabaseInput = (d: DatabaseDraft): Api['SourceInput'] => ({
  name: d.name.trim(),
  kind: d.kind,
  database: placeOf(d),
  columns: Object.keys(d.columns).length > 0 ? d.columns : undefined,
  max_bad_rows: share(d.maxBadRows),
  max_shrink: share(d.maxShrink),
});

/** Whether a password that is stored stays, which the server keeps for the same account only. */
export const keepsPassword = (d: DatabaseDraft, stored?: Api['Database']) =>
  !!stored?.has_password && !d.noPassword && d.at.password === '';

/** Whether the stored password is good for a look: it is where nothing but what is read there has changed. */
export const looksWithStored = (d: DatabaseDraft, stored: Api['Database']) =>
  sameAccount(d, stored) && d.at.name === stored.name;

function sameAccount(d: DatabaseDraft, stored: Api['Database']) {
  const p = placeOf(d);
  return (
    p.host === stored.host &&
    (p.port ?? 0) === (stored.port ?? 0) &&
    p.user === stored.user &&
    (p.tls ?? '') === (stored.tls ?? '') &&
    (p.ca ?? '') === (stored.ca ?? '')
  );
}

const within = (value: string | number, most: number) => {
  if (value === '') return true;
  const n = numberOf(value);
  return n !== undefined && Number.isInteger(n) && n >= 1 && n <= most;
};

/** What is wrong with a field; what is still empty is not wrong yet. */
export function faultOf(d: DatabaseDraft, field: Field, stored?: Api['Database']): string | undefined {
  const { at } = d;
  switch (field) {
    case 'host':
      return /[/@,?#\s]/.test(at.host.trim()) ? 'host' : undefined;
    case 'port':
      return within(at.port, 65535) ? undefined : 'port';
    case 'timeout':
      return within(at.timeout, longest) ? undefined : 'timeout';
    case 'password':
      return stored && keepsPassword(d, stored) && !sameAccount(d, stored) ? 'password' : undefined;
    case 'table': {
      if (d.from !== 'table' || at.table.trim() === '') return undefined;
      const parts = at.table.trim().split('.');
      return parts.length > 2 || parts.includes('') ? 'table' : undefined;
    }
    case 'query':
      if (d.from !== 'query' || at.query.trim() === '') return undefined;
      return /^[\s(]*(select|with)(?![\p{L}\d_])/iu.test(at.query) ? undefined : 'query';
    default:
      return undefined;
  }
}

/** Whether nothing that has to be there is missing. */
export const saysWhere = ({ at }: DatabaseDraft) => [at.host, at.name, at.user].every((v) => v.trim() !== '');
export const saysWhat = (d: DatabaseDraft) => (d.from === 'table' ? d.at.table : d.at.query).trim() !== '';
