import { barriers, expect, open, overflow, settled, signedIn, test } from './segue';

// The words that the test presses, in both languages.
const words = {
  'en-GB': {
    upload: 'Upload a file', next: 'Continue', save: 'Save', take: 'Take over now', taken: '40 rows were taken over.', name: 'Name',
    field: 'Field', operator: 'What should hold', value: 'Value', group: 'Add group',
    members: 'Who is in it',
    delete: 'Delete',
  },
  'hr-HR': {
    upload: 'Prenesite datoteku', next: 'Nastavi', save: 'Spremi', take: 'Preuzmi sada', taken: 'Preuzeto je 40 redaka.', name: 'Naziv',
    field: 'Polje', operator: 'Što treba vrijediti', value: 'Vrijednost', group: 'Dodaj skupinu',
    members: 'Tko je u njemu',
    delete: 'Izbriši',
  },
} as const;

// Forty people: ten in each town, points from 1 to 40.
const towns = ['Split', 'Zagreb', 'Rijeka', 'Osijek'];
const file = `no,mail,town,points\n${Array.from({ length: 40 }, (_, i) => `p${i + 1},p${i + 1}@example.com,${towns[i % 4]},${i + 1}`).join('\n')}\n`;

for (const [language, scheme] of [['en-GB', 'light'], ['hr-HR', 'dark']] as const) {
  test.describe(language, () => {
    test.use({ locale: language, colorScheme: scheme });
    const w = words[language];

    test('a file becomes a source whose rows are taken over', async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      await open(page, '/sources/new');
      // What opens the chooser is the button of the field.
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: w.upload }).click()]);
      await chooser.setFiles({ name: `people-${language}.csv`, mimeType: 'text/csv', buffer: Buffer.from(file) });
      await expect(page.getByRole('button', { name: w.next })).toBeEnabled();
      await page.getByRole('button', { name: w.next }).click();
      await expect(page.getByRole('cell', { name: 'Split · Zagreb · Rijeka' })).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('preview.png'), fullPage: true });
      await page.getByRole('button', { name: w.next }).click();
      await expect(page.getByRole('textbox', { name: w.name })).toHaveValue(`people-${language}`);
      await page.getByRole('button', { name: w.next }).click();
      await page.getByRole('button', { name: w.save }).click();
      await expect(page).toHaveURL(/\/sources\/(?!new)[^/]+$/);
      await page.getByRole('button', { name: w.take }).click();
      await expect(page.getByText(w.taken)).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
    });

    test('a segment is built by mouse and by keyboard, counted while it is edited, and saved', async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      const fields = (await (await page.request.get('/api/v1/profile')).json()).fields as { name: string; type: string }[];
      const text = fields.find((f) => f.type === 'text')?.name ?? '';
      const number = fields.find((f) => f.type === 'number')?.name ?? '';
      const all = async (rule: object) =>
        (await (await page.request.post('/api/v1/segments/preview', { data: { rules: [{ rule }] } })).json()).members as number;
      const filled = await all({ field: text, operator: 'is_not_empty' });
      const between = await all({ all: [{ field: text, operator: 'is_not_empty' }, { any: [{ field: number, operator: 'greater_than', values: ['10'] }] }] });
      await open(page, '/segments/new');
      // By mouse: a condition, and one in a group of its own.
      await page.getByRole('combobox', { name: w.field }).click();
      await page.getByRole('option', { name: text, exact: true }).click();
      await page.getByRole('combobox', { name: w.operator }).selectOption('is_not_empty');
      const total = page.getByTestId('total');
      await expect(total).toHaveAttribute('data-stale', 'false');
      expect((await total.textContent())?.replace(/\D/g, '')).toBe(String(filled));
      await page.getByRole('button', { name: w.group }).click();
      await page.getByRole('combobox', { name: w.field }).nth(1).click();
      await page.getByRole('option', { name: number, exact: true }).click();
      await page.getByRole('combobox', { name: w.operator }).nth(1).selectOption('greater_than');
      await page.getByRole('textbox', { name: w.value, exact: true }).fill('10');
      await expect(total).toHaveText(new RegExp(`^${String(between).replace(/\B(?=(\d{3})+$)/g, '.')}$`));
      // By keyboard: another condition below the last one.
      await page.keyboard.press('Control+Enter');
      await expect(page.getByRole('combobox', { name: w.field }).nth(2)).toBeFocused();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await expect(page.getByRole('combobox', { name: w.operator }).nth(2)).toBeFocused();
      await page.getByRole('combobox', { name: w.operator }).nth(2).selectOption('is_empty');
      await expect(page.getByRole('combobox', { name: w.operator })).toHaveCount(3);
      await page.keyboard.press('Alt+Delete');
      await expect(page.getByRole('combobox', { name: w.operator })).toHaveCount(2);
      await page.keyboard.press('Control+z');
      await expect(page.getByRole('combobox', { name: w.operator })).toHaveCount(3);
      expect.soft(await barriers(page)).toEqual([]);
      await page.screenshot({ path: info.outputPath('builder.png'), fullPage: true });
      await page.setViewportSize({ width: 360, height: 800 });
      expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: info.outputPath('builder-phone.png'), fullPage: true });
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('textbox', { name: w.name }).fill(`By hand ${language}`);
      await page.keyboard.press('Control+s');
      await expect(page.getByRole('heading', { name: `By hand ${language}`, level: 1 })).toBeVisible();
      await settled(page);
      await expect(page.getByRole('heading', { name: w.members })).toBeVisible();
      expect.soft(await barriers(page)).toEqual([]);
      await page.getByRole('button', { name: w.delete }).click();
      await page.getByRole('dialog').getByRole('button', { name: w.delete }).click();
      await expect(page).toHaveURL(/\/segments$/);
      await settled(page);
      await expect(page.getByText(`By hand ${language}`)).toHaveCount(0);
    });
  });
}

test('a segment of who bought at least twice for 100 or more is built by mouse, counted and saved', async ({ browser, page }, info) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  const rule = {
    related: { path: ['orders'], function: 'count', where: { all: [{ field: 'amount', operator: 'greater_or_equal', values: ['100'] }] } },
    operator: 'greater_or_equal',
    values: ['2'],
  };
  const found = (await (await page.request.post('/api/v1/segments/preview', { data: { rules: [{ rule }] } })).json()).members as number;
  expect(found, 'somebody has bought').toBeGreaterThan(0);
  await open(page, '/segments/new');
  await page.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'orders', exact: true }).click();
  await page.getByRole('combobox', { name: 'What of them' }).selectOption('count');
  await page.getByRole('combobox', { name: 'What should hold' }).selectOption('greater_or_equal');
  await page.getByRole('textbox', { name: 'Value' }).fill('2');
  await page.getByRole('button', { name: 'Only some of them' }).click();
  await page.getByRole('combobox', { name: 'Field' }).nth(1).click();
  await page.getByRole('option', { name: 'amount', exact: true }).click();
  await page.getByRole('combobox', { name: 'What should hold' }).nth(1).selectOption('greater_or_equal');
  await page.getByRole('textbox', { name: 'Value' }).nth(1).fill('100');
  const total = page.getByTestId('total');
  await expect(total).toHaveAttribute('data-stale', 'false');
  await expect.poll(async () => (await total.textContent())?.replace(/\D/g, '')).toBe(String(found));
  await expect(page.getByText('the number of orders (only those for which amount is at least 100) is at least 2.')).toBeVisible();
  expect.soft(await barriers(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('bought.png'), fullPage: true });
  await page.setViewportSize({ width: 360, height: 800 });
  expect.soft(await overflow(page)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: info.outputPath('bought-phone.png'), fullPage: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('textbox', { name: 'Name' }).fill('Bought twice for 100');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Bought twice for 100', level: 1 })).toBeVisible();
  const id = page.url().split('/').at(-1) ?? '';
  const stored = await (await page.request.get(`/api/v1/segments/${id}`)).json();
  expect(stored.rules).toEqual([{ rule: { all: [rule] } }]);
  const relationships = (await (await page.request.get('/api/v1/relationships')).json()).items as { name: string; used_by: { name: string }[] }[];
  expect(relationships.find((r) => r.name === 'orders')?.used_by.map((u) => u.name)).toContain('Bought twice for 100');
  expect((await page.request.delete(`/api/v1/segments/${id}`)).status()).toBe(204);
});

test('two people who change one segment do not overwrite each other', async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  const fields = (await (await page.request.get('/api/v1/profile')).json()).fields as { name: string; type: string }[];
  const rules = [{ rule: { field: fields.find((f) => f.type === 'text')?.name, operator: 'is_not_empty' } }];
  const made = await (await page.request.post('/api/v1/segments', { data: { name: 'Both change it', rules } })).json();
  await open(page, `/segments/${made.id}/edit`);
  const other = await page.request.put(`/api/v1/segments/${made.id}`, { data: { name: 'The other was faster', rules, version: made.version } });
  expect(other.status()).toBe(200);
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Somebody else changed this')).toBeVisible();
  await page.getByRole('button', { name: 'Load the newest state' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('The other was faster');
  expect((await page.request.delete(`/api/v1/segments/${made.id}`)).status()).toBe(204);
});
