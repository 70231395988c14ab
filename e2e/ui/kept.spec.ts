import { readFileSync } from 'node:fs';
import { barriers, expect, open, overflow, settled, signedIn, test } from './segue';

// The words that the test presses and reads, in both languages.
const words = {
  'en-GB': {
    static: 'Static: when somebody says so', own: 'At its own times', save: 'Save', kept: 'Stored members', evaluate: 'Evaluate now', name: /^(Display name|Name)/,
    leave: 'Leave without saving?', stay: 'Stay', go: 'Leave', download: 'Download as CSV', take: 'Take over now',
  },
  'hr-HR': {
    static: 'Statičan: kad netko to zatraži', own: 'U vlastito vrijeme', save: 'Spremi', kept: 'Pohranjeni članovi', evaluate: 'Izračunaj sada', name: /^(Zaslonski naziv|Naziv)/,
    leave: 'Napustiti bez spremanja?', stay: 'Ostani', go: 'Napusti', download: 'Preuzmi kao CSV', take: 'Preuzmi sada',
  },
} as const;

for (const [language, scheme] of [['en-GB', 'light'], ['hr-HR', 'dark']] as const) {
  test.describe(language, () => {
    test.use({ locale: language, colorScheme: scheme });
    const w = words[language];

    test('a segment keeps its members, and is evaluated by hand and at its own times', async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      const fields = (await (await page.request.get('/api/v1/profile')).json()).fields as { name: string; type: string }[];
      const rules = [{ rule: { field: fields.find((f) => f.type === 'text')?.name, operator: 'is_not_empty' } }];
      const made = await (await page.request.post('/api/v1/segments', { data: { name: `Kept ${language}`, rules } })).json();
      const members = (await (await page.request.get(`/api/v1/segments/${made.id}/count`)).json()).members as number;
      await open(page, `/segments/${made.id}/edit`);
      await page.getByRole('radio', { name: w.static }).check();
      await page.screenshot({ path: info.outputPath('form.png'), fullPage: true });
      await page.getByRole('button', { name: w.save }).click();
      const card = page.getByRole('region', { name: w.kept });
      await expect(card.locator('dd').first()).toHaveText(new RegExp(`^${String(members).replace(/\B(?=(\d{3})+$)/g, '[.,]')}$`));
      await expect(page.getByRole('button', { name: w.evaluate })).toBeEnabled();
      await page.getByRole('button', { name: w.evaluate }).click();
      await expect
        .poll(async () => ((await (await page.request.get(`/api/v1/segments/${made.id}`)).json()).evaluation.at as string) > made.created_at)
        .toBe(true);
      await settled(page);
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('page.png'), fullPage: true });
      await page.setViewportSize({ width: 360, height: 800 });
      expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: info.outputPath('phone.png'), fullPage: true });
      await page.setViewportSize({ width: 1280, height: 800 });

      await open(page, `/segments/${made.id}/edit`);
      await page.getByRole('radio', { name: w.own }).check();
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('own.png'), fullPage: true });
      await page.setViewportSize({ width: 360, height: 800 });
      expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: w.save }).click();
      await expect(card).toBeVisible();
      expect((await (await page.request.get(`/api/v1/segments/${made.id}`)).json()).schedule).toMatchObject({ mode: 'own', cron: '30 6 * * *' });
      await open(page, '/segments');
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('list.png'), fullPage: true });
      expect((await page.request.delete(`/api/v1/segments/${made.id}`)).status()).toBe(204);
    });

    test('a form with something unsaved asks before it is left, by keyboard and where the tab is closed', async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      const exports = (await (await page.request.get('/api/v1/exports')).json()).items as { id: string }[];
      const sources = (await (await page.request.get('/api/v1/sources')).json()).items as { id: string }[];
      const connections = (await (await page.request.get('/api/v1/connections')).json()).items as { id: string }[];
      for (const form of [`/exports/${exports[0]?.id}/edit`, `/sources/${sources[0]?.id}/edit`, `/connections/${connections[0]?.id}/edit`, '/segments/new']) {
        await open(page, form);
        const name = page.getByRole('textbox', { name: w.name });
        // Sections that are filled in are closed: the one with the name is opened first.
        for (const section of await page.locator('main button[aria-expanded=false]').all()) {
          if (await name.isVisible()) break;
          await section.click();
        }
        await name.focus();
        await page.keyboard.press('End');
        await page.keyboard.type('x');
        const home = page.getByRole('navigation').locator('a[href="/"]').first();
        await home.focus();
        await page.keyboard.press('Enter');
        const dialog = page.getByRole('dialog', { name: w.leave });
        await expect(dialog, form).toBeVisible();
        await expect(dialog.getByRole('button', { name: w.stay }), form).toBeFocused();
        expect.soft(await barriers(page), form).toEqual([]);
        await page.screenshot({ path: info.outputPath(`leave-${form.split('/')[1]}.png`) });
        await page.keyboard.press('Escape');
        await expect(dialog).toBeHidden();
        await expect(name).toHaveValue(/x$/);
        const [asked] = await Promise.all([page.waitForEvent('dialog'), page.evaluate(() => setTimeout(() => location.reload()))]);
        expect(asked.type(), form).toBe('beforeunload');
        await asked.dismiss();
        await home.focus();
        await page.keyboard.press('Enter');
        await dialog.getByRole('button', { name: w.go }).press('Enter');
        await expect(page, form).toHaveURL(/\/$/);
      }
    });

    test('rows that could not be read are shown with the reason, and downloaded', async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      const name = `broken-${language}`;
      const lines = ['id,points', ...Array.from({ length: 200 }, (_, i) => `p${i},${i}`), '=p200,1,2'];
      const { path } = await (
        await page.request.put(`/api/v1/uploads/${name}.csv`, { data: Buffer.from(`${lines.join('\n')}\n`), headers: { 'Content-Type': 'application/octet-stream' } })
      ).json();
      const source = await (await page.request.post('/api/v1/sources', { data: { kind: 'csv', name, path } })).json();
      await open(page, `/sources/${source.id}`);
      await page.getByRole('button', { name: w.take }).click();
      const link = page.getByRole('link', { name: w.download });
      await expect(link).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('quarantine.png'), fullPage: true });
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      const text = readFileSync(await download.path(), 'utf8');
      expect(text).toMatch(/^file,line,column,value,reason\nbroken-[^,]*csv,202,,.*"has 3 fields, the header has 2"\n$/);
      expect(text).not.toContain('p200');
      expect((await page.request.delete(`/api/v1/sources/${source.id}`)).status()).toBe(204);
    });
  });
}
