import { Radio } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { browserZone, OwnTimes } from '../exports/ScheduleFields';
import { useExportWords } from '../exports/words';

type Schedule = Api['SegmentSchedule'];
const modes = ['with_refresh', 'own', 'static'] as const;

/** What is stored of a schedule: times only where it has times of its own. */
export const scheduleOf = (s: Schedule): Schedule =>
  s.mode === 'own'
    ? { mode: 'own', cron: (s.cron ?? '').trim(), time_zone: s.time_zone || 'UTC' }
    : { mode: s.mode ?? 'with_refresh' };

export const sameSchedule = (a: Schedule, b: Schedule) =>
  JSON.stringify(scheduleOf(a)) === JSON.stringify(scheduleOf(b));

/** Whether nothing is missing in it. */
export const completeSchedule = (s: Schedule) => s.mode !== 'own' || (s.cron ?? '').trim().split(/\s+/).length === 5;

/** Whether a segment keeps its members, so that exports use what is stored and not whom the rules select in the run. */
export const keeps = (s: Schedule) => s.mode === 'own' || s.mode === 'static';

/** When a segment is evaluated, in words. */
export function useScheduleWords() {
  const { t } = useTranslation();
  const words = useExportWords();
  return (s: Schedule) =>
    s.mode === 'own' ? words.schedule({ ...s, mode: 'own' }) : t(`segments.schedule.${s.mode ?? 'with_refresh'}`);
}

type Props = { value: Schedule; strict: boolean; onChange: (s: Schedule) => void };

/** When a segment is evaluated: with the refresh, at times of its own, or when somebody says so. */
export function ScheduleFields({ value, strict, onChange }: Props) {
  const { t } = useTranslation();
  const choose = (mode: string) =>
    onChange(
      mode === 'own'
        ? { mode, cron: value.cron || '30 6 * * *', time_zone: value.time_zone || browserZone() }
        : { ...value, mode: mode as Schedule['mode'] },
    );
  return (
    <div className="stack">
      <Radio.Group aria-label={t('segments.schedule.title')} value={value.mode ?? 'with_refresh'} onChange={choose}>
        <div className="stack" style={{ gap: 8 }}>
          {modes.map((mode) => (
            <Radio
              key={mode}
              value={mode}
              label={t(`segments.schedule.${mode}`)}
              description={t(`segments.schedule.means.${mode}`)}
            />
          ))}
        </div>
      </Radio.Group>
      {value.mode === 'own' && (
        <OwnTimes
          value={value}
          error={strict && !completeSchedule(value) ? t('segments.schedule.incomplete') : undefined}
          onChange={(times) => onChange({ ...value, ...times })}
        />
      )}
    </div>
  );
}
