import { barriers, expect, open, overflow, signedIn, test } from './segue';

const places = ['/', '/sources', '/profiles', '/segments', '/exports', '/connections', '/people', '/audit', '/status', '/schedule', '/general', '/about', '/account'];
const details = ['/sources', '/segments', '/exports', '/connections'];

for (const [language, scheme] of [['en-GB', 'light'], ['hr-HR', 'dark']] as const) {
  test.describe(`${language} ${scheme}`, () => {
    test.use({ locale: language, colorScheme: scheme });

    test('every page can be used by everybody, on phones and wide screens', async ({ browser, page }, info) => {
      test.setTimeout(150_000);
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      const paths = [...places];
      for (const list of details) {
        await open(page, list);
        const href = await page.locator('main table a').first().getAttribute('href');
        expect(href, list).toBeTruthy();
        paths.push(href ?? '');
      }
      await open(page, paths.find((p) => p.startsWith('/exports/')) ?? '');
      paths.push((await page.locator('main table a').first().getAttribute('href')) ?? '');
      for (const path of paths) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await open(page, path);
        expect(await page.locator('html').getAttribute('lang')).toBe(language.slice(0, 2));
        expect.soft(await barriers(page), path).toEqual([]);
        await page.screenshot({ path: info.outputPath(`page${path.replace(/\W+/g, '-')}.png`), fullPage: true });
        for (const width of [360, 2560]) {
          await page.setViewportSize({ width, height: 800 });
          expect.soft(await overflow(page), `${path} at ${width}`).toBeLessThanOrEqual(0);
        }
      }
      await page.setViewportSize({ width: 360, height: 740 });
      await open(page, '/exports');
      await page.locator('header button').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await barriers(page), 'the menu of phones').toEqual([]);
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
