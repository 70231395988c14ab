import { Link, useNavigate } from '@tanstack/react-router';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { showPages } from '../test/page';
import { useLeave } from './useLeave';

function Form() {
  const [name, setName] = useState('');
  const leave = useLeave(name !== '');
  const navigate = useNavigate();
  return (
    <>
      <input aria-label="Name" value={name} onChange={(e) => setName(e.target.value)} />
      <Link to="/account">elsewhere</Link>
      <button
        type="button"
        onClick={() => {
          leave.saved();
          void navigate({ to: '/account' });
        }}
      >
        save
      </button>
      {leave.dialog}
    </>
  );
}

const pages = [
  { path: '/', component: Form },
  { path: '/account', component: () => <p>the other page</p> },
];
test('a form without changes is left at once', async () => {
  await showPages(pages, '/');
  await userEvent.click(screen.getByText('elsewhere'));
  expect(await screen.findByText('the other page')).toBeTruthy();
});

test('a form with changes asks, by keyboard too', async () => {
  const { router } = await showPages(pages, '/');
  await userEvent.type(screen.getByLabelText('Name'), 'x');
  await userEvent.click(screen.getByText('elsewhere'));
  const stay = await screen.findByRole('button', { name: 'Stay' });
  expect(screen.getByText('What you changed here is not saved.')).toBeTruthy();
  stay.focus();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Stay' })).toBeNull());
  expect((screen.getByLabelText('Name') as HTMLInputElement).value).toBe('x');
  expect(router.state.location.pathname).toBe('/');
  await userEvent.click(screen.getByText('elsewhere'));
  await userEvent.click(await screen.findByRole('button', { name: 'Leave' }));
  expect(await screen.findByText('the other page')).toBeTruthy();
});

test('a form that was saved is left at once', async () => {
  await showPages(pages, '/');
  await userEvent.type(screen.getByLabelText('Name'), 'x');
  await userEvent.click(screen.getByText('save'));
  expect(await screen.findByText('the other page')).toBeTruthy();
});

test('it asks in Croatian', async () => {
  await showPages(pages, '/', 'hr');
  await userEvent.type(screen.getByLabelText('Name'), 'x');
  await userEvent.click(screen.getByText('elsewhere'));
  expect(await screen.findByText('Napustiti bez spremanja?')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Ostani' })).toBeTruthy();
});
