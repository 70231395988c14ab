import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import SignIn from './SignIn';

test('a wrong password is told once, with what to do', async () => {
  const problem = { code: 'unauthenticated', detail: 'the password is wrong.', remedy: 'Try again' };
  answers({ 'POST /session': () => Response.json(problem, { status: 401 }), 'GET /sso': { enabled: false } });
  await showPages([{ path: '/sign-in', component: SignIn }], '/sign-in');
  await userEvent.type(await screen.findByLabelText(/^E-mail/), 'ana@example.com');
  await userEvent.type(screen.getAllByLabelText(/^Password/)[0] as HTMLElement, 'wrong');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  const panel = await screen.findByRole('alert');
  expect([...panel.querySelectorAll('h2, p')].map((x) => x.textContent)).toEqual([
    'Address, password or one-time code do not match',
    'Try again, or ask an administrator for a new password.',
  ]);
});
