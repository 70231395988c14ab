import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { type Language, languages } from '../languages/languages';
import { clock, rhythmOf } from './cron';

/** The name of a weekday, Sunday being 0. */
export function weekdayName(language: string, weekday: number): string {
  const locale = languages[language as Language].locale;
  return new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(
    new Date(Date.UTC(2023, 0, 1 + weekday)), // a Sunday and those after it
  );
}

/** Words for what exports hold. */
export function useExportWords() {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  /** A reason in words; one of a newer server as it is called there. */
  const reason = (code: string | undefined) =>
    code ? (i18n.exists(`exports.reason.${code}`) ? t(`exports.reason.${code}`) : code) : '';
  return {
    schedule: (s: Api['ExportSchedule']) => {
      if (s.mode !== 'own') return t(`exports.schedule.${s.mode ?? 'with_refresh'}`);
      const zone = s.time_zone || 'UTC';
      const r = rhythmOf(s.cron ?? '');
      if (!r) return t('exports.schedule.own', { cron: s.cron, zone });
      if (r.every === 'hour') return t('exports.rhythm.hour', { minute: String(r.minute).padStart(2, '0') });
      const at = { time: clock(r), zone };
      if (r.every === 'week') return t('exports.rhythm.week', { ...at, day: weekdayName(i18n.language, r.weekday) });
      return t(`exports.rhythm.${r.every}`, at);
    },
    list: (e: Pick<Api['Export'], 'list_id' | 'list_name'>) =>
      e.list_name ? `${e.list_name} (${e.list_id})` : String(e.list_id),
    reason,
    /** Values that are left out though the people are exported: why, and for how many; as facts. */
    withheld: (counts: Record<string, number> | undefined): [string, string][] =>
      Object.entries(counts ?? {})
        .filter(([, n]) => n > 0)
        .map(([code, n]) => [reason(code), t('exports.difference.withheld', { count: n, n: number(n) })]),
  };
}
