import { expect, open, settled, signedIn, test } from './segue';

test.beforeEach(async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
});

test('an export runs to its receipt, and its rejects can be downloaded', async ({ page }) => {
  await open(page, '/exports');
  await page.getByRole('link', { name: 'VIP customers' }).click();
  await settled(page);
  const rows = page.getByRole('table').getByRole('row');
  const before = await rows.count();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(before); // other tests run it as well
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await expect(page.locator('figure').first()).toContainText('People in the segments');
  await expect(page.getByText('The parts add up to')).toHaveCount(0);
  await page.getByRole('tab', { name: 'Rejected' }).click();
  await expect(page).toHaveURL(/tab=rejected/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
  expect(await download.failure()).toBeNull();
});

test('search and order stand in the address', async ({ page }) => {
  await open(page, '/segments');
  const names = () => page.locator('main tbody tr td:first-child').allTextContents();
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(page).toHaveURL(/sort=name/);
  const up = await names();
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(page).toHaveURL(/down=true/);
  expect(await names()).toEqual([...up].reverse());
  await page.getByRole('searchbox').fill('no such segment');
  await expect(page.getByText('Nothing here has')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('no such segment');
});

test('a dry run from the menu of a row, by keyboard', async ({ page }) => {
  await open(page, '/exports');
  await page.getByRole('button', { name: 'Actions: VIP customers' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Run', exact: true })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Dry run' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /^Dry run of/, level: 1 })).toBeVisible();
  await expect(page.getByText('Nothing was sent.')).toBeVisible();
});
