import { expect, test } from 'vitest';
import { duration, progressOf } from './duration';

test.each([
  [40, '40 ms'],
  [999.6, '1000 ms'],
  [12_300, '12 s'],
  [60_000, '1 min'],
  [65_000, '1 min 5 s'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

test('progress is known once there is something to do', () => {
  const none = { removals: 0, removals_done: 0, imports: 0, imports_done: 0 };
  expect(progressOf(none)).toBeUndefined();
  expect(
    progressOf({ ...none, imports: 10, imports_done: 4, removals: 2, removals_done: 2, to_read: 8, read: 1 }),
  ).toEqual({ part: 7, whole: 20 });
});
