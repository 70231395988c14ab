import { barriers, expect, open, overflow, settled, signedIn, test } from './segue';

// The places of the navigation; " > one" follows the first link of the table.
const places = [
  '/',
  '/sources',
  '/sources > one',
  '/sources/new',
  '/profiles',
  '/profiles > one',
  '/profile',
  '/segments',
  '/segments/new',
  '/segments > one',
  '/exports',
  '/exports/new',
  '/exports > one',
  '/exports > one > run',
  '/connections',
  '/connections > one',
  '/connections/new',
  '/people',
  '/audit',
  '/status',
  '/schedule',
  '/general',
  '/about',
  '/account',
];

for (const [language, scheme] of [['en-GB', 'light'], ['hr-HR', 'dark']] as const) {
  test.describe(`${language} ${scheme}`, () => {
    test.use({ locale: language, colorScheme: scheme });

    for (const place of places) {
      test(`${place} can be used by everybody, on phones and wide screens`, async ({ browser, page }, info) => {
        await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
        await open(page, place.split(' > ')[0] ?? '/');
        const steps = place.split(' > ').slice(1);
        for (const _ of steps) {
          const before = page.url();
          await page.locator('main table a').first().click();
          await expect(page).not.toHaveURL(before);
          await settled(page);
        }
        expect(await page.locator('html').getAttribute('lang')).toBe(language.slice(0, 2));
        expect.soft(await barriers(page)).toEqual([]);
        await page.screenshot({ path: info.outputPath('page.png'), fullPage: true });
        for (const width of [360, 2560]) {
          await page.setViewportSize({ width, height: 800 });
          expect.soft(await overflow(page), `at ${width}`).toBeLessThanOrEqual(0);
        }
      });
    }

    test('the menu of phones can be used by everybody', async ({ browser, page }) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      await page.setViewportSize({ width: 360, height: 740 });
      await open(page, '/exports');
      await page.getByRole('button', { name: /^(Menu|Izbornik)$/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await barriers(page)).toEqual([]);
    });

    test('the pages of somebody who is not signed in', async ({ page }) => {
      for (const path of ['/sign-in', '/setup', '/no-such-page']) {
        await open(page, path);
        expect.soft(await barriers(page), path).toEqual([]);
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('the policy lets through neither scripts of the page nor other hosts', async ({ page, quiet }) => {
  const answer = await page.goto('/sign-in');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).not.toContain('unsafe');
  const refused = await page.evaluate(async () => {
    const seen = new Promise<string>((done) => document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective)));
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return [await seen, String((window as unknown as { ran?: boolean }).ran)];
  });
  expect(refused).toEqual(['script-src-elem', 'undefined']);
  expect(quiet.splice(0), 'the browser tells of it').toHaveLength(1);
});
