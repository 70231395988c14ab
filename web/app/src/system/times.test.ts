import { expect, test } from 'vitest';
import { nextTimes, timesFault, zones } from './times';

const iso = (dates: Date[]) => dates.map((d) => d.toISOString().slice(0, 16));
const zagreb = 'Europe/Zagreb';

test('daily times follow one another across days', () => {
  const s = { on: true, times: ['18:00', '06:30'], time_zone: zagreb };
  expect(iso(nextTimes(s, Date.parse('2026-11-27T05:30:00Z'), 3))).toEqual([
    '2026-11-27T17:00',
    '2026-11-28T05:30',
    '2026-11-28T17:00',
  ]);
});

test('weekly days are those of the zone, not of UTC', () => {
  const s = { on: true, days: ['monday' as const], times: ['00:30'], time_zone: zagreb };
  expect(iso(nextTimes(s, Date.parse('2026-11-27T12:00:00Z'), 2))).toEqual(['2026-11-29T23:30', '2026-12-06T23:30']);
});

test('a time that clocks leave out is due right after the gap, one that comes twice the first time only', () => {
  const s = { on: true, times: ['02:30'], time_zone: zagreb };
  expect(iso(nextTimes(s, Date.parse('2026-03-28T12:00:00Z'), 2))).toEqual(['2026-03-29T01:00', '2026-03-30T00:30']);
  expect(iso(nextTimes(s, Date.parse('2026-10-24T12:00:00Z'), 2))).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
  const west = { on: true, times: ['02:30'], time_zone: 'America/New_York' };
  expect(iso(nextTimes(west, Date.parse('2026-03-08T01:00:00Z'), 1))).toEqual(['2026-03-08T07:00']);
  const twice = { ...west, times: ['01:30'] };
  expect(iso(nextTimes(twice, Date.parse('2026-11-01T01:00:00Z'), 2))).toEqual([
    '2026-11-01T05:30',
    '2026-11-02T06:30',
  ]);
});

test('what is off is never due', () => {
  expect(nextTimes({ on: false, times: ['06:30'] }, 0, 3)).toEqual([]);
  expect(nextTimes({ on: true, times: [] }, 0, 3)).toEqual([]);
});

test('times are checked before they are sent', () => {
  expect(timesFault([])).toBe('none');
  expect(timesFault(['06:30', ''])).toBe('empty');
  expect(timesFault(['24:00'])).toBe('empty');
  expect(timesFault(['06:30', '06:30'])).toBe('twice');
  expect(timesFault(['06:30', '18:00'])).toBeUndefined();
});

test('a zone that is set can be chosen though the browser does not know it', () => {
  expect(zones('Old/Zone')).toContain('Old/Zone');
  expect(zones(undefined)).toContain(zagreb);
});
