import { expect, test } from 'vitest';
import type { Api } from '../../api/client';
import {
  attributeName,
  complete,
  draftOf,
  feeders,
  fits,
  inputOf,
  newDraft,
  suggestions,
  takenBy,
  typeFor,
} from './draft';

const field = (
  name: string,
  type: Api['Field']['type'] = 'text',
  semantic?: Api['Field']['semantic'],
): Api['Field'] => ({
  name,
  column: name,
  type,
  semantic,
});
const attribute = (name: string, type: Api['Attribute']['type'] = 'text', read_only = false): Api['Attribute'] => ({
  name,
  type,
  read_only,
});

test('names and phones go to the built-in attributes, however the account calls them', () => {
  const fields = [
    field('email', 'text', 'email'),
    field('ime', 'text', 'first_name'),
    field('prezime', 'text', 'last_name'),
    field('mob', 'text', 'phone'),
  ];
  expect(
    suggestions(fields, [attribute('PRENOM'), attribute('NOM'), attribute('SMS', 'identifier')], 'email', []),
  ).toEqual([
    { field: 'ime', attribute: 'PRENOM' },
    { field: 'prezime', attribute: 'NOM' },
    { field: 'mob', attribute: 'SMS' },
  ]);
});

test('what a field means says where it goes, whatever it is called; not where the type does not fit', () => {
  const fields = [
    field('birth_date', 'date', 'birth_date'),
    field('grad', 'text', 'city'),
    field('jezik', 'text', 'language'),
  ];
  const account = [attribute('Birthday', 'date'), attribute('TOWN'), attribute('LANGUAGE', 'number'), attribute('DOB')];
  expect(suggestions(fields, account, 'email', [])).toEqual([
    { field: 'birth_date', attribute: 'Birthday' },
    { field: 'grad', attribute: 'TOWN' },
  ]);
  expect(suggestions(fields.slice(0, 1), [attribute('DATUM_ROĐENJA', 'date')], 'email', [])).toEqual([
    { field: 'birth_date', attribute: 'DATUM_ROĐENJA' },
  ]);
});

test('other fields go to the attribute of the same name, where the types fit and it can be written', () => {
  const fields = [field('Loyalty tier'), field('points', 'number'), field('score', 'text'), field('since', 'date')];
  const account = [
    attribute('LOYALTY_TIER'),
    attribute('POINTS', 'number'),
    attribute('SCORE', 'number'),
    attribute('SINCE', 'date', true),
  ];
  expect(suggestions(fields, account, 'email', [])).toEqual([
    { field: 'Loyalty tier', attribute: 'LOYALTY_TIER' },
    { field: 'points', attribute: 'POINTS' },
  ]);
});

test('nothing is suggested twice, neither the address nor consent', () => {
  const fields = [field('email', 'text', 'email'), field('ok', 'boolean', 'consent'), field('city'), field('City 2')];
  const account = [attribute('CITY'), attribute('OK', 'boolean'), attribute('EMAIL')];
  expect(suggestions(fields, account, 'email', [{ field: 'City 2', attribute: 'CITY' }])).toEqual([]);
});

test('types that differ are told before they are rejected person by person', () => {
  expect(fits(field('a', 'text'), attribute('A', 'number'))).toBe(false);
  expect(fits(field('a', 'datetime'), attribute('A', 'date'))).toBe(true);
  expect(fits(field('a', 'number'), attribute('A', 'text'))).toBe(true);
  expect(typeFor(field('a', 'datetime'))).toBe('date');
  expect(attributeName(' Zadnja kupnja (đ/č) ')).toBe('ZADNJA_KUPNJA_D_C');
});

test('an attribute that another export of the account feeds from another field is taken', () => {
  const other = {
    id: 'e2',
    name: 'VIP',
    connection_id: 'c2',
    mapping: { email: 'email', attributes: [{ attribute: 'CITY', field: 'town' }] },
  } as Api['Export'];
  const connection = (id: string, organization_id: string) =>
    ({ id, account: { base_url: 'u', organization_id } }) as Api['Connection'];
  const same = feeders([other], [connection('c1', 'o'), connection('c2', 'o')], 'c1', 'e1');
  expect(same).toEqual([other]);
  expect(feeders([other], [connection('c1', 'o'), connection('c2', 'p')], 'c1', 'e1')).toEqual([]);
  expect(feeders([other], [], 'c2', 'e2'), 'not by itself').toEqual([]);
  expect(takenBy({ field: 'city', attribute: 'CITY' }, same)).toEqual({ name: 'VIP', field: 'town' });
  expect(takenBy({ field: 'town', attribute: 'CITY' }, same)).toBeUndefined();
});

test('what is saved is what was read, and only what is still mapped is taken over', () => {
  const e = {
    id: 'e',
    name: 'VIP',
    connection_id: 'c',
    list_id: 7,
    mapping: { email: 'email', attributes: [{ attribute: 'CITY', field: 'town' }] },
    segment_ids: ['s1'],
    leavers: 'keep',
    take_over: true,
    time_zone: 'Europe/Zagreb',
    schedule: { mode: 'own', cron: '30 6 * * *', time_zone: 'Europe/Zagreb' },
  } as unknown as Api['Export'];
  expect(inputOf({ ...draftOf(e), takes: ['CITY', 'GONE'] })).toEqual({
    connection_id: 'c',
    name: 'VIP',
    list_id: 7,
    mapping: { email: 'email', attributes: [{ attribute: 'CITY', field: 'town' }] },
    segment_ids: ['s1'],
    leavers: 'keep',
    take_over: true,
    time_zone: 'Europe/Zagreb',
    schedule: { mode: 'own', cron: '30 6 * * *', time_zone: 'Europe/Zagreb' },
    take_attributes: ['CITY'],
  });
});

test('two fields cannot feed one attribute, and an expression has five parts', () => {
  const d = { ...newDraft('UTC'), email: 'email' };
  expect(complete.matching(d)).toBe(true);
  expect(
    complete.matching({
      ...d,
      pairs: [
        { field: 'a', attribute: 'X' },
        { field: 'b', attribute: 'X' },
      ],
    }),
  ).toBe(false);
  expect(complete.matching({ ...d, pairs: [{ field: 'a', attribute: '' }] })).toBe(false);
  expect(complete.schedule({ ...d, schedule: { mode: 'own', cron: '0 6 * *' } })).toBe(false);
  expect(complete.schedule({ ...d, schedule: { mode: 'own', cron: '0 6 * * 1-5' } })).toBe(true);
});
