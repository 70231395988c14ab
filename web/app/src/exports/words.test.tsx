import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { show } from '../test/render';
import { Difference } from './Difference';

const plan = {
  add: 0,
  update: 0,
  remove: 0,
  there_before: 0,
  refusal_removals: 0,
  not_removed: 3,
  withheld: { phone_has_extension: 2, of_a_newer_server: 1, phone_missing: 0 },
} as unknown as Api['Plan'];
const run = { id: 'r', export_id: 'e' } as Api['Run'];

test('what is left out is told in words; a reason of a newer server as it is called there', async () => {
  await show(<Difference run={run} plan={plan} />);
  expect(screen.getByText('The phone has an extension')).toBeTruthy();
  expect(screen.getByText('Stay on the old list, for they are not on the new one yet')).toBeTruthy();
  expect(screen.getByText('2 people, exported without this value')).toBeTruthy();
  expect(screen.getByText('of_a_newer_server')).toBeTruthy();
  expect(screen.queryByText('The phone is missing')).toBeNull();
});

test('a Croatian reader gets them in Croatian', async () => {
  await show(<Difference run={run} plan={plan} />, 'hr');
  expect(screen.getByText('Telefon ima lokal')).toBeTruthy();
  expect(screen.getByText('Ostaju na starom popisu jer još nisu na novom')).toBeTruthy();
  expect(screen.getByText('2 osobe, izvoze se bez te vrijednosti')).toBeTruthy();
});
