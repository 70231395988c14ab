import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import Audit from './Audit';
import { auditSearch, type Entry } from './filter';

const entry = (number: number, name: string, action: string, outcome = 'done'): Entry => ({
  number,
  at: '2026-11-27T12:00:00Z',
  actor: { kind: 'person', name, from: '' },
  action,
  outcome,
  hash: '',
  previous: '',
});

const shown = (at: string) => {
  answers({
    'GET /audit': { items: [entry(2, 'Ana', 'update-export'), entry(1, 'Ivo', 'sign-in', 'unauthenticated')] },
  });
  return showPages(
    [
      { path: '/audit', component: Audit, validateSearch: auditSearch },
      { path: '/', component: () => <p>another page</p> },
    ],
    at,
  );
};
const rows = () => screen.getAllByRole('row').length - 1;

test('a link to a filtered log shows the filter and what it finds', async () => {
  await shown('/audit?who=ivo&outcome=refused&from=2026-11-01');
  await waitFor(() => expect(rows()).toBe(1));
  expect((screen.getByLabelText('Who') as HTMLInputElement).value).toBe('ivo');
  expect((screen.getByRole('combobox', { name: 'Outcome' }) as HTMLInputElement).value).toBe('Refused');
  expect((screen.getByLabelText('From day') as HTMLInputElement).value).toBe('2026-11-01');
  expect(screen.getByText('sign-in')).toBeTruthy();
});

test('what is typed stands in the address, and what is there again after going away and back', async () => {
  const { router, history } = await shown('/audit');
  await waitFor(() => expect(rows()).toBe(2));
  await userEvent.type(screen.getByLabelText('What'), 'update');
  await waitFor(() => expect(router.state.location.search).toEqual({ what: 'update' }));
  await waitFor(() => expect(rows()).toBe(1));
  await router.navigate({ to: '/' });
  expect(await screen.findByText('another page')).toBeTruthy();
  history.back();
  expect(((await screen.findByLabelText('What')) as HTMLInputElement).value).toBe('update');
  expect(rows()).toBe(1);
  await userEvent.clear(screen.getByLabelText('What'));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

test('an entry says what the thing is called that it is about, is found by that, and has the id in its detail', async () => {
  const of = (number: number, rest: Partial<Entry>) => ({ ...entry(number, 'Ana', 'update-export'), ...rest });
  answers({
    'GET /audit': {
      items: [
        of(3, { kind: 'export', id: 'e-1', name: 'Newsletter' }),
        of(2, { kind: 'run', id: 'r-1' }),
        of(1, { kind: 'what-is-new', id: 'n-1', name: 'Later' }),
      ],
    },
  });
  await showPages([{ path: '/audit', component: Audit, validateSearch: auditSearch }], '/audit', 'hr');
  expect(await screen.findByText('Izvoz: Newsletter')).toBeTruthy();
  expect(screen.queryByText('e-1')).toBeNull();
  expect(screen.getByText('r-1'), 'what has no name is told by its id').toBeTruthy();
  expect(screen.getByText('what-is-new: Later')).toBeTruthy();
  await userEvent.type(screen.getByLabelText('Nad čime'), 'izvoz');
  await waitFor(() => expect(rows()).toBe(1));
  await userEvent.click(screen.getByRole('button', { name: 'Prikaži zapis 3' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText('Izvoz: Newsletter')).toBeTruthy();
  expect(dialog.getByText('e-1')).toBeTruthy();
});
