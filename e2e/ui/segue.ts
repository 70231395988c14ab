import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test as base, type Browser, type BrowserContext, expect, type Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const demo = process.env.SEGUE_DEMO ?? '';

export type Role = 'administrator' | 'contributor' | 'viewer';

export const passwordOf = (role: Role) => readFileSync(join(demo, `password-${role}`), 'utf8').trim();
export const emailOf = (role: Role) => `${role}@example.com`;

/** Every page of a test fails it on errors of the console, uncaught errors, and whatever the policy refused. */
export function watch(page: Page): string[] {
  const seen: string[] = [];
  page.on('console', (m) => {
    // A refused request is no defect of the page: being signed out is found out by one.
    if (m.type() === 'error' && !/status of (401|403|404|409|422|429)/.test(m.text())) seen.push(m.text());
  });
  page.on('pageerror', (e) => seen.push(String(e)));
  return seen;
}

export const test = base.extend<{ quiet: string[] }>({
  quiet: [
    async ({ page }, use) => {
      const seen = watch(page);
      await use(seen);
      expect(seen, 'the console of the browser is quiet').toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs in by the form. */
export async function signIn(page: Page, role: Role, at = '/') {
  await page.goto(at);
  await page.locator('[name=email]').fill(emailOf(role));
  await page.locator('[name=password]').fill(passwordOf(role));
  await page.keyboard.press('Enter');
  await expect(page.locator('main h1')).toBeVisible();
  await expect(page.locator('[name=password]')).toHaveCount(0);
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>;
const sessions = new Map<Role, Promise<State>>();

/** The cookies of somebody who is signed in, for pages that are not about signing in: once for all tests of a worker. */
export function signedIn(browser: Browser, role: Role): Promise<State> {
  const known = sessions.get(role) ?? session(browser, role);
  sessions.set(role, known);
  return known;
}

async function session(browser: Browser, role: Role): Promise<State> {
  const context = await browser.newContext();
  const answer = await context.request.post('/api/v1/session', { data: { email: emailOf(role), password: passwordOf(role) } });
  expect(answer.status()).toBe(201);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Opens a page and waits until all it asked for has come. */
export async function open(page: Page, path: string) {
  await page.goto(path);
  await settled(page);
}

export async function settled(page: Page) {
  await expect(page.locator('main h1')).toBeVisible();
  await expect(page.locator('main .mantine-Skeleton-root')).toHaveCount(0);
  await page.waitForLoadState('networkidle');
}

const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds against WCAG 2.2 AA once nothing moves any more, in words; where only colours changed, their contrast is enough. */
export async function barriers(page: Page, only: string[] = all): Promise<string[]> {
  // A colour half-way to another is nobody's to read; what never ends, as the pulse of what is awaited, is looked at as it is.
  await page.waitForFunction(() =>
    document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY),
  );
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(async (runOnly) => {
    type Result = { violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] };
    const run = (window as unknown as { axe: { run: (c: Document, o: object) => Promise<Result> } }).axe.run;
    const found = await run(document, { runOnly, resultTypes: ['violations'] });
    return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(' ')} ${n.failureSummary ?? ''}`));
  }, only);
}

/**
 * Looks at what stands on the page now in every way that people see it: light and dark, from phones to wide screens. The
 * page is not loaded again for that.
 */
export async function everyWay(page: Page, what: string, shot?: (name: string) => Promise<unknown>) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  for (const width of [2560, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect.soft(await overflow(page), `${what} at ${width}`).toBeLessThanOrEqual(0);
  }
  expect.soft(await barriers(page), what).toEqual([]);
  await shot?.('light-1280');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect.soft(await barriers(page, ['color-contrast']), `${what}, dark`).toEqual([]);
  await page.setViewportSize({ width: 360, height: 800 });
  expect.soft(await overflow(page), `${what} at 360`).toBeLessThanOrEqual(0);
  expect.soft(await cutOff(page), `${what} at 360`).toEqual([]);
  expect.soft(await barriers(page), `${what} at 360, dark`).toEqual([]);
  await shot?.('dark-360');
  expect.soft(await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length), `${what} moves`).toBe(0);
}

/** What everyWay looks at, for a state that differs from others in its texts alone: whether it fits, and once what axe finds. */
export async function fits(page: Page, what: string, shot?: (name: string) => Promise<unknown>) {
  for (const width of [2560, 360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect.soft(await overflow(page), `${what} at ${width}`).toBeLessThanOrEqual(0);
    expect.soft(await cutOff(page), `${what} at ${width}`).toEqual([]);
    if (width < 2560) await shot?.(String(width));
  }
  expect.soft(await barriers(page), what).toEqual([]);
}

/** The buttons whose words are cut off. */
export const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main button')]
      .filter((b) => b.checkVisibility() && [b, ...b.querySelectorAll<HTMLElement>('span')].some((x) => x.clientWidth > 1 && x.scrollWidth > x.clientWidth + 1))
      .map((b) => b.textContent ?? ''),
  );

/** How far the page is wider than the window. */
export const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

export { expect };
