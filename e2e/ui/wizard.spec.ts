import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { barriers, expect, open, overflow, settled, signedIn, test } from './segue';

/** The words of the application in a language; holes are filled by nothing. */
function words(language: string) {
  const area = (name: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, `../../web/app/src/${name}/${language}.json`), 'utf8'));
  const all: Record<string, unknown> = { exports: area('exports'), parts: area('parts'), home: area('home') };
  return (key: string) =>
    key.split('.').reduce<unknown>((o, k) => (o as Record<string, unknown>)[k], all) as string;
}

const section = (page: Page, title: string) => page.locator('ol > li').filter({ has: page.getByRole('button', { name: title }) });

/** Opens a section that may be open already. */
async function opened(page: Page, title: string): Promise<Locator> {
  const button = page.getByRole('heading', { level: 2 }).getByRole('button', { name: title });
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  return section(page, title);
}

async function ended(page: Page, status: string) {
  await expect(page.locator('main header').getByText(status, { exact: true })).toBeVisible({ timeout: 90_000 });
}

for (const [locale, scheme, name] of [['en-GB', 'light', 'Gold club'], ['hr-HR', 'dark', 'Zlatni klub']] as const) {
  test.describe(locale, () => {
    test.use({ locale, colorScheme: scheme });
    const t = words(locale.slice(0, 2));

    test('an export is made, tried, run, held after a change, and released, all by mouse', async ({ browser, page }, info) => {
      test.setTimeout(300_000);
      const shot = (what: string) => page.screenshot({ path: info.outputPath(`${what}.png`), fullPage: true });
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      await open(page, '/exports');
      await page.getByRole('button', { name: t('exports.add') }).click();
      await expect(page).toHaveURL(/\/exports\/new$/);
      const next = page.getByRole('button', { name: t('parts.sections.next') });

      await next.click(); // the only connection is chosen already
      await page.getByRole('textbox', { name: t('exports.editor.name'), exact: true }).fill(name);
      await expect(next).toBeDisabled();
      await page.getByLabel(t('exports.editor.list.new')).fill(`${name} list`);
      await page.getByRole('button', { name: t('exports.editor.list.create') }).click();
      await expect(page.getByRole('radio', { name: `${name} list` })).toBeChecked();
      expect.soft(await barriers(page)).toEqual([]);
      await next.click();

      const matching = await opened(page, t('exports.tab.mapping'));
      await expect(matching.getByLabel(new RegExp(`^${t('exports.email')}`)).first()).toHaveValue('email');
      for (const attribute of ['FIRSTNAME', 'LASTNAME', 'SMS']) await expect(matching.locator(`input[value^="${attribute}"]`).first()).toBeVisible();
      await matching.getByRole('button', { name: t('exports.editor.matching.add') }).click();
      expect.soft(await barriers(page)).toEqual([]);
      await shot('matching');
      await matching.getByRole('button', { name: /^(Leave out|Izostavi)/ }).last().click();
      await next.click();

      await page.getByRole('checkbox', { name: 'Loyal in Croatia' }).check();
      expect.soft(await barriers(page)).toEqual([]);
      await shot('segments');
      await next.click();
      expect.soft(await barriers(page)).toEqual([]);
      await next.click();
      await page.getByRole('radio', { name: t('exports.editor.schedule.own_label') }).check();
      expect.soft(await barriers(page)).toEqual([]);
      const summary = page.getByRole('region', { name: t('exports.editor.summary.title') });
      await expect(summary).toContainText('Loyal in Croatia');
      await expect(summary).toContainText('06:30');
      await shot('summary');
      await page.setViewportSize({ width: 360, height: 800 });
      expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
      await shot('summary-360');
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('button', { name: t('exports.editor.save') }).click();

      await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
      await expect(page.getByText(t('exports.never_ran')).first()).toBeVisible(); // saving does not run it
      await page.getByRole('button', { name: t('exports.dry_run.verb') }).click();
      await expect(page.getByRole('region', { name: t('exports.difference.joins') }).getByRole('listitem').first()).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
      await shot('dry-run');
      await page.getByRole('button', { name: t('exports.run.verb'), exact: true }).click();
      await expect(page.locator('main header').getByText(new RegExp(`^${t('parts.status.successful')}`))).toBeVisible({ timeout: 90_000 });
      await shot('run');

      await page.getByRole('tab', { name: t('exports.tab.mapping') }).click();
      await page.getByRole('link', { name: t('exports.edit.verb') }).click();
      await settled(page);
      const segments = await opened(page, t('exports.segments'));
      await segments.getByRole('checkbox', { name: 'Loyal in Croatia' }).uncheck();
      await segments.getByRole('checkbox').nth(1).check();
      await page.getByRole('button', { name: t('exports.editor.save') }).click();
      await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
      await page.getByRole('button', { name: t('exports.run.verb'), exact: true }).click();
      await ended(page, t('parts.status.held'));
      await expect(page.getByRole('region', { name: t('exports.difference.leaves') }).getByRole('listitem').first()).toBeVisible();
      await expect(page.getByRole('button', { name: t('exports.held.refuse') })).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
      await shot('held');
      await page.setViewportSize({ width: 360, height: 800 });
      expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('button', { name: t('exports.held.release'), exact: true }).click();
      await expect(page.locator('main header').getByText(new RegExp(`^${t('parts.status.successful')}`))).toBeVisible({ timeout: 90_000 });

      for (const tab of ['people', 'schedule', 'access']) {
        await page.getByRole('tab', { name: t(`exports.tab.${tab}`) }).click();
        await settled(page);
        expect.soft(await barriers(page), tab).toEqual([]);
        await shot(tab);
      }
      await open(page, '/');
      await expect(page.getByRole('link', { name }).first()).toBeVisible();
      await shot('home');
    });
  });
}

test.describe.serial('one definition', () => {
  test('saving what somebody else changed meanwhile is told, and nothing is overwritten', async ({ browser, page }) => {
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
    await open(page, '/exports');
    await page.getByRole('link', { name: 'VIP customers' }).click();
    await settled(page);
    await page.goto(`${page.url()}/edit`);
    await settled(page);
    const other = await page.context().newPage();
    await open(other, page.url().replace(/\/edit$/, '?tab=schedule'));
    await other.getByRole('button', { name: 'Change', exact: true }).click();
    await other.getByLabel('A run succeeds within').fill('48');
    await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(other.getByText('A run has to succeed at least every 48 hours.')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Somebody else changed this while you were editing.')).toBeVisible();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Load the newest state' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'VIP customers', level: 1 })).toBeVisible();
  });

  test('several exports are scheduled at once, and a copy is made and removed', async ({ browser, page }) => {
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
    await open(page, '/exports');
    await page.getByRole('button', { name: 'Actions: VIP customers' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click();
    await expect(page.getByRole('heading', { name: 'Copy of VIP customers', level: 1 })).toBeVisible();
    await open(page, '/exports');
    await page.getByRole('checkbox', { name: 'Select VIP customers' }).check();
    await page.getByRole('checkbox', { name: 'Select Copy of VIP customers' }).check();
    await page.getByRole('button', { name: 'Schedule', exact: true }).click();
    await page.getByRole('radio', { name: 'With every scheduled refresh' }).check();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.getByRole('button', { name: 'Actions: Copy of VIP customers' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true })).toBeVisible();
    await expect(page.getByRole('menu')).toHaveCount(0);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(page.getByRole('link', { name: 'Copy of VIP customers' })).toHaveCount(0);
  });
});
