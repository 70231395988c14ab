import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import NewExport from './NewExport';

const segments = ['Loyal', 'Lately'].map((name, i) => ({ id: `s${i}`, name, rules: [], schedule: {} }));
const fields = [{ name: 'email', type: 'text', semantic: 'email' }];

async function wizard(at: string) {
  answers({
    'GET /session': { person: { role: 'contributor' } },
    'GET /connections': { items: [{ id: 'c1', name: 'Main', type: 'brevo', account: {}, consent: {} }] },
    'GET /connections/c1/lists': { items: [{ id: 7, name: 'VIPs', size: 3 }] },
    'GET /connections/c1/attributes': { items: [] },
    'GET /exports': { items: [] },
    'GET /segments': { items: segments },
    'GET /profile': { fields },
    'GET /refresh-schedule': { on: true, version: 1 },
  });
  await showPages([{ path: '/exports/new', component: NewExport }], at);
}

test('whoever comes from a segment finds it chosen', async () => {
  await wizard('/exports/new?segment=s1');
  expect(await screen.findByText('Lately')).toBeTruthy();
  expect(screen.queryByText('Loyal')).toBeNull();
});

test('a section that nobody has opened yet is not ticked, though all in it is proposed', async () => {
  await wizard('/exports/new?segment=s1');
  const ticked = () => screen.getAllByText('complete').map((x) => x.parentElement?.textContent);
  const next = await screen.findByRole('button', { name: 'Continue' });
  await screen.findByText('Lately');
  await userEvent.click(next);
  expect(ticked()).toEqual([expect.stringContaining('Connection')]);
  await userEvent.type(screen.getByLabelText(/^Name/), 'VIP');
  await userEvent.click(await screen.findByRole('radio', { name: /VIPs/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  expect(ticked()).toEqual([expect.stringContaining('Connection'), expect.stringContaining('Name and Brevo list')]);
});

test('the export is called as the segment it comes from, and what is missing to go on is said', async () => {
  await wizard('/exports/new?segment=s1');
  await userEvent.click(await screen.findByRole('button', { name: 'Continue' }));
  const name = (await screen.findByLabelText(/^Name of the export/)) as HTMLInputElement;
  await waitFor(() => expect(name.value).toBe('Lately'));
  expect(screen.getByText('Choose or make a list to go on.')).toBeTruthy();
  await userEvent.clear(name);
  expect(screen.getByText(/^Give the export a name to go on/)).toBeTruthy();
  await userEvent.type(name, 'VIP');
  await userEvent.click(await screen.findByRole('radio', { name: /VIPs/ }));
  expect(screen.getByText('All is filled in. It can be saved already, at the end of the page.')).toBeTruthy();
});
