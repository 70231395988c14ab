import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import EditSource from './EditSource';
import NewDatabase from './NewDatabase';

const preview = {
  columns: [{ name: 'email', type: 'text' }],
  rows: [['a@example.com']],
  files: 0,
  delimiter: '',
  encoding: '',
  quarantined: [],
};
const stored = {
  id: 's1',
  name: 'Shop',
  kind: 'postgresql',
  path: '',
  csv: {},
  database: { host: 'db.example.com', name: 'shop', user: 'segue', table: 'people', has_password: true },
  max_bad_rows: 0.01,
  max_shrink: 0.3,
  created_at: '',
  updated_at: '',
  version: 3,
};

async function show(at: string, table: Record<string, unknown> = {}, role = 'administrator', language?: 'hr') {
  const asked = answers({
    'GET /session': { person: { role } },
    'GET /sources/s1': stored,
    'PUT /sources/s1': stored,
    'POST /sources': stored,
    'POST /sources/preview': preview,
    ...table,
  });
  const pages = [
    { path: '/sources/new/database', component: NewDatabase },
    { path: '/sources/$id/edit', component: EditSource },
    { path: '/sources/$id', component: () => 'stored' },
  ];
  await showPages(pages, at, language);
  return (what: string) => asked.filter((a) => a.what === what).map((a) => a.body);
}

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole('button', { name }));
const fill = async (label: RegExp, text: string) => {
  fireEvent.change(await screen.findByLabelText(label), { target: { value: text } });
};

async function describe() {
  await userEvent.click(await screen.findByRole('radio', { name: 'MySQL, MariaDB' }));
  await fill(/^Host/, 'db.example.com');
  await fill(/^Name of the database/, 'shop');
  await fill(/^User/, 'segue');
  await fill(/^Password/, 'Secret');
  await press('Continue');
  await fill(/^Table/, 'people');
  await press('Continue');
}

test('a database is described, looked at and stored', async () => {
  const bodies = await show('/sources/new/database');
  await describe();
  expect((screen.getByRole('button', { name: 'Continue' }) as HTMLButtonElement).disabled).toBe(true);
  await press('Look at the rows');
  expect(await screen.findByText('a@example.com')).toBeTruthy();
  const database = { host: 'db.example.com', name: 'shop', user: 'segue', table: 'people', password: 'Secret' };
  expect(bodies('POST /sources/preview')).toEqual([{ name: 'preview', kind: 'mysql', database, rows: 20 }]);
  await userEvent.selectOptions(screen.getByLabelText('Type of email'), 'text');
  await waitFor(() => expect(bodies('POST /sources/preview')).toHaveLength(2));
  await press('Continue');
  await fill(/^Name/, 'Shop');
  await press('Continue');
  await press('Save');
  await screen.findByText('stored');
  expect(bodies('POST /sources')).toEqual([
    {
      name: 'Shop',
      kind: 'mysql',
      database,
      columns: { email: { type: 'text' } },
      max_bad_rows: 0.01,
      max_shrink: 0.3,
    },
  ]);
});

test('what the server refuses of a field stands at the field, which has the focus, until it is changed', async () => {
  const refusal = { code: 'unavailable', detail: 'the host is not known', field: 'database.host' };
  await show('/sources/new/database', { 'POST /sources/preview': () => Response.json(refusal, { status: 503 }) });
  await describe();
  await press('Look at the rows');
  const host = await screen.findByLabelText(/^Host/);
  expect(await screen.findByText(/the host is not known/)).toBeTruthy();
  expect(host.getAttribute('aria-invalid')).toBe('true');
  await waitFor(() => expect(document.activeElement).toBe(host));
  await userEvent.type(host, '2');
  expect(screen.queryByText(/the host is not known/)).toBeNull();
  expect(document.activeElement).toBe(host);
  expect(host.getAttribute('aria-invalid')).not.toBe('true');
});

test.each([
  [undefined, /^Password/, 'Look at the rows', /^The database does not accept this user and password\. Check both/],
  ['hr', /^Lozinka/, 'Pogledaj retke', /^Baza podataka ne prihvaća ovog korisnika i lozinku\. Provjerite/],
] as const)('a password that is refused is told at its field in words (%s)', async (language, label, look, says) => {
  const refusal = {
    code: 'source_refused',
    detail: 'preview "preview": the database refused the user or the password',
    remedy: 'Check both, and whether the user may come from this machine',
    field: 'database.password',
  };
  const answer = () => Response.json(refusal, { status: 422 });
  await show('/sources/s1/edit', { 'POST /sources/preview': answer }, 'administrator', language);
  await userEvent.click(await screen.findByRole('button', { name: /How it is read|Kako se čita/ }));
  await press(look);
  expect(await screen.findByText(says)).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText(label)));
  expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe('true');
});

test('what is mended in the database, or in another field, is asked for again', async () => {
  let detail = 'the user of the database may not read this';
  let field = 'database.table';
  const answer = () =>
    detail ? Response.json({ code: 'source_refused', detail, field }, { status: 422 }) : Response.json(preview);
  await show('/sources/new/database', { 'POST /sources/preview': answer });
  await describe();
  await press('Look at the rows');
  expect(await screen.findByText(/^The user may not read this/)).toBeTruthy();
  await press('Continue');
  await press('Look at the rows');
  expect(await screen.findByText(/^The user may not read this/)).toBeTruthy();
  expect(screen.getByLabelText(/^Table/).getAttribute('aria-invalid')).toBe('true');
  await userEvent.click(screen.getByRole('radio', { name: 'The rows of a query' }));
  await fill(/^Query/, 'SELECT 1');
  [detail, field] = ['the database refused the user or the password', 'database.password'];
  await press('Continue');
  await press('Look at the rows');
  expect(await screen.findByText(/^The database does not accept this user/)).toBeTruthy();
  await fill(/^User/, 'reader');
  expect(screen.queryByText(/^The database does not accept this user/)).toBeNull();
  detail = '';
  await press('Continue');
  await press('Continue');
  await press('Look at the rows');
  expect(await screen.findByText('a@example.com')).toBeTruthy();
});

test('a database that does not answer is told where one looks, and can be asked again', async () => {
  let there = false;
  const answer = () =>
    Response.json(there ? preview : { code: 'unavailable', detail: 'the database does not answer' }, {
      status: there ? 200 : 503,
    });
  await show('/sources/new/database', { 'POST /sources/preview': answer });
  await describe();
  await press('Look at the rows');
  expect((await screen.findByRole('alert')).textContent).toContain('the database does not answer');
  there = true;
  await press('Look at the rows');
  expect(await screen.findByText('a@example.com')).toBeTruthy();
});

test('a stored password is never shown, and stays where none is typed', async () => {
  const bodies = await show('/sources/s1/edit');
  const password = (await screen.findByLabelText(/^Password/)) as HTMLInputElement;
  expect([password.value, password.type]).toEqual(['', 'password']);
  expect(screen.getByText('It stays as it is if left empty')).toBeTruthy();
  expect(screen.queryByRole('radio', { name: 'MySQL, MariaDB' })).toBeNull();
  await press(/Table or query/);
  await userEvent.click(screen.getByRole('radio', { name: 'The rows of a query' }));
  await fill(/^Query/, 'SELECT 1');
  await press('Continue');
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
  await press('Look at the rows');
  expect(await screen.findByText('a@example.com')).toBeTruthy();
  const { has_password: _, table: __, ...place } = stored.database;
  expect(bodies('POST /sources/preview')).toEqual([
    { name: 'preview', source: 's1', kind: 'postgresql', database: { ...place, query: 'SELECT 1' }, rows: 20 },
  ]);
  await press('Continue');
  await press('Save');
  await screen.findByText('stored');
  expect(bodies('PUT /sources/s1')).toEqual([
    {
      name: 'Shop',
      kind: 'postgresql',
      database: { ...place, query: 'SELECT 1' },
      max_bad_rows: 0.01,
      max_shrink: 0.3,
      version: 3,
    },
  ]);
});

test('a stored password is not used for a look at another database, nor told with one that is typed', async () => {
  const bodies = await show('/sources/s1/edit');
  await fill(/^Name of the database/, 'archive');
  await press(/How it is read/);
  expect(screen.getByText(/^The stored password is used for a look at the database/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Look at the rows' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Save' })).toBeTruthy();
  await press(/^\S* ?Database/);
  await fill(/^Password/, 'Secret');
  await press(/How it is read/);
  await press('Look at the rows');
  await screen.findByText('a@example.com');
  const { has_password: _, ...place } = stored.database;
  expect(bodies('POST /sources/preview')).toEqual([
    { name: 'preview', kind: 'postgresql', database: { ...place, name: 'archive', password: 'Secret' }, rows: 20 },
  ]);
});

test('for another account the password has to be typed again, in Croatian as well', async () => {
  await show('/sources/s1/edit', {}, 'administrator', 'hr');
  await fill(/^Poslužitelj/, 'other');
  expect(await screen.findByText(/^Upišite lozinku ponovno/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Spremi' })).toBeNull();
  await fill(/^Lozinka/, 'Secret');
  expect(screen.queryByText(/^Upišite lozinku ponovno/)).toBeNull();
});

test.each(['/sources/new/database', '/sources/s1/edit'])('who is no administrator is told so: %s', async (at) => {
  const { database: _, ...hidden } = stored;
  await show(at, { 'GET /sources/s1': hidden }, 'contributor');
  expect(await screen.findByText(/^Only administrators change sources that read a database/)).toBeTruthy();
  expect(screen.queryByLabelText(/^Host/)).toBeNull();
});
