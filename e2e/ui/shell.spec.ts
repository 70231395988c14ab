import { expect, open, signedIn, test } from './segue';

test.describe('administrator', () => {
  test.beforeEach(async ({ browser, page }) => {
    await page.context().addCookies((await signedIn(browser, 'administrator')).cookies);
  });

  test('the keyboard alone reaches every place', async ({ page }) => {
    await open(page, '/');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Skip to content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.locator('main')).toBeFocused();
    const link = page.getByRole('link', { name: 'Connections' });
    await page.locator('body').press('Tab');
    for (let i = 0; i < 60 && !(await link.evaluate((x) => x === document.activeElement)); i++) await page.keyboard.press('Shift+Tab');
    await expect(link).toBeFocused();
    expect(await link.evaluate((x) => getComputedStyle(x).outlineStyle)).not.toBe('none');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Connections', level: 1 })).toBeVisible();
    await expect(page.locator('main')).toBeFocused();
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  });

  test('the navigation collapses to icons, and stays so', async ({ page }) => {
    await open(page, '/exports');
    await page.getByRole('button', { name: 'Collapse navigation' }).click();
    await expect(page.getByRole('link', { name: 'Segments' })).toBeVisible();
    await page.reload();
    const aside = page.locator('aside');
    await expect(page.getByRole('button', { name: 'Expand navigation' })).toBeVisible();
    expect((await aside.boundingBox())?.width).toBe(56);
  });

  test('the language changes at once and is kept', async ({ page }) => {
    await open(page, '/exports');
    await page.getByText('Hrvatski').click();
    await expect(page.getByRole('heading', { name: 'Izvozi', level: 1 })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'hr');
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Izvozi', level: 1 })).toBeVisible();
  });
});

test('a viewer sees neither what they may not do nor where', async ({ browser, page }) => {
  await page.context().addCookies((await signedIn(browser, 'viewer')).cookies);
  await open(page, '/exports');
  await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Run all' })).toHaveCount(0);
  await expect(page.getByText('View only').first()).toBeVisible();
  await page.goto('/people');
  await expect(page.getByRole('alert')).toContainText('Your role does not allow this');
});
