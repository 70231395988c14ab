import type { Page, Route } from '@playwright/test';
import { barriers, everyWay, expect, fits, open, settled, signedIn, test } from './segue';

test.beforeEach(async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  await page.setViewportSize({ width: 1280, height: 800 });
});

const places = ['/', '/sources', '/sources/relationships', '/profiles', '/profile', '/profile/unification', '/segments', '/exports', '/connections', '/people', '/audit', '/status', '/schedule', '/general', '/account'];
// Who one is and how the server is set up stand around every page; the tests are about what comes after that.
const around = /\/api\/v1\/(session|setup|settings|sso)$/;

/** Answers the API's questions in another way; what asks who one is goes through. */
async function instead(page: Page, answer: (route: Route) => Promise<unknown>) {
  await page.route('**/api/v1/**', (route) => (around.test(new URL(route.request().url()).pathname) ? route.continue() : answer(route)));
}

test('while a page waits for the server it says so', async ({ page }) => {
  const waiting: (() => void)[] = [];
  await instead(page, (route) => new Promise<void>((done) => waiting.push(() => void route.continue().then(done, done))));
  for (const place of ['/exports', '/status', '/segments']) {
    await page.goto(place);
    await expect(page.locator('main h1')).toBeVisible();
    await expect(page.locator('main .mantine-Skeleton-root').first()).toBeVisible();
    await everyWay(page, place);
    for (const go of waiting.splice(0)) go();
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('an error of the server stands where it arose, says what to do, and can be tried again', async ({ page, quiet }, info) => {
  test.slow();
  const problem = { type: 'urn:segue:problem:internal', title: 'A defect of Segue', status: 500, code: 'internal', detail: 'It broke.', request_id: 'r-1' };
  let broken = true;
  await instead(page, (route) =>
    broken ? route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) }) : route.continue(),
  );
  for (const place of places) {
    broken = true;
    await page.goto(place);
    const alerts = page.getByRole('alert');
    await expect(alerts.first(), place).toBeVisible({ timeout: 60_000 });
    await settled(page);
    const look = place === '/exports' ? everyWay : fits;
    await look(page, place, (name) => page.screenshot({ path: info.outputPath(`${place.slice(1) || 'home'}-${name}.png`), fullPage: true }));
    await page.setViewportSize({ width: 1280, height: 800 });
    broken = false;
    const before = await alerts.count();
    const again = page.getByRole('button', { name: 'Try again' }).first();
    if (await again.isVisible()) {
      await again.click();
      await expect.poll(() => alerts.count(), place).toBeLessThan(before);
    }
  }
  for (const line of quiet.splice(0)) expect(line).toContain('500');
});

/** Every name 200 characters long, every count above a million. */
function full(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((x) => full(x, key));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, full(v, k)]));
  const long = ['name', 'description', 'company', 'list_name', 'folder'];
  const count = ['members', 'rows', 'quarantined', 'size', 'list_size', 'added', 'updated', 'unchanged', 'rejected', 'contacts', 'profiles'];
  if (typeof value === 'string' && long.includes(key)) return `${value} and a name without an end`.padEnd(110, '·x').padEnd(200, 'Donaudampfschifffahrt');
  if (typeof value === 'number' && count.includes(key)) return 1_234_567 + value;
  return value;
}

test('long names and a million rows fit', async ({ page }, info) => {
  test.slow();
  for (const place of places.concat(['/exports/new', '/segments > one', '/exports > one', '/connections > one', '/sources > one'])) {
    const [start = '/', follows] = place.split(' > ');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await instead(page, async (route) => {
      const answer = await route.fetch();
      if (route.request().method() !== 'GET' || !answer.headers()['content-type']?.includes('json')) return route.fulfill({ response: answer });
      return route.fulfill({ response: answer, json: full(await answer.json()) });
    });
    await open(page, start);
    if (follows) {
      await page.locator('main table a').first().click();
      await expect(page).not.toHaveURL(new RegExp(`${start}$`));
      await settled(page);
    }
    await fits(page, place, (name) =>
      page.screenshot({ path: info.outputPath(`${place.replace(/\W+/g, '-')}-${name}.png`), fullPage: true }),
    );
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

// What becomes of an export in each status: home, the list and its page. A held one is in wizard.spec.ts, as it really comes.
const failure = { code: 'list_missing', message: 'The list 1 is not there any more', remedy: 'Choose another list' };
const states: Record<string, { ended: boolean; step?: string; error?: object; progress?: object }> = {
  running: { ended: false, step: 'send', progress: { rows: 1_000_000, sent: 431_000, settled: 400_000 } },
  waiting_for_brevo: { ended: false, step: 'settle', error: { code: 'unavailable', message: 'Brevo has not ended the import yet' } },
  failed_retrying: { ended: false, step: 'send', error: { code: 'unavailable', message: 'Brevo answered 503' } },
  failed_permanent: { ended: true, step: 'check', error: failure },
  no_connection: { ended: true },
  needs_export_user: { ended: true },
};
for (const [status, run] of Object.entries(states)) {
  test(`an export that is ${status} says so on home, in the list and on its page`, async ({ page, quiet }, info) => {
    const { items } = (await (await page.request.get('/api/v1/exports')).json()) as { items: { id: string; name: string }[] };
    const id = items.find((e) => e.name === 'VIP customers')?.id ?? '';
    type Run = { export_id?: string; status?: string; object_id?: string; latest_run?: Run; id?: string };
    let latest = '';
    const turned = (x: unknown): unknown => {
      if (Array.isArray(x)) return x.map(turned);
      if (!x || typeof x !== 'object') return x;
      const o = x as Run;
      if (o.id === id || o.object_id === id) {
        latest = o.latest_run?.id ?? latest;
        return { ...o, status, ...(o.latest_run && { latest_run: turned(o.latest_run) }) };
      }
      if (o.export_id === id && (latest === '' || o.id === latest)) return { ...o, ...run, status, ...(!run.ended && { receipt: undefined }) };
      return Object.fromEntries(Object.entries(o).map(([k, v]) => [k, turned(v)]));
    };
    await instead(page, async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      if (route.request().headers().accept?.includes('event-stream')) return route.abort(); // it would tell how it really is
      const answer = await route.fetch();
      if (!answer.headers()['content-type']?.includes('json')) return route.fulfill({ response: answer });
      return route.fulfill({ response: answer, json: turned(await answer.json()) });
    });
    const said: Record<string, string> = {
      running: 'Running', waiting_for_brevo: 'Waiting for Brevo', failed_retrying: 'Failed (retrying)',
      failed_permanent: 'Failed (permanent)', no_connection: 'No connection', needs_export_user: 'Needs an export user',
    };
    for (const place of ['/exports', '/', `/exports/${id}`, '/status']) {
      await open(page, place);
      await expect(page.getByRole('main').getByText(said[status] ?? '', { exact: true }).first(), place).toBeVisible();
      await fits(page, place, (name) =>
        page.screenshot({ path: info.outputPath(`${place.startsWith('/exports/') ? 'export' : place.slice(1) || 'home'}-${name}.png`), fullPage: true }),
      );
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    for (const line of quiet.splice(0)) expect(line).toContain('ERR_FAILED'); // the stream of events
  });
}

// Lists that are older than their segments or the data: one of them in English, many in Croatian.
for (const many of [1, 40]) {
  test(`home says why ${many === 1 ? 'one list is' : 'many lists are'} not as the segments say`, async ({ page }, info) => {
    const out_of_step = {
      people_of: '2026-11-28T10:01:00Z',
      reasons: [{ code: 'segment_changed', segments: [{ id: 's', name: 'Split gold' }] }, { code: 'data_newer' }],
    };
    await instead(page, async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const answer = await route.fetch();
      const path = new URL(route.request().url()).pathname;
      if (path !== '/api/v1/exports') return route.fulfill({ response: answer });
      const items = ((await answer.json()) as { items: object[] }).items.map((e) => ({ ...e, status: 'successful', out_of_step: undefined }));
      const more = Array.from({ length: many }, (_, i) => ({ ...items[0], id: `older-${i}`, name: `Newsletter of the Dalmatian stores ${i}`, out_of_step }));
      return route.fulfill({ response: answer, json: { items: [...items, ...more] } });
    });
    for (const place of ['/', '/exports']) {
      await open(page, place);
      if (place === '/' && many > 1) await page.getByText('Hrvatski').click();
      if (place === '/') await expect(page.getByText(many === 1 ? '1 list is not as its segments say' : '40 popisa ne odgovara segmentima')).toBeVisible();
      await expect(page.getByText(many === 1 ? 'Not in step' : 'Nije usklađeno').first()).toBeVisible();
      await fits(page, place, (name) => page.screenshot({ path: info.outputPath(`${place.slice(1) || 'home'}-${name}.png`), fullPage: true }));
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
}

test('open dialogs and menus can be used by everybody', async ({ page }, info) => {
  test.slow();
  const look = (what: string) => everyWay(page, what, (name) => page.screenshot({ path: info.outputPath(`${what}-${name}.png`) }));
  const desk = () => page.setViewportSize({ width: 1280, height: 800 });
  const dialog = page.getByRole('dialog');
  const closed = async () => {
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await desk();
  };
  // A menu stands beside the landmarks of the page, as what it belongs to is said by its button.
  const menu = async (what: string) => {
    await expect(page.getByRole('menu')).toBeVisible();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect.soft((await barriers(page)).filter((x) => !x.startsWith('region: ')), what).toEqual([]);
    await page.screenshot({ path: info.outputPath(`${what}.png`) });
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
  };
  await open(page, '/exports');
  await page.getByRole('button', { name: 'Actions: VIP customers' }).click();
  await menu('menu-of-a-row');
  await page.getByRole('button', { name: /Ana/ }).click();
  await menu('menu-of-the-person');
  for (const item of ['Duplicate', 'Schedule', 'Freshness', 'Detach connection', 'Remove']) {
    await page.getByRole('button', { name: 'Actions: VIP customers' }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
    await expect(dialog).toBeVisible();
    await expect(page.getByRole('menu')).toHaveCount(0);
    await look(item.replace(' ', '-').toLowerCase());
    await closed();
  }
  await page.getByRole('button', { name: 'Run all' }).click();
  await expect(dialog).toBeVisible();
  await look('run-all');
  await closed();
  await open(page, '/connections');
  await page.locator('main table a').first().click();
  await settled(page);
  await page.getByRole('button', { name: 'Replace key' }).click();
  await expect(dialog).toBeVisible();
  await look('replace-key');
  await closed();
  await open(page, '/people');
  for (const item of ['Edit', 'Reset password', 'Switch off']) {
    await page.getByRole('button', { name: 'Actions: Vito' }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
    await expect(dialog).toBeVisible();
    await expect(page.getByRole('menu')).toHaveCount(0);
    await look(`person-${item.replace(' ', '-').toLowerCase()}`);
    await closed();
  }
});
