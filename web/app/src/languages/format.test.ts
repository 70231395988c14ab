import { expect, test } from 'vitest';
import { formats } from './format';

/** Dates are not broken over lines. */
const oneLine = (date: string) => date.replaceAll(' ', '\u00a0');

test('dates and numbers are written as people of the language do', () => {
  const hr = formats('hr', 'Europe/Zagreb');
  expect(hr.date('2026-11-23T10:00:00Z')).toBe(oneLine('23. 11. 2026.'));
  expect(hr.dateTime('2026-11-23T05:30:00Z')).toBe(`${oneLine('23. 11. 2026.')} 06:30`);
  expect(hr.number(12431)).toBe('12.431');
  expect(hr.number(1204)).toBe('1.204');
  expect(hr.number(0.5)).toBe('0,5');
  const en = formats('en', 'UTC');
  expect(en.date('2026-11-23T10:00:00Z')).toBe(oneLine('23 Nov 2026'));
  expect(en.dateTime('2026-11-23T00:05:00Z')).toBe(`${oneLine('23 Nov 2026')} 00:05`);
  expect(en.number(12431)).toBe('12,431');
});

test('names are ordered by the alphabet of the language', () => {
  expect(['Žuti', 'Zeleni', 'čelik', 'cvijet'].sort(formats('hr').compare)).toEqual([
    'cvijet',
    'čelik',
    'Zeleni',
    'Žuti',
  ]);
});
