import { expect, test } from 'vitest';
import { nameFault, numberOf } from './draft';

test('a display name is there, short enough and unique', () => {
  expect(nameFault('  ', [])).toBe('missing');
  expect(nameFault('Brevo', ['Brevo', 'Other'])).toBe('taken');
  expect(nameFault(' Brevo ', ['Brevo'])).toBe('taken');
  expect(nameFault('Brevo', ['Other'])).toBeUndefined();
  expect(nameFault('č'.repeat(120), [])).toBeUndefined();
  expect(nameFault('č'.repeat(121), [])).toBe('long');
});

test('an empty field for numbers is no zero', () => {
  expect([numberOf(''), numberOf('0'), numberOf('12'), numberOf(7), numberOf('x')]).toEqual([undefined, 0, 12, 7, undefined]);
});
