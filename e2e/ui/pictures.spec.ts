import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, open, settled, signedIn, test } from './segue';

// The pictures of docs/screens.md, of the demo's made-up customers: `make pictures` writes them.
const folder = process.env.SEGUE_PICTURES;
if (folder) {
  test.use({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, locale: 'en-GB', contextOptions: { reducedMotion: 'reduce' } });
  const picture = async (page: Page, name: string) => {
    await settled(page);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  };
  const first = async (page: Page, list: string) => {
    await open(page, list);
    await page.locator('main table a').first().click();
    await settled(page);
  };

  test('pictures for the documentation', async ({ browser, page }) => {
    test.setTimeout(300_000); // less than go test waits
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
    for (const [path, name] of [['/', 'home'], ['/exports', 'exports'], ['/connections', 'connections'], ['/status', 'status'], ['/audit', 'audit']] as const) {
      await open(page, path);
      await picture(page, name);
    }
    await open(page, '/exports');
    await page.getByRole('link', { name: 'VIP customers' }).click();
    await settled(page);
    await page.getByRole('table').getByRole('link').first().click(); // the latest run, which has something of everything
    await picture(page, 'run');
    const run = page.url().split('/').at(-1) ?? '';
    const rows = (await (await page.request.get(`/api/v1/runs/${run}/rows?bucket=updated`)).json()) as { items: { profile_id: string }[] };
    await open(page, `/profiles/${rows.items[0]?.profile_id}`);
    await expect(page.getByRole('heading', { name: 'Exports and lists' })).toBeVisible();
    await picture(page, 'profile');
    await first(page, '/segments');
    await page.goto(`${page.url()}/edit`);
    await expect(page.getByTestId('total')).toHaveAttribute('data-stale', 'false');
    await picture(page, 'segment');

    await open(page, '/exports/new');
    const next = page.getByRole('button', { name: 'Continue' });
    await next.click();
    await page.getByRole('textbox', { name: 'Name of the export', exact: true }).fill('Loyal in Croatia');
    await page.getByRole('main').getByRole('radio').first().check();
    await next.click();
    await next.click();
    await page.getByRole('checkbox', { name: 'Loyal in Croatia' }).check();
    await next.click();
    await next.click();
    await page.getByRole('radio', { name: 'A schedule of its own' }).check();
    await page.getByRole('region', { name: 'In short' }).scrollIntoViewIfNeeded();
    await picture(page, 'export-wizard');

    // Cards of a shop, some of which are of customers.
    const some = (await (await page.request.get('/api/v1/profiles?limit=40')).json()) as { items: { values: { field: string; value?: string }[] }[] };
    const cards = some.items.map(({ values }, i) => {
      const of = (field: string) => values.find((v) => v.field === field)?.value ?? '';
      return [`C-${1000 + i}`, of('email'), of('first_name'), of('last_name'), `${i * 25}`].join(',');
    });
    const guests = Array.from({ length: 20 }, (_, i) => [`C-${2000 + i}`, `guest${i}@example.net`, 'Guest', '', `${i}`].join(','));
    const csv = `${['card,email,first_name,last_name,points', ...cards, ...guests].join('\n')}\n`;
    const { path } = await (
      await page.request.put('/api/v1/uploads/cards.csv', { data: Buffer.from(csv), headers: { 'Content-Type': 'application/octet-stream' } })
    ).json();
    const source = await (await page.request.post('/api/v1/sources', { data: { kind: 'csv', name: 'Cards of the shop', path } })).json();
    const taken = await page.request.post(`/api/v1/sources/${source.id}/ingest`);
    expect(taken.ok(), await taken.text()).toBe(true);
    await open(page, '/profile/unification');
    await page.getByLabel('Another table').selectOption('Cards of the shop');
    await page.getByRole('button', { name: /^Add, with what/ }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'What it would make' }).scrollIntoViewIfNeeded();
    await picture(page, 'unification');
  });
}
