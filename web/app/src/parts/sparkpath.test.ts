import { expect, test } from 'vitest';
import { sparkline } from './sparkpath';

const point = (day: number, size: number) => ({ at: `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`, size });

test('one point is no line', () => {
  expect(sparkline([])).toBeUndefined();
  expect(sparkline([point(1, 5)])).toBeUndefined();
});

test('time runs to the right whatever the order, and the largest size is at the top', () => {
  const s = sparkline([point(3, 10), point(1, 0), point(2, 5)]);
  expect(s?.line).toBe('M3 29L60 16L117 3');
  expect(s?.last).toEqual([117, 3]);
  expect(s?.area).toBe('M3 29L60 16L117 3L117 32L3 32Z');
});

test('a list that does not change is a level line', () => {
  expect(sparkline([point(1, 7), point(2, 7)])?.line).toBe('M3 16L117 16');
});

test('runs of the same moment stand beside each other', () => {
  expect(sparkline([point(1, 0), point(1, 1)])?.line).toBe('M3 29L117 3');
});
