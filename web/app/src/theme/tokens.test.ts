import { describe, expect, test } from 'vitest';
import { contrast } from './contrast';
import { dark, light, pairs } from './tokens';

test('contrast is the one of WCAG', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#FFFFFF')).toBeCloseTo(4.48, 2);
});

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('%s', (_, tokens) => {
  test.each(pairs.text)('%s on %s can be read', (on, ground) => {
    expect(contrast(tokens[on], tokens[ground])).toBeGreaterThanOrEqual(4.5);
  });
  test.each(pairs.mark)('%s on %s can be seen', (on, ground) => {
    expect(contrast(tokens[on], tokens[ground])).toBeGreaterThanOrEqual(3);
  });
});
