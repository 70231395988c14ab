import type { Browser, Page } from '@playwright/test';
import { type Hand, keyboard, mouse } from './hands';
import { barriers, expect, overflow, settled, test, watch } from './segue';
import { words } from './words';

// A server without anybody, a sandbox that it may send to, and a folder with customers.csv, for each way of going through
// it: ui_test.go starts them. Forty customers, whose points go from 1 to 40.
type Fresh = { setup: string; sandbox: string; key: string; file: string };
const fresh = JSON.parse(process.env.SEGUE_FRESH ?? '{}') as Record<'hr' | 'en', Fresh>;
const password = 'plum-cellar Oboe 41 drift';
const names = { administrator: 'Ana', contributor: 'Cvita', viewer: 'Vito' } as const;
const emailOf = (who: keyof typeof names) => `${who}@example.com`;

type Way = { language: 'hr' | 'en'; locale: string; scheme: 'light' | 'dark'; zone: string; hand: (page: Page) => Hand; by: string };
const ways: Way[] = [
  { language: 'hr', locale: 'hr-HR', scheme: 'light', zone: 'Europe/Zagreb', hand: mouse, by: 'by mouse in Croatian' },
  { language: 'en', locale: 'en-GB', scheme: 'dark', zone: 'Europe/London', hand: keyboard, by: 'by keyboard alone in English' },
];

for (const { language, locale, scheme, zone, hand, by } of ways) {
  test(`from the set-up link to a removed connection, ${by}`, async ({ browser }, info) => {
    test.setTimeout(900_000);
    const { setup, sandbox, key, file } = fresh[language];
    const t = words(language);
    const heard: string[][] = [];
    const sits = (b: Browser) => somebody(b, { locale, colorScheme: scheme, timezoneId: zone, baseURL: new URL(setup).origin }, heard);
    let shots = 0;
    /** A picture of the step, which everybody can use. */
    const step = async (page: Page, what: string) => {
      await settled(page);
      expect.soft(await barriers(page), what).toEqual([]);
      expect.soft(await overflow(page), what).toBeLessThanOrEqual(0);
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: info.outputPath(`${String(++shots).padStart(2, '0')}-${what}.png`), fullPage: true });
    };
    const members = async () => ((await (await fetch(`${sandbox}/_sandbox/members?list=1`)).json()) as { members: string[] | null }).members ?? [];
    const button = (page: Page, k: string) => page.getByRole('button', { name: t(k), exact: true });
    const adding = (page: Page, k: string) => page.locator('main a, main button').filter({ hasText: t(k) }).first();
    const dialog = (page: Page) => page.getByRole('dialog');
    const title = (page: Page, name: string) => expect(page.getByRole('heading', { name, level: 1, exact: true })).toBeVisible();
    const status = (page: Page, s: string) => page.locator('main header').getByText(t(`parts.status.${s}`), { exact: true });
    const goTo = async (page: Page, h: Hand, place: string) => {
      await h.press(page.getByRole('navigation', { name: t('shell.navigation') }).getByRole('link', { name: t(`shell.nav.${place}`), exact: true }));
      await settled(page);
    };
    const signIn = async (who: keyof typeof names) => {
      const page = await sits(browser);
      const h = hand(page);
      await page.goto('/');
      await h.fill(page.locator('[name=email]'), emailOf(who));
      await h.fill(page.locator('[name=password]'), password);
      await h.press(button(page, 'entry.sign_in.verb'));
      await title(page, t('home.title'));
      return { page, h };
    };
    const goOn = (page: Page, h: Hand) => h.press(button(page, 'parts.sections.next'));

    // The first who opens the link becomes the administrator.
    const ana = await sits(browser);
    const a = hand(ana);
    await ana.goto(setup);
    await a.fill(ana.locator('[name=name]'), names.administrator);
    await a.fill(ana.locator('[name=email]'), emailOf('administrator'));
    await a.fill(ana.locator('[name=password]'), password);
    await step(ana, 'set-up');
    await a.press(button(ana, 'entry.setup.verb'));
    await title(ana, t('home.title'));
    await step(ana, 'empty-home');

    // A contributor and a viewer.
    await goTo(ana, a, 'people');
    for (const who of ['contributor', 'viewer'] as const) {
      await a.press(button(ana, 'people.add.verb').first());
      await a.fill(dialog(ana).getByRole('textbox', { name: t('people.column.name') }), names[who]);
      await a.fill(dialog(ana).getByRole('textbox', { name: t('people.column.email') }), emailOf(who));
      await a.choose(dialog(ana).getByRole('radio', { name: t(`shell.role.${who}`) }));
      await a.fill(dialog(ana).getByRole('textbox', { name: t('people.password.label') }), password);
      await step(ana, `adding-${who}`);
      await a.press(dialog(ana).getByRole('button', { name: t('people.add.verb') }));
      await expect(dialog(ana)).toHaveCount(0);
      await expect(ana.getByRole('row', { name: names[who] })).toContainText(t(`shell.role.${who}`));
    }
    await step(ana, 'people');

    // A file of the folder becomes a source, the source the profiles.
    await goTo(ana, a, 'sources');
    await step(ana, 'no-sources');
    await a.press(adding(ana, 'sources.add'));
    await a.pick(ana.getByLabel(t('sources.form.there')), file);
    await goOn(ana, a);
    await expect(ana.getByRole('cell', { name: /^p1@example\.com/ })).toBeVisible();
    await step(ana, 'preview');
    await goOn(ana, a);
    await goOn(ana, a);
    await a.press(button(ana, 'sources.form.save'));
    await a.press(button(ana, 'sources.ingest.now'));
    const next = ana.getByRole('link', { name: t('sources.ingest.next') });
    await expect(next).toBeVisible();
    await step(ana, 'source');
    await a.press(next);
    await a.press(button(ana, 'profiles.definition.suggest'));
    await step(ana, 'profile');
    await a.press(button(ana, 'profiles.definition.save'));
    await expect(ana.getByText(t('profiles.definition.saved'))).toBeVisible();
    await a.press(button(ana, 'profiles.definition.build_now'));
    await expect(ana.getByRole('main').getByText('40', { exact: true })).toBeVisible();
    await goTo(ana, a, 'profiles');
    await step(ana, 'profiles');

    // The connection, with consent; nobody but administrators may use it at first.
    await goTo(ana, a, 'connections');
    await step(ana, 'no-connections');
    await a.press(button(ana, 'connections.add.verb').first());
    await goOn(ana, a);
    await a.fill(ana.getByRole('textbox', { name: t('connections.column.name') }), 'Brevo');
    await goOn(ana, a);
    await expect(ana.getByRole('radio', { name: t('connections.who.administrators') })).toBeChecked();
    await goOn(ana, a);
    await a.fill(ana.locator('main input[type=password]'), key);
    await step(ana, 'key');
    await goOn(ana, a);
    await expect(button(ana, 'parts.sections.next')).toBeDisabled(); // no consent, no further
    await a.tick(ana.getByRole('checkbox', { name: t('connections.consent.agree') }));
    await step(ana, 'consent');
    await goOn(ana, a);
    await a.press(button(ana, 'connections.connect.verb'));
    await expect(ana.getByText('Sandbox Company').first()).toBeVisible();
    await step(ana, 'account');
    await goOn(ana, a);
    await a.press(ana.locator('main li').last().getByRole('button', { name: t('connections.export_user.add'), exact: true }).last());
    await a.fill(dialog(ana).locator('[name=password]'), password);
    await step(ana, 'proof');
    await a.press(dialog(ana).getByRole('button', { name: t('parts.proof.confirm') }));
    await goOn(ana, a);
    await step(ana, 'connection-summary');
    await a.press(button(ana, 'connections.save'));
    await title(ana, 'Brevo');
    await expect(ana.getByText(names.administrator).nth(1)).toBeVisible();
    await expect(ana.getByText(t('connections.key.tail', { tail: key.slice(-4) }))).toBeVisible();
    await step(ana, 'connection');

    // The contributor sees nothing of it until it is shared.
    const { page: cvita, h: c } = await signIn('contributor');
    await goTo(cvita, c, 'connections');
    await expect(cvita.getByText(t('connections.empty_for_you'))).toBeVisible();
    await step(cvita, 'not-shared');
    await goTo(cvita, c, 'exports');
    await c.press(button(cvita, 'exports.add').first());
    await expect(cvita.getByText(t('exports.editor.connection.whom'))).toBeVisible();
    await step(cvita, 'whom-to-ask');
    await a.press(button(ana, 'connections.edit.verb'));
    await a.choose(ana.getByRole('radio', { name: t('connections.who.shared') }));
    await a.press(button(ana, 'connections.save'));
    await expect(ana.locator('main').getByText(t('connections.who.shared'))).toBeVisible();

    // She makes a segment and an export; saving runs nothing.
    await goTo(cvita, c, 'segments');
    await c.press(adding(cvita, 'segments.add'));
    await c.fill(cvita.getByRole('textbox', { name: t('segments.column.name') }), 'Loyal');
    await c.take(cvita.getByRole('combobox', { name: t('segments.builder.field') }), 'points');
    await c.pick(cvita.getByRole('combobox', { name: t('segments.builder.operator') }), t('segments.operator.greater_than'));
    await c.fill(cvita.getByRole('textbox', { name: t('segments.builder.value'), exact: true }), '10');
    await expect(cvita.getByTestId('total')).toHaveText('30');
    await step(cvita, 'segment');
    await c.press(button(cvita, 'segments.builder.save'));
    await title(cvita, 'Loyal');
    await goTo(cvita, c, 'exports');
    await step(cvita, 'no-exports');
    await c.press(button(cvita, 'exports.add').first());
    await expect(cvita.getByRole('radio', { name: 'Brevo' })).toBeChecked();
    await goOn(cvita, c);
    await c.fill(cvita.getByRole('textbox', { name: t('exports.editor.name'), exact: true }), 'Newsletter');
    await c.fill(cvita.getByLabel(t('exports.editor.list.new')), 'Newsletter');
    await c.press(button(cvita, 'exports.editor.list.create'));
    await expect(cvita.getByRole('radio', { name: 'Newsletter' })).toBeChecked();
    await goOn(cvita, c);
    await step(cvita, 'matching');
    await goOn(cvita, c);
    await c.tick(cvita.getByRole('checkbox', { name: 'Loyal' }));
    await goOn(cvita, c);
    await goOn(cvita, c); // whoever leaves the segment leaves the list
    await expect(cvita.getByRole('radio', { name: t('exports.schedule.with_refresh') })).toBeChecked();
    await step(cvita, 'export-summary');
    await c.press(button(cvita, 'exports.editor.save'));
    await title(cvita, 'Newsletter');
    await expect(cvita.getByText(t('exports.never_ran')).first()).toBeVisible();
    await step(cvita, 'saved');
    expect(await members()).toEqual([]);

    // The schedule, a minute from now; the viewer waits for what it does.
    await goTo(ana, a, 'schedule');
    await a.choose(ana.getByRole('radio', { name: t('system.schedule.is.daily') }));
    const time = ana.getByLabel(t('system.schedule.time', { n: 1 }));
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    await expect(async () => {
      // Where saving took so long that the time is over, a later one is set.
      await a.time(time, clock.format(Date.now() + 75_000));
      await a.press(button(ana, 'connections.save'));
      await expect(ana.getByText(t('system.schedule.saved'))).toBeVisible();
      const stored = (await (await ana.request.get('/api/v1/refresh-schedule')).json()) as { next_at: string };
      expect(Date.parse(stored.next_at) - Date.now()).toBeLessThan(120_000);
    }).toPass();
    await step(ana, 'schedule');
    const { page: vito, h: v } = await signIn('viewer');
    await goTo(vito, v, 'status');
    await step(vito, 'status-before');
    await expect(vito.getByRole('listitem').filter({ hasText: 'Newsletter' }).first()).toContainText(t('parts.status.successful'), { timeout: 180_000 });
    await step(vito, 'status');
    expect(await members()).toHaveLength(30);
    await cvita.reload();
    await expect(status(cvita, 'successful')).toBeVisible();
    await expect(cvita.locator('figure').first()).toContainText('30');
    await expect(cvita.getByRole('main').getByText(t('parts.who.schedule'), { exact: true }).first()).toBeVisible();
    await step(cvita, 'receipt');

    // On demand nothing has changed.
    await c.press(button(cvita, 'exports.run.verb'));
    await expect(cvita.getByRole('table').getByRole('row')).toHaveCount(3);
    await expect(status(cvita, 'successful')).toBeVisible({ timeout: 60_000 });
    await step(cvita, 'run-again');

    // The viewer sees how it stands, but no person, and can change nothing.
    await expect(vito.getByRole('link', { name: t('shell.nav.profiles'), exact: true })).toHaveCount(0);
    await expect(vito.getByRole('link', { name: t('shell.nav.connections'), exact: true })).toHaveCount(0);
    await goTo(vito, v, 'exports');
    await expect(vito.getByRole('cell', { name: t('exports.permissions.view') })).toBeVisible();
    await expect(button(vito, 'exports.add')).toHaveCount(0);
    await step(vito, 'exports-of-the-viewer');
    await v.press(vito.getByRole('link', { name: 'Newsletter' }));
    await title(vito, 'Newsletter');
    await expect(button(vito, 'exports.run.verb')).toHaveCount(0);
    await step(vito, 'export-of-the-viewer');
    await v.press(vito.getByRole('table').getByRole('link').last());
    await settled(vito);
    await expect(vito.getByRole('cell', { name: '•••', exact: true }).first()).toBeVisible();
    await step(vito, 'run-of-the-viewer');
    expect(await vito.content()).not.toMatch(/p\d+@example/);
    await vito.goto('/profiles');
    await expect(vito.getByRole('alert')).toBeVisible();

    // Un-shared, it is for looking only, for whoever has it open as well.
    await goTo(ana, a, 'connections');
    await a.press(ana.getByRole('link', { name: 'Brevo' }));
    await a.press(button(ana, 'connections.edit.verb'));
    await a.choose(ana.getByRole('radio', { name: t('connections.who.administrators') }));
    await expect(ana.getByText(t('connections.edit.unshared'))).toBeVisible();
    await step(ana, 'un-sharing');
    await a.press(button(ana, 'connections.save'));
    await title(ana, 'Brevo');
    const run = button(cvita, 'exports.run.verb');
    if (await run.isVisible()) {
      await c.press(run);
      await expect(cvita.getByRole('alert').first()).toBeVisible();
    }
    await cvita.reload();
    await title(cvita, 'Newsletter');
    await expect(cvita.getByText(t('exports.permissions.view'))).toBeVisible();
    await expect(run).toHaveCount(0);
    await step(cvita, 'view-only');

    // The connection goes, the export stays.
    await a.press(button(ana, 'connections.remove.verb'));
    await a.choose(dialog(ana).getByRole('radio', { name: t('connections.remove.detach.label') }));
    await step(ana, 'removing');
    await a.press(dialog(ana).getByRole('button', { name: t('connections.remove.verb'), exact: true }));
    await expect(ana.getByText(t('connections.remove.destroyed'))).toBeVisible();
    await step(ana, 'removed');
    await a.press(dialog(ana).getByRole('button', { name: t('parts.close'), exact: true }).last());
    await title(ana, t('connections.title'));
    for (const page of [ana, cvita, vito]) {
      await goTo(page, hand(page), 'exports');
      await expect(page.getByRole('row', { name: 'Newsletter' })).toContainText(t('parts.status.no_connection'));
    }
    await step(ana, 'no-connection-exports');
    await a.press(ana.getByRole('link', { name: 'Newsletter' }));
    await expect(status(ana, 'no_connection')).toBeVisible();
    await expect(button(ana, 'exports.run.verb')).toBeDisabled();
    await step(ana, 'no-connection');
    await goTo(ana, a, 'home');
    await step(ana, 'home-no-connection');
    expect(await members()).toHaveLength(30);
    expect(heard.flat(), 'the consoles of the browsers are quiet').toEqual([]);
  });
}

/** Somebody with a browser of their own. */
async function somebody(browser: Browser, options: object, heard: string[][]): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  heard.push(watch(page));
  return page;
}
