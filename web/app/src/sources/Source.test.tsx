import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import SourcePage from './Source';

const file = {
  id: 's1',
  name: 'Shop',
  kind: 'csv',
  path: 'in.csv',
  csv: {},
  max_bad_rows: 0.01,
  max_shrink: 0.3,
  created_at: '',
  updated_at: '',
  version: 3,
};
const database = {
  ...file,
  kind: 'postgresql',
  path: '',
  database: { host: 'db.example.com', name: 'shop', user: 'segue', table: 'people', has_password: true },
};
const ingest = { at: '2026-11-01T10:00:00Z', rows: 5, quarantined: 1, columns: [], duration_ms: 1 };
const failed = (message: string, code = 'source_refused') => ({ ...ingest, failure: { at: ingest.at, code, message } });
const shrinks =
  'take "Shop" over: the table would shrink from 9000 to 1 rows, by more than 30 %. Check whether the file is complete. If it is, take the rows over all the same (force), or let the source shrink more (max_shrink)';
const denied =
  'take "Shop" over: database.password: the database refused the user or the password. Check both, and whether the user may come from this machine';

async function show(
  source: object,
  language?: 'hr',
  role = 'administrator',
  rows: object[] = [{ line: 3, reason: 'is no JSON' }],
) {
  answers({
    'GET /session': { person: { role } },
    'GET /sources/s1': source,
    'GET /sources/s1/quarantine': { items: rows },
  });
  await showPages([{ path: '/sources/$id', component: SourcePage }], '/sources/s1', language);
  await screen.findByText('Shop', { selector: 'h1' });
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

test.each([
  ['en', file, 'Remove', /^The source and its table are removed\. The file stays where it is/],
  ['en', database, 'Remove', /^The source, its table and the stored password are removed\. The database itself stays/],
  ['hr', file, 'Ukloni', /Datoteka ostaje gdje jest/],
  ['hr', database, 'Ukloni', /Sama baza podataka ostaje kakva jest/],
] as const)('what removing does is told of a source of its kind: %s %#', async (language, source, verb, says) => {
  await show(source, language === 'hr' ? 'hr' : undefined);
  await press(verb);
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toMatch(/Shop/);
  expect(await within(dialog).findByText(says)).toBeTruthy();
  if (source === database) expect(dialog.textContent).not.toMatch(/\b(file|datoteka)\b/i);
});

test.each([
  ['en', file, 'Take over all the same', /by what the file holds now/],
  ['en', database, 'Take over all the same', /by what the database gives now/],
  ['hr', database, 'Preuzmi unatoč tome', /ono što baza podataka sada daje/],
] as const)('rows that shrink the table are taken over all the same: %s %#', async (language, source, verb, says) => {
  await show({ ...source, ingest: failed(shrinks) }, language === 'hr' ? 'hr' : undefined);
  const why = await screen.findByRole('alert');
  expect(why.textContent).toMatch(/9[,.]000/);
  const all = screen.getByRole('button', { name: verb });
  expect(why.compareDocumentPosition(all), 'why stands before what to do').toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  await press(verb);
  expect(await within(await screen.findByRole('dialog')).findByText(says)).toBeTruthy();
});

test.each([
  [undefined, /does not accept this user and password/, 'Take over all the same'],
  ['hr', /ne prihvaća ovog korisnika i lozinku/, 'Preuzmi unatoč tome'],
] as const)('force is not offered where it does not help (%s)', async (language, says, verb) => {
  await show({ ...database, ingest: failed(denied) }, language);
  expect((await screen.findByRole('alert')).querySelector('h2')?.textContent).toMatch(says);
  expect(screen.queryByRole('button', { name: verb })).toBeNull();
});

test('what the database calls a fault is no number of the reader', async () => {
  await show({ ...database, ingest: failed('the database does not understand the query (42601)') }, 'hr');
  expect((await screen.findByRole('alert')).textContent).toContain('Baza to označava kao 42601');
});

test.each([
  [file, 'Line'],
  [database, 'Row'],
] as const)(
  'a row that cannot be read is told by its line in a file, and its number in a database %#',
  async (source, header) => {
    await show({ ...source, ingest });
    await waitFor(() => expect(screen.getAllByRole('columnheader').map((h) => h.textContent)).toContain(header));
  },
);

const unreadable =
  'take "Shop" over: 1 of 7 rows cannot be read, more than 1 %; the first: line 6, column "joined", is not a date';

test('rows beyond the limit are told with it and where it is changed, and are there to be seen', async () => {
  await show({ ...file, ingest: { ...failed(unreadable), at: undefined, rows: 0, quarantined: 0, refused: 1 } });
  const panel = await screen.findByRole('alert');
  expect(panel.textContent).toContain('The first is line 6.');
  expect(screen.getByText('At most 1% of the rows may be unreadable.')).toBeTruthy();
  const link = await screen.findByRole('link', { name: 'Change the limit' });
  expect(link.getAttribute('href')).toBe('/sources/s1/edit');
  expect(screen.getByText('The last attempt was refused, and nothing was taken over before it.')).toBeTruthy();
  expect(screen.queryByText('In quarantine')).toBeNull();
  expect(await screen.findByText(/could not be read in the last attempt, which was refused over them/)).toBeTruthy();
});

test.each([
  ['administrator', true],
  ['viewer', false],
] as const)('why a column is text is told, and where its type is chosen to whoever may (%s)', async (role, chooses) => {
  const almost = { type: 'number', values: 499, of: 500, file: 'in.csv', line: 335 };
  const columns = [
    { name: 'turnover', type: 'text', almost },
    { name: 'town', type: 'text' },
  ];
  await show({ ...file, ingest: { ...ingest, columns } }, undefined, role);
  expect(
    await screen.findByText(/^turnover is text because of line 335: 499 of 500 values are numbers\./),
  ).toBeTruthy();
  expect(screen.queryByText(/^town is text/)).toBeNull();
  const link = screen.queryByRole('link', { name: 'Choose types of columns' });
  expect(link?.getAttribute('href')).toBe(chooses ? '/sources/s1/edit' : undefined);
});

test('ten rows of the quarantine stand there until somebody wants more', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({ line: i + 2, reason: 'is no JSON' }));
  await show({ ...file, ingest }, undefined, 'administrator', rows);
  const table = await screen.findByRole('group', { name: 'Quarantine' });
  await waitFor(() => expect(within(table).getAllByRole('row')).toHaveLength(11));
  await press('Show more');
  expect(within(table).getAllByRole('row')).toHaveLength(13);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});

test('after a refused attempt rows and quarantine are said to be those of the one before', async () => {
  await show({ ...file, ingest: failed(shrinks) });
  expect(await screen.findByText(/Rows and quarantine are those of the take-over before it/)).toBeTruthy();
});
