import { barriers, expect, open, passwordOf, settled, signedIn, test } from './segue';

test.beforeEach(async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
});

test.describe('in Croatian', () => {
  test.use({ locale: 'hr-HR', colorScheme: 'dark' });

  test('a connection is added step by step, changed, tested and removed', async ({ page }) => {
    // The address of the sandbox is the one that the demo's own connection has.
    const known = await (await page.request.get('/api/v1/connections')).json();
    const url: string = known.items[0].base_url;
    const key = `xkeysib-${'0'.repeat(64)}-sandbox000000000`;
    const next = () => page.getByRole('button', { name: 'Nastavi' }).click();

    await open(page, '/connections');
    await page.getByRole('button', { name: 'Dodaj vezu' }).click();
    await expect(page.getByRole('heading', { name: 'Dodavanje veze', level: 1 })).toBeVisible();
    await next();
    await page.getByRole('textbox', { name: 'Zaslonski naziv' }).fill(known.items[0].name);
    await expect(page.getByText('Druga veza već ima taj naziv')).toBeVisible();
    await page.getByRole('textbox', { name: 'Zaslonski naziv' }).fill('Proba');
    await next();
    await expect(page.getByRole('radio', { name: 'Samo administratori' })).toBeChecked();
    await next();
    await page.locator('main input[type=password]').fill('xkeysib-not-a-key');
    await page.getByText('Druga adresa Breva').click();
    await page.getByRole('textbox', { name: 'Adresa' }).fill(url);
    await next();
    await page.getByRole('checkbox', { name: 'Slažem se' }).check();
    expect.soft(await barriers(page)).toEqual([]);
    await next();
    await page.getByRole('button', { name: 'Spoji', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('Brevo');
    await expect(page.getByRole('alert')).toContainText('bad_credentials');
    await page.getByRole('button', { name: /Ključ API-ja/ }).click();
    await page.locator('main input[type=password]').fill(key);
    await page.getByRole('button', { name: /Spajanje/ }).click();
    await page.getByRole('button', { name: 'Spoji', exact: true }).click();
    await expect(page.getByText('Adriatic Outfitters').first()).toBeVisible();
    expect.soft(await barriers(page)).toEqual([]);
    await next();
    await page.getByRole('button', { name: 'Dodajte se kao korisnik izvoza', exact: true }).last().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect.soft(await barriers(page)).toEqual([]);
    await page.getByRole('dialog').locator('[name=password]').fill(passwordOf('administrator'));
    await page.keyboard.press('Enter');
    await expect(page.getByText('Ana: potvrđeno')).toBeVisible();
    await next();
    await expect(page.getByText('Izvozi se pokreću u ime osobe Ana.')).toBeVisible();
    await page.getByRole('button', { name: 'Spremi' }).click();
    await expect(page.getByRole('heading', { name: 'Proba', level: 1 })).toBeVisible();
    await expect(page.getByText('završava na 0000')).toBeVisible();
    await expect(page.getByText(/Izvozi se pokreću u ime: Ana/)).toBeVisible();
    expect(await page.content()).not.toContain(key);
    const stored = await (await page.request.get('/api/v1/connections?name=Proba')).json();
    expect(stored.items[0].export_user).toMatchObject({ kind: 'person', name: 'Ana' });
    expect(stored.items[0].shared).toBe(false);

    await page.getByRole('button', { name: 'Provjeri' }).click();
    await expect(page.getByText('Ključ radi')).toBeVisible();
    await page.getByRole('button', { name: 'Uredi' }).click();
    await page.getByRole('radio', { name: 'Administratori i suradnici' }).check();
    await page.getByRole('textbox', { name: 'Kontakti prema ugovoru' }).fill('500');
    await page.getByRole('checkbox', { name: 'Čitaj kontakte računa' }).uncheck();
    await expect(page.getByText(/odjavljene osobe mogu se opet naći/)).toBeVisible();
    expect.soft(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Spremi' }).click();
    await expect(page.getByText(/od 500/)).toBeVisible();
    const changed = await (await page.request.get('/api/v1/connections?name=Proba')).json();
    expect(changed.items[0]).toMatchObject({ shared: true, mirror: 'off', contact_limit: 500 });

    await page.getByRole('button', { name: 'Ukloni' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ukloni' }).click();
    await expect(page.getByText('Veza je uklonjena i njezin ključ je uništen.')).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Zatvori' }).last().click();
    await expect(page.getByRole('heading', { name: 'Veze', level: 1 })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Proba' })).toHaveCount(0);
  });
});

test('removing a connection asks for each of its exports what becomes of it', async ({ page }) => {
  await open(page, '/connections');
  await page.locator('main table a').first().click();
  await settled(page);
  await page.getByRole('button', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('VIP customers')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled();
  await dialog.getByRole('radio', { name: 'Detach the connection' }).first().check();
  expect.soft(await barriers(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('link', { name: 'VIP customers' })).toBeVisible();
});

test('a person is added, may see customers, and is switched off; the audit log shows it', async ({ page }) => {
  await open(page, '/people');
  await page.getByRole('button', { name: 'Add person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Petra');
  await dialog.getByRole('textbox', { name: 'E-mail' }).fill('petra@example.com');
  await dialog.getByRole('checkbox', { name: 'May see customers' }).check();
  await dialog.getByRole('button', { name: 'Make one up' }).click();
  await expect(dialog.getByRole('textbox', { name: 'First password' })).toHaveValue(/^(\w{4}-){4}\w{4}$/);
  expect.soft(await barriers(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add person' }).click();
  const row = page.getByRole('row', { name: /Petra/ });
  await expect(row).toContainText('Viewer, sees customers');
  await page.getByRole('button', { name: 'Actions: Petra' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('dialog').getByRole('radio', { name: 'Contributor' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('Contributor');
  await page.getByRole('button', { name: 'Actions: Petra' }).click();
  await page.getByRole('menuitem', { name: 'Switch off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await expect(row).toContainText('Switched off');

  await open(page, '/audit');
  await page.getByRole('textbox', { name: 'What' }).fill('update-person');
  await expect(page).toHaveURL(/what=update-person/);
  // Switching somebody off leaves an entry of the person, and one of what ended with it.
  const entries = page.getByRole('button', { name: /Show entry/ });
  await expect(entries.first()).toBeVisible();
  const found: string[] = [];
  for (let i = 0; i < (await entries.count()); i++) {
    await entries.nth(i).click();
    await expect(page.getByRole('dialog').getByRole('table')).toBeVisible();
    found.push(await page.getByRole('dialog').getByRole('table').innerText());
    if (i === 0) expect.soft(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  expect(found.filter((x) => /\boff\s+(\S+\s+)?true\b/.test(x))).toHaveLength(1);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText(/The log is whole/)).toBeVisible();
  expect.soft(await barriers(page)).toEqual([]);
});

test('the schedule is set, shows its next times, and is switched off again', async ({ page }) => {
  await open(page, '/schedule');
  await page.getByRole('radio', { name: 'On chosen days of the week' }).check();
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByRole('checkbox', { name: 'Monday' }).check();
  await page.getByRole('textbox', { name: 'Time 1' }).fill('06:30');
  await page.getByRole('button', { name: 'Add a time' }).click();
  await page.getByRole('textbox', { name: 'Time 2' }).fill('18:00');
  await expect(page.locator('main ol > li')).toHaveCount(4);
  expect.soft(await barriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The schedule is saved.')).toBeVisible();
  const stored = await (await page.request.get('/api/v1/refresh-schedule')).json();
  expect(stored).toMatchObject({ on: true, days: ['monday'], times: ['06:30', '18:00'] });

  // What somebody else saved meanwhile is not overwritten.
  const faster = await page.request.put('/api/v1/refresh-schedule', { data: { ...stored, times: ['07:45'] } });
  expect(faster.status()).toBe(200);
  await page.getByRole('textbox', { name: 'Time 1' }).fill('05:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Somebody else changed this while you were editing.')).toBeVisible();
  await page.getByRole('button', { name: 'Load the newest state' }).click();
  await expect(page.getByRole('textbox', { name: 'Time 1' })).toHaveValue('07:45');
  await page.getByRole('radio', { name: 'Off' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The schedule is off').first()).toBeVisible();
});

test('status has a line for every task, and messages are set up and refused with their reason', async ({ page, quiet }) => {
  await open(page, '/status');
  await expect(page.getByRole('heading', { name: 'Exports', level: 2 })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'VIP customers' }).first()).toContainText('Successful');
  await open(page, '/general');
  await page.getByRole('textbox', { name: 'Mail server' }).fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Port' }).fill('1');
  await page.getByRole('textbox', { name: "Sender's address" }).fill('segue@example.com');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved. What happened before is not told.')).toBeVisible();
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  expect(quiet.splice(0)).toEqual([expect.stringContaining('503')]); // nothing listens there
  expect.soft(await barriers(page)).toEqual([]);
  await open(page, '/account');
  await page.getByRole('switch', { name: 'Mail me what needs somebody' }).click();
  await expect(page.getByRole('switch', { name: 'Mail me what needs somebody' })).not.toBeChecked();
  await expect.poll(async () => (await (await page.request.get('/api/v1/session')).json()).person.gets_notices).toBe(false);
});
