import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import Customer from './Customer';

test('what runs did with a customer is told with the reason in the words of the language', async () => {
  answers({
    'GET /profiles/c1': {
      id: 'c1',
      values: [],
      segments: [],
      standings: [],
      activity: [
        { number: 1, list_id: 7, bucket: 'rejected', settled: true, reason: 'no_consent', at: '2026-11-28T09:00:00Z' },
        { number: 2, list_id: 7, bucket: 'rejected', settled: true, reason: 'of_a_newer_server' },
      ],
    },
    'GET /exports': { items: [] },
  });
  await showPages([{ path: '/profiles/$id', component: Customer }], '/profiles/c1', 'hr');
  const table = within((await screen.findAllByRole('table')).at(-1) as HTMLElement);
  expect(table.getByText('Nema privole')).toBeTruthy();
  expect(table.getByText('of_a_newer_server')).toBeTruthy();
  expect(table.getByText(/^28\.\s11\.\s2026\./)).toBeTruthy();
});
