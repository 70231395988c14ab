import type { Page } from '@playwright/test';
import { focusOf } from './hands';
import { barriers, everyWay, expect, fits, open, overflow, settled, signedIn, test } from './segue';

// The places of the navigation; " > one" follows the first link of the table.
const places = [
  '/',
  '/sources',
  '/sources > one',
  '/sources/new',
  '/sources/new/database',
  '/sources/relationships',
  '/profiles',
  '/profiles > one',
  '/profile',
  '/profile/unification',
  '/profile/unification?tab=joined',
  '/profile/unification?tab=compare',
  '/profile/unification?tab=pairs',
  '/profile/unification?tab=changes',
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

/** Goes to a place from the address, and on by the first link of its table. */
async function visit(page: Page, place: string) {
  const [start = '/', ...steps] = place.split(' > ');
  await open(page, start);
  for (const _ of steps) {
    const before = page.url();
    await page.locator('main table a').first().click();
    await expect(page).not.toHaveURL(before);
    await settled(page);
  }
}

for (const place of places) {
  test(`${place} can be used by everybody, in both languages, light and dark, on phones and wide screens`, async ({ browser, page }, info) => {
    test.slow(place === '/profile/unification', 'no page has more fields to look at');
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
    await page.setViewportSize({ width: 1280, height: 800 });
    await visit(page, place);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await everyWay(page, 'en', (name) => page.screenshot({ path: info.outputPath(`en-${name}.png`), fullPage: true }));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('aside').getByText('Hrvatski').click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'hr');
    await fits(page, 'hr', (name) => page.screenshot({ path: info.outputPath(`hr-${name}.png`), fullPage: true }));

    // Its address is enough to come back to it, and so is the back button.
    await page.locator('aside').getByText('English').click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    const title = await page.locator('main h1').innerText(); // that of a thing is its name once that has come
    const address = page.url();
    await page.getByRole('link', { name: place === '/about' ? 'Status' : 'About', exact: true }).click();
    await expect(page).not.toHaveURL(address);
    await page.goBack();
    await expect(page).toHaveURL(address);
    await expect(page.getByRole('heading', { name: title, level: 1, exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: title, level: 1, exact: true })).toBeVisible();
    expect(page.url()).toBe(address);
  });
}

for (const place of ['/', '/sources > one', '/profiles', '/profile', '/segments/new', '/exports', '/exports > one', '/connections > one', '/people', '/audit', '/status', '/schedule', '/general', '/account']) {
  test(`one sees where the focus is on ${place}`, async ({ browser, page }) => {
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
    await page.setViewportSize({ width: 1280, height: 800 });
    await visit(page, place);
    await page.evaluate(() => document.querySelector('main')?.focus());
    const seen = new Set<string>();
    let last = '';
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      const focus = await focusOf(page);
      const at = await focus.evaluate(({ at: x }) => {
        if (!x) return 'nowhere'; // it went with a run that ended meanwhile, or the page was at its end
        if (!document.querySelector('main')?.contains(x)) return x.isConnected ? '' : 'nowhere';
        const marked = x as HTMLElement & { tabbed?: string };
        marked.tabbed ??= String(Math.random());
        return marked.tabbed;
      });
      if (at === last || at === 'nowhere') continue; // the parts of a time
      if (at === '' || seen.has(at)) break;
      seen.add(at);
      last = at;
      expect.soft(await focus.evaluate(({ shows }) => shows)).toBe('');
    }
    expect(seen.size, 'something can be reached').toBeGreaterThan(0);
  });
}

for (const language of ['en-GB', 'hr-HR']) {
  test.describe(language, () => {
    test.use({ locale: language });

    test('no word of a list is broken on a common screen', async ({ browser, page }) => {
      await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
      await page.setViewportSize({ width: 1280, height: 800 });
      for (const place of ['/', '/sources', '/segments', '/exports', '/connections', '/people']) {
        await open(page, place);
        const broken = await page.locator('main td').evaluateAll((cells) =>
          cells.flatMap((cell) => {
            const found: string[] = [];
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            for (let node = texts.nextNode(); node; node = texts.nextNode()) {
              for (const { index, 0: word } of (node.textContent ?? '').matchAll(/[\p{L}\d]+/gu)) {
                const range = document.createRange();
                range.setStart(node, index);
                range.setEnd(node, index + word.length);
                if (new Set([...range.getClientRects()].map((r) => r.top)).size > 1) found.push(word);
              }
            }
            return found;
          }),
        );
        expect.soft(broken, place).toEqual([]);
      }
    });
  });
}

test('addresses of a usual length stand in one line on phones, and longer ones can be read to their end', async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  await page.setViewportSize({ width: 360, height: 800 });
  const long = 'somebody.with.a.very.long.name@a-subdomain.of.an.organisation.with.many.departments.example.com';
  await page.route('**/api/v1/people*', async (route) => {
    const answer = await route.fetch();
    const { items, ...rest } = await answer.json();
    return route.fulfill({ response: answer, json: { ...rest, items: [...items, { ...items[0], id: 'long', name: 'Long', email: long }] } });
  });
  for (const place of ['/people', '/segments > one', '/exports > one > run']) {
    await visit(page, place);
    const addresses = () =>
      page.locator('main td > div').evaluateAll((cells) =>
        cells
          .filter((c) => /^\S+@\S+$/.test(c.textContent ?? ''))
          .map((c) => {
            const range = document.createRange();
            range.selectNodeContents(c);
            const rects = [...range.getClientRects()];
            return { text: c.textContent ?? '', lines: new Set(rects.map((r) => r.top)).size, right: Math.max(...rects.map((r) => r.right)) };
          }),
      );
    await expect.poll(async () => (await addresses()).length, place).toBeGreaterThan(2);
    const found = await addresses();
    expect(await overflow(page), place).toBeLessThanOrEqual(0);
    expect(found.filter((x) => x.text.length <= 32 && x.lines > 1), place).toEqual([]);
    expect(found.filter((x) => x.right > 344), place).toEqual([]);
    if (place === '/people') expect(found.map((x) => x.text)).toContain(long);
  }
});

test('values of customers stand in one line each, however many columns there are', async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '/profiles');
  const heights = await page.locator('main td > div').evaluateAll((cells) => cells.map((c) => c.getBoundingClientRect().height));
  expect(heights.length).toBeGreaterThan(100);
  expect(Math.max(...heights)).toBeLessThan(30);
});

for (const language of ['en-GB', 'hr-HR']) {
  test.describe(language, () => {
    test.use({ locale: language });

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
        await everyWay(page, path);
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
