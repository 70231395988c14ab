import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { scheduleQuery } from '../system/queries';
import { useExportWords } from './words';

/** Whether an export waits for scheduled refreshes of which there are none. */
function useWaitsForNone(s: Api['ExportSchedule']): boolean {
  const refresh = useQuery(scheduleQuery).data;
  return (s.mode ?? 'with_refresh') === 'with_refresh' && !!refresh && !refresh.on;
}

/** When an export runs by itself, in words; and that it does not, where it waits for a refresh that nobody has scheduled. */
export function When({ schedule }: { schedule: Api['ExportSchedule'] }) {
  const { t } = useTranslation();
  const words = useExportWords().schedule(schedule);
  if (!useWaitsForNone(schedule)) return words;
  return (
    <>
      {t('exports.schedule.by_hand')}; <Link to="/schedule">{t('exports.schedule.none_on')}</Link>
    </>
  );
}

/** The same as a sentence, where a schedule is being chosen. */
export function OnlyByHand({ schedule }: { schedule: Api['ExportSchedule'] }) {
  const { t } = useTranslation();
  if (!useWaitsForNone(schedule)) return null;
  return (
    <p className="muted">
      {t('exports.schedule.only_by_hand')} <Link to="/schedule">{t('exports.schedule.where')}</Link>
    </p>
  );
}
