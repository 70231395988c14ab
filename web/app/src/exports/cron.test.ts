import { expect, test } from 'vitest';
import { clock, cronOf, rhythmOf } from './cron';

test.each(['5 * * * *', '30 6 * * *', '0 18 * * 1-5', '15 9 * * 0'])(
  '%s is said in words and comes back the same',
  (cron) => {
    const r = rhythmOf(cron);
    expect(r).toBeDefined();
    expect(r && cronOf(r)).toBe(cron);
  },
);

test.each([
  '*/5 * * * *',
  '0 6 1 * *',
  '0 6 * 2 *',
  '0 6,18 * * *',
  '0 6 * * 1,2',
  '60 6 * * *',
  '0 24 * * *',
  '0 6 * *',
  '',
])('%s stays an expression', (cron) => {
  expect(rhythmOf(cron)).toBeUndefined();
});

test('Sunday is 0 and 7; times of day have two digits', () => {
  expect(rhythmOf('0 6 * * 7')).toEqual({ every: 'week', weekday: 0, hour: 6, minute: 0 });
  expect(clock({ hour: 6, minute: 5 })).toBe('06:05');
});
