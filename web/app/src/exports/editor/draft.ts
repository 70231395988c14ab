import type { Api } from '../../api/client';

type Field = Api['Field'];
type Attribute = Api['Attribute'];

/** A field that goes to an attribute; one of both may still be missing while it is being chosen. */
export type Pair = { field: string; attribute: string };

/** An export while it is being made or changed. */
export type Draft = {
  connection: string;
  name: string;
  list: number | undefined;
  email: string;
  pairs: Pair[];
  segments: string[];
  zone: string;
  leavers: 'remove' | 'keep';
  takeOver: boolean;
  schedule: Api['ExportSchedule'];
  /** Attributes to be taken over from other exports. */
  takes: string[];
};

export const newDraft = (zone: string): Draft => ({
  connection: '',
  name: '',
  list: undefined,
  email: '',
  pairs: [],
  segments: [],
  zone,
  leavers: 'remove',
  takeOver: false,
  schedule: { mode: 'with_refresh' },
  takes: [],
});

export const draftOf = (e: Api['Export']): Draft => ({
  connection: e.connection_id,
  name: e.name,
  list: e.list_id,
  email: e.mapping.email,
  pairs: (e.mapping.attributes ?? []).map((a) => ({ field: a.field, attribute: a.attribute })),
  segments: e.segment_ids,
  zone: e.time_zone || 'UTC',
  leavers: e.leavers,
  takeOver: e.take_over,
  schedule: e.schedule,
  takes: [],
});

export const inputOf = (d: Draft): Api['ExportInput'] => ({
  connection_id: d.connection,
  name: d.name.trim(),
  list_id: d.list ?? 0,
  mapping: { email: d.email, attributes: d.pairs.map((p) => ({ attribute: p.attribute, field: p.field })) },
  segment_ids: d.segments,
  leavers: d.leavers,
  take_over: d.takeOver,
  time_zone: d.zone,
  schedule: scheduleOf(d.schedule),
  take_attributes: d.takes.filter((a) => d.pairs.some((p) => p.attribute === a)),
});

/** A schedule without what its mode does not use. */
export const scheduleOf = (s: Api['ExportSchedule']): Api['ExportSchedule'] =>
  s.mode === 'own' ? { mode: 'own', cron: s.cron?.trim(), time_zone: s.time_zone } : { mode: s.mode };

// What attributes of a meaning are called: the built-in ones as in the language that the account had when it was opened, others as
// people call them; without what stands between words.
const called: Partial<Record<NonNullable<Field['semantic']>, string[]>> = {
  first_name: ['FIRSTNAME', 'PRENOM', 'VORNAME', 'NOMBRE', 'NOME', 'IME'],
  last_name: ['LASTNAME', 'NOM', 'NACHNAME', 'APELLIDOS', 'COGNOME', 'SOBRENOME', 'PREZIME'],
  phone: ['SMS'],
  birth_date: [
    ...[
      'BIRTHDAY',
      'BIRTHDATE',
      'DATEOFBIRTH',
      'DOB',
      'ROĐENDAN',
      'RODENDAN',
      'RODJENDAN',
      'DATUMROĐENJA',
      'DATUMRODENJA',
    ],
    ...[
      'GEBURTSTAG',
      'GEBURTSDATUM',
      'DATENAISSANCE',
      'DATEDENAISSANCE',
      'DATADINASCITA',
      'COMPLEANNO',
      'FECHADENACIMIENTO',
    ],
  ],
  city: ['CITY', 'TOWN', 'GRAD', 'MJESTO', 'VILLE', 'STADT', 'ORT', 'CITTÀ', 'CITTA', 'CIUDAD'],
  country: ['COUNTRY', 'DRŽAVA', 'DRZAVA', 'ZEMLJA', 'PAYS', 'LAND', 'PAESE', 'PAÍS', 'PAIS'],
  language: ['LANGUAGE', 'JEZIK', 'LANGUE', 'SPRACHE', 'LINGUA', 'IDIOMA'],
};

const plain = (name: string) => name.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The attribute of the account that a field most likely belongs to. */
export function suggested(field: Field, attributes: Attribute[]): string | undefined {
  const free = attributes.filter((a) => !a.read_only);
  const names = (field.semantic && called[field.semantic]) ?? [];
  for (const name of names) {
    const known = free.find((a) => plain(a.name) === name && fits(field, a));
    if (known) return known.name;
  }
  const same = free.find((a) => plain(a.name) === plain(field.name));
  return same && fits(field, same) ? same.name : undefined;
}

/** What the account offers for fields of a meaning, such as a first name or a date of birth, and for those that are called as an attribute is. */
export function suggestions(fields: Field[], attributes: Attribute[], email: string, taken: Pair[]): Pair[] {
  const used = new Set(taken.map((p) => p.attribute));
  const fed = new Set(taken.map((p) => p.field));
  const out: Pair[] = [];
  for (const f of fields) {
    if (f.name === email || f.semantic === 'email' || f.semantic === 'consent' || fed.has(f.name)) continue;
    const attribute = suggested(f, attributes);
    if (!attribute || used.has(attribute)) continue;
    used.add(attribute);
    out.push({ field: f.name, attribute });
  }
  return out;
}

/** Whether the values of a field can be values of an attribute; those of another type would be rejected one by one. */
export function fits(field: Field, attribute: Attribute): boolean {
  switch (attribute.type) {
    case 'number':
    case 'boolean':
      return field.type === attribute.type;
    case 'date':
      return field.type === 'date' || field.type === 'datetime';
    default:
      return true;
  }
}

/** The type that a new attribute for a field gets. */
export const typeFor = (field: Field): Api['AttributeInput']['type'] =>
  field.type === 'datetime' ? 'date' : field.type;

/** A name for a new attribute: capitals, digits and underscores. */
export const attributeName = (field: string) =>
  field
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 50);

/** Who feeds an attribute of the account from another field (an attribute is fed by one field). */
export function takenBy(pair: Pair, others: Api['Export'][]): { name: string; field: string } | undefined {
  for (const e of others) {
    const a = (e.mapping.attributes ?? []).find((x) => x.attribute === pair.attribute && x.field !== pair.field);
    if (a && pair.field && pair.attribute) return { name: e.name, field: a.field };
  }
  return undefined;
}

/** Exports that feed the account of a connection, as far as the caller can know: administrators see which account each one is of. */
export function feeders(
  exports: Api['Export'][],
  connections: Api['Connection'][],
  connection: string,
  self: string | undefined,
): Api['Export'][] {
  const account = (id: string) => {
    const a = connections.find((c) => c.id === id)?.account;
    return a?.organization_id ? `${a.base_url} ${a.organization_id}` : id;
  };
  const mine = account(connection);
  return exports.filter((e) => e.id !== self && e.connection_id !== '' && account(e.connection_id) === mine);
}

/** Which sections of the form are filled in. */
export const complete = {
  connection: (d: Draft) => d.connection !== '',
  list: (d: Draft) => d.name.trim() !== '' && d.list !== undefined && d.list > 0,
  matching: (d: Draft) =>
    d.email !== '' &&
    d.pairs.every((p) => p.field && p.attribute) &&
    new Set(d.pairs.map((p) => p.attribute)).size === d.pairs.length,
  segments: (d: Draft) => d.segments.length > 0,
  schedule: (d: Draft) => d.schedule.mode !== 'own' || (d.schedule.cron ?? '').trim().split(/\s+/).length === 5,
};
