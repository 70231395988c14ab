import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Language, languages } from './languages';

/** How dates and numbers are written in a language. Croatian: 23. 11. 2026., 12.431. */
export function formats(language: Language, timeZone?: string) {
  const locale = languages[language].locale;
  const words = language === 'en'; // English dates name the month: 4/5 is read in two ways
  const day: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: words ? 'short' : 'numeric',
    year: 'numeric',
    timeZone,
  };
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2, useGrouping: 'always' as never });
  const date = new Intl.DateTimeFormat(locale, day);
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
  const whole = (text: string) => text.replace(/\s/g, '\u00a0'); // a date is not broken: `23 Nov` in one line, `2026` in the next
  const at = (value: string | Date) => (typeof value === 'string' ? new Date(value) : value);
  return {
    number: (n: number) => number.format(n),
    percent: (n: number) => plain(share.format(n)),
    date: (value: string | Date) => whole(date.format(at(value))),
    time: (value: string | Date) => plain(time.format(at(value))),
    dateTime: (value: string | Date) => `${whole(date.format(at(value)))} ${plain(time.format(at(value)))}`,
    compare: new Intl.Collator(locale, { numeric: true, sensitivity: 'base' }).compare,
  };
}

/** The formats of the language on screen, in the browser's time zone. */
export function useFormats() {
  const { i18n } = useTranslation();
  return useMemo(() => formats(i18n.language as Language), [i18n.language]);
}
