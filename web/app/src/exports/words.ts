import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';

/** Words for what exports hold. */
export function useExportWords() {
  const { t, i18n } = useTranslation();
  return {
    schedule: (s: Api['ExportSchedule']) => {
      if (s.mode === 'own') return t('exports.schedule.own', { cron: s.cron, zone: s.time_zone });
      return t(`exports.schedule.${s.mode ?? 'with_refresh'}`);
    },
    list: (e: Pick<Api['Export'], 'list_id' | 'list_name'>) =>
      e.list_name ? `${e.list_name} (${e.list_id})` : String(e.list_id),
    /** A reason in words; one of a newer server as it is called there. */
    reason: (code: string | undefined) =>
      code ? (i18n.exists(`exports.reason.${code}`) ? t(`exports.reason.${code}`) : code) : '',
  };
}
