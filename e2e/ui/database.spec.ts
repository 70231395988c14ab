import { type Hand, keyboard, mouse } from './hands';
import { barriers, expect, open, overflow, settled, signedIn, test } from './segue';
import { words } from './words';

// A PostgreSQL server with a table people of forty rows, and a user who may read it: ui_test.go starts it.
type Server = { host: string; port: number; name: string; user: string; password: string; ca: string };
const server = JSON.parse(process.env.SEGUE_POSTGRES ?? '{}') as Server;

const ways = [
  { language: 'en', locale: 'en-GB', scheme: 'light', hand: mouse, by: 'by mouse' },
  { language: 'hr', locale: 'hr-HR', scheme: 'dark', hand: keyboard, by: 'by keyboard alone' },
] as const;

for (const { language, locale, scheme, hand, by } of ways) {
  test.describe(locale, () => {
    test.use({ locale, colorScheme: scheme });
    const t = words(language);

    test(`a table of a database becomes a source and is changed with its stored password, ${by}`, async ({ browser, page }, info) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      await page.setViewportSize({ width: 1280, height: 800 });
      const h: Hand = hand(page);
      const button = (key: string) => page.getByRole('button', { name: t(key), exact: true });
      const section = (key: string) => page.getByRole('heading', { level: 2 }).getByRole('button', { name: t(key) });
      const field = (key: string) => page.getByRole('textbox', { name: t(key), exact: true });
      const password = page.getByLabel(new RegExp(`^${t('sources.database.password')}`));
      const goOn = () => h.press(button('parts.sections.next'));
      const step = async (what: string) => {
        expect.soft(await overflow(page), what).toBeLessThanOrEqual(0);
        await page.screenshot({ path: info.outputPath(`${what}.png`), fullPage: true });
      };
      const refused = async (what: string, fault: string) => {
        await h.press(button('sources.database.look'));
        await expect(page.getByText(t(`sources.fault.${fault}.what`), { exact: false })).toBeVisible();
        await step(what);
      };

      await open(page, '/sources/new');
      await h.press(page.getByRole('link', { name: t('sources.database.to_database') }));
      await h.fill(field('sources.database.host'), server.host);
      await h.fill(field('sources.database.port'), String(server.port));
      await h.fill(field('sources.database.name'), server.name);
      await h.fill(field('sources.database.user'), server.user);
      await h.fill(password, 'made-up-and-wrong');
      // Who answers is proved by the certificate, or not asked for.
      if (by === 'by mouse') await h.fill(field('sources.database.ca'), server.ca);
      else await h.pick(page.getByRole('combobox', { name: t('sources.database.tls') }), t('sources.database.way.encrypt'));
      await goOn();
      await h.fill(field('sources.database.table'), 'people');
      await goOn();
      // A password that is wrong is told where it is typed, and that has the focus.
      await refused('wrong-password', 'denied');
      await expect(password).toBeFocused();
      await expect(password).toHaveAttribute('aria-invalid', 'true');
      expect.soft(await barriers(page)).toEqual([]);
      await h.fill(password, server.password);
      await goOn();
      await goOn();
      await h.press(button('sources.database.look'));
      await expect(page.getByRole('cell', { name: 'Split · Zagreb · Rijeka' })).toBeVisible();
      await step('rows');
      expect.soft(await barriers(page)).toEqual([]);
      await goOn();
      await h.fill(field('sources.column.name'), `Shop ${language}`);
      await goOn();
      await h.press(button('sources.form.save'));
      await expect(page).toHaveURL(/\/sources\/(?!new)[^/]+$/);
      await h.press(button('sources.ingest.now'));
      await expect(page.getByText(t('sources.ingest.taken_other', { n: 40 }))).toBeVisible();
      await step('taken');

      // The password that is stored is good for a look at something else there, right or wrong.
      await h.press(page.getByRole('link', { name: t('sources.edit'), exact: true }));
      await settled(page);
      await expect(password).toHaveValue('');
      await h.press(section('sources.database.what'));
      await h.fill(field('sources.database.table'), 'peeple');
      await goOn();
      await refused('no-table', 'no_table');
      await h.choose(page.getByRole('radio', { name: t('sources.database.from_query') }));
      await h.fill(field('sources.database.query'), "SELECT id, town FROM people WHERE town <> 'Split'");
      await goOn();
      await h.press(button('sources.database.look'));
      await expect(page.getByRole('cell', { name: 'Zagreb · Rijeka · Osijek' })).toBeVisible();
      await step('stored-password');
      await goOn();
      await h.press(button('sources.form.save'));
      await expect(page).toHaveURL(/\/sources\/(?!new)[^/]+$/);
      await h.press(button('sources.ingest.now'));
      await expect(page.getByText(t('sources.ingest.taken_other', { n: 30 }))).toBeVisible();

      await h.press(button('sources.remove.verb'));
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByText(t('sources.remove.what_database'))).toBeVisible();
      await h.press(dialog.getByRole('button', { name: t('sources.remove.verb'), exact: true }));
      await expect(page).toHaveURL(/\/sources$/);
      await settled(page);
      await expect(page.getByText(`Shop ${language}`)).toHaveCount(0);
    });
  });
}
