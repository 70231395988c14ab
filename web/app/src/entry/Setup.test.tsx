import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import Setup from './Setup';

afterEach(() => vi.restoreAllMocks());

async function page(language?: Language, made: unknown = { person: { role: 'administrator' } }) {
  const usual = Intl.DateTimeFormat().resolvedOptions();
  vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions').mockReturnValue({ ...usual, timeZone: 'Europe/Zagreb' });
  const asked = answers({
    'GET /setup': { needed: true },
    'POST /setup': made,
    'PUT /refresh-schedule': { on: false, version: 1 },
  });
  await showPages(
    [
      { path: '/setup', component: Setup, context: () => ({ arrival: { secret: 's' } }) },
      { path: '/', component: () => <p>home</p> },
    ],
    '/setup',
    language,
  );
  return asked;
}

test('a new installation has the time zone of the browser, which is proposed', async () => {
  const asked = await page();
  const [zone] = await screen.findAllByLabelText(/^Time zone/);
  expect((zone as HTMLInputElement).value).toBe('Europe/Zagreb');
  await userEvent.type(screen.getByLabelText(/^Name/), 'Ana');
  await userEvent.type(screen.getByLabelText(/^E-mail/), 'ana@example.com');
  await userEvent.type(screen.getByLabelText(/^Password/), 'long enough to be one');
  await userEvent.click(screen.getByRole('button', { name: 'Make the administrator' }));
  expect(await screen.findByText('home')).toBeTruthy();
  const changes = asked.filter((a) => !a.what.startsWith('GET'));
  expect(changes.map((a) => a.what)).toEqual(['POST /setup', 'PUT /refresh-schedule']);
  expect(changes[1]?.body).toEqual({ on: false, time_zone: 'Europe/Zagreb', version: 0 });
});

test('so it is asked in Croatian', async () => {
  await page('hr');
  expect((await screen.findAllByLabelText(/^Vremenska zona/)).length).toBeGreaterThan(0);
});

test('a password that is refused is told at its field', async () => {
  const problem = { code: 'invalid', detail: 'must have at least 10 characters', field: 'password' };
  await page(undefined, () => Response.json(problem, { status: 422 }));
  const password = (await screen.findAllByLabelText(/^Password/))[0] as HTMLInputElement;
  await userEvent.type(screen.getByLabelText(/^Name/), 'Ana');
  await userEvent.type(screen.getByLabelText(/^E-mail/), 'ana@example.com');
  await userEvent.type(password, 'short');
  await userEvent.click(screen.getByRole('button', { name: 'Make the administrator' }));
  expect(await screen.findByText('This one is shorter than 10 characters.')).toBeTruthy();
  expect(password.getAttribute('aria-invalid')).toBe('true');
  expect(screen.queryByRole('alert')).toBeNull();
});
