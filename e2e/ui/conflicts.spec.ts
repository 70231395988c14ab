import type { APIResponse, Page } from '@playwright/test';
import { barriers, expect, open, settled, signedIn, test } from './segue';

// What two people change at once is told, and nothing is overwritten. Segments are in data.spec.ts, exports in wizard.spec.ts.
type Stored = { id: string; name: string; version: number } & Record<string, unknown>;

test.beforeEach(async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
});

const one = async (page: Page, path: string, name: string): Promise<Stored> => {
  const { items } = (await (await page.request.get(`/api/v1/${path}`)).json()) as { items: Stored[] };
  return items.find((x) => x.name === name) ?? items[0]!;
};
const changed = async (answer: APIResponse) => {
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Stored;
};
const told = async (page: Page) => {
  await expect(page.getByText('Somebody else changed this while you were editing.')).toBeVisible();
  expect.soft(await barriers(page)).toEqual([]);
};

test('a connection that somebody else changed', async ({ page }) => {
  const c = await one(page, 'connections', '');
  await open(page, `/connections/${c.id}/edit`);
  const faster = await changed(await page.request.patch(`/api/v1/connections/${c.id}`, { data: { version: c.version, contact_limit: 77_000 } }));
  await page.getByRole('textbox', { name: 'Contacts in the contract' }).fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await told(page);
  await page.getByRole('button', { name: 'Load the newest state' }).click();
  await expect(page.getByRole('textbox', { name: 'Contacts in the contract' })).toHaveValue(/^77/);
  await changed(await page.request.patch(`/api/v1/connections/${c.id}`, { data: { version: faster.version, contact_limit: 0 } }));
});

test('a source that somebody else changed', async ({ page }) => {
  const s = await one(page, 'sources', '');
  await open(page, `/sources/${s.id}/edit`);
  const { name, path, csv, columns, kind, max_bad_rows } = s;
  const data = { name, path, csv, columns, kind, max_bad_rows, max_shrink: 0.9, version: s.version };
  await changed(await page.request.put(`/api/v1/sources/${s.id}`, { data }));
  await page.getByRole('button', { name: 'Save' }).click();
  await told(page);
  expect((await one(page, 'sources', name)).max_shrink).toBe(0.9);
});

test('a person whom somebody else changed', async ({ page }) => {
  const p = await one(page, 'people', 'Vito');
  await open(page, '/people');
  await page.getByRole('button', { name: 'Actions: Vito' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const faster = await changed(await page.request.patch(`/api/v1/people/${p.id}`, { data: { version: p.version, sees_persons: true } }));
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Contributor' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await told(page);
  await dialog.getByRole('button', { name: 'Load the newest state' }).click();
  await settled(page);
  await expect(page.getByRole('row', { name: /Vito/ })).toContainText('Viewer, sees customers');
  await changed(await page.request.patch(`/api/v1/people/${p.id}`, { data: { version: faster.version, sees_persons: false } }));
});
