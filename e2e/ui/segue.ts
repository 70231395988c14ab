import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test as base, type Browser, expect, type Page } from '@playwright/test';

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

/** The cookies of somebody who is signed in, for pages that are not about signing in. */
export async function signedIn(browser: Browser, role: Role) {
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

/** What axe finds against WCAG 2.2 AA, in words. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Result = { violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] };
    const run = (window as unknown as { axe: { run: (c: Document, o: object) => Promise<Result> } }).axe.run;
    const found = await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(' ')} ${n.failureSummary ?? ''}`));
  });
}

/** How far the page is wider than the window. */
export const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

export { expect };
