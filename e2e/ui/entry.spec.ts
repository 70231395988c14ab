import { createHmac } from 'node:crypto';
import { emailOf, expect, passwordOf, signIn, test } from './segue';

/** The code of an authenticator (RFC 6238) at a moment. */
function codeOf(secret: string, now: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s|=/g, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => Number.parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('the first administrator is made by the link, which leaves the address', async ({ page }) => {
  const link = process.env.SEGUE_SETUP ?? '';
  await page.goto(link);
  await expect(page.getByLabel('Name')).toBeVisible();
  expect(page.url()).not.toContain('#');
  await page.getByLabel('Name').fill('Iva');
  await page.getByLabel('E-mail').fill('iva@example.com');
  await page.locator('[name=password]').fill('short');
  await page.getByRole('button', { name: 'Make the administrator' }).click();
  await expect(page.getByText('This one is shorter than 10 characters.')).toBeVisible();
  await page.locator('[name=password]').fill('plum-cellar Oboe 41 drift');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await expect(page.getByText('There are no exports yet')).toBeVisible();
  await page.goto(new URL('/setup', link).href);
  await expect(page.getByText('Segue is set up')).toBeVisible();
});

test('signing in leads to the page that was asked for, signing out away from it', async ({ page }) => {
  await page.goto('/segments?q=loyal');
  await expect(page).toHaveURL(/sign-in/);
  await page.locator('[name=email]').fill(emailOf('viewer'));
  await page.locator('[name=password]').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('do not match');
  await page.locator('[name=password]').fill(passwordOf('viewer'));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/segments\?q=loyal$/);
  await expect(page.getByRole('searchbox')).toHaveValue('loyal');
  await page.getByRole('button', { name: /Vito/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/sign-in/);
  await page.goto('/segments');
  await expect(page.locator('[name=password]')).toBeVisible();
});

test('one-time codes are set up, asked for at the next sign-in, and a token is made', async ({ page }) => {
  await signIn(page, 'contributor', '/account');
  await page.getByRole('button', { name: 'Set up one-time codes' }).click();
  const secret = (await page.locator('form code').textContent()) ?? '';
  await page.locator('input[name=code]').fill(codeOf(secret, Date.now()));
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('On: signing in asks for a code')).toBeVisible();
  await page.getByRole('form', { name: 'New token' }).getByLabel('Name').fill('nightly job');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByText('is shown once')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'nightly job' })).toBeVisible();
  await page.getByRole('button', { name: /Cvita/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.locator('[name=email]').fill(emailOf('contributor'));
  await page.locator('[name=password]').fill(passwordOf('contributor'));
  await page.keyboard.press('Enter');
  await page.locator('input[name=code]').fill(codeOf(secret, Date.now() + 30_000)); // the earlier one counted already
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});
