import { expect, test } from 'vitest';
import { numberOf } from './numberOf';

test('an empty field for numbers is no zero', () => {
  expect(['', '0', '12', 7, 'x'].map(numberOf)).toEqual([undefined, 0, 12, 7, undefined]);
});
