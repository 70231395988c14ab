import { barriers, expect, test } from './segue';

const server = process.env.SEGUE_SSO ?? '';
const password = process.env.SEGUE_SSO_PASSWORD ?? '';

test.use({ baseURL: server });

test('single sign-on leads to the page that was asked for, and proves who one is', async ({ page }) => {
  const signOn = async () => {
    await page.locator('input[name=username]').fill('ana');
    await page.locator('input[name=password]').fill(password);
    await page.getByRole('button').click();
  };
  await page.goto('/segments?q=loyal');
  await page.getByRole('button', { name: /Sign in (with|by)/ }).click();
  await signOn();
  await expect(page).toHaveURL(`${server}/segments?q=loyal`);
  await expect(page.getByRole('button', { name: /Ana Example/ })).toBeVisible();

  // What asks who one is opens a dialog; the provider asks for the password again, and leads back to the page.
  await page.goto('/account');
  const token = async () => {
    await page.getByRole('form', { name: 'New token' }).getByLabel('Name').fill('nightly job');
    await page.getByRole('button', { name: 'Make a token' }).click();
  };
  const made = page.getByText('is shown once');
  await token();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await expect(dialog.or(made)).toBeVisible();
  if (await made.isVisible()) return; // who signed in just now has proved it
  expect.soft(await barriers(page)).toEqual([]);
  await expect(dialog.locator('[name=password]')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Confirm by single sign-on' }).click();
  await signOn();
  await expect(page).toHaveURL(`${server}/account`);
  await token();
  await expect(made).toBeVisible();
});

test('what the provider says in vain is told at the sign-in', async ({ page }) => {
  await page.goto('/sso/callback?state=made-up&code=made-up');
  await expect(page.getByRole('alert')).toBeVisible();
  expect(page.url()).not.toContain('made-up');
  expect.soft(await barriers(page)).toEqual([]);
  await page.getByRole('link', { name: 'Sign in with a password' }).click();
  await expect(page.locator('[name=password]')).toBeVisible();
});
