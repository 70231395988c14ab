import { expect, test } from 'vitest';
import { nameFault } from './draft';

test('a display name is there, short enough and unique', () => {
  expect(nameFault('  ', [])).toBe('missing');
  expect(nameFault('Brevo', ['Brevo', 'Other'])).toBe('taken');
  expect(nameFault(' Brevo ', ['Brevo'])).toBe('taken');
  expect(nameFault('Brevo', ['Other'])).toBeUndefined();
  expect(nameFault('č'.repeat(120), [])).toBeUndefined();
  expect(nameFault('č'.repeat(121), [])).toBe('long');
});
