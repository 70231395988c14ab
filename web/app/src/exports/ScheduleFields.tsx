import { Radio, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { clock, cronOf, type Rhythm, rhythmOf } from './cron';
import { OnlyByHand } from './When';
import { weekdayName } from './words';

type Schedule = Api['ExportSchedule'];

export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
const zones = () => [...new Set(['UTC', browserZone(), ...Intl.supportedValuesOf('timeZone')])];

export function ZoneSelect({
  label,
  description,
  value,
  onChange,
  maw = 320,
}: {
  label: string;
  description?: string;
  value: string;
  onChange: (zone: string) => void;
  maw?: number | string;
}) {
  return (
    <Select
      label={label}
      description={description}
      searchable
      allowDeselect={false}
      data={zones().includes(value) ? zones() : [value, ...zones()]}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      limit={100}
      maw={maw}
    />
  );
}

/** When an export runs by itself: with the refresh, by a schedule of its own, or not at all. */
export function ScheduleFields({ value, onChange }: { value: Schedule; onChange: (s: Schedule) => void }) {
  const { t } = useTranslation();
  const choose = (mode: string) =>
    onChange(
      mode === 'own'
        ? { mode: 'own', cron: value.cron || '30 6 * * *', time_zone: value.time_zone || browserZone() }
        : { ...value, mode: mode as Schedule['mode'] },
    );
  return (
    <div className="stack">
      <Radio.Group label={t('exports.column.schedule')} value={value.mode ?? 'with_refresh'} onChange={choose}>
        <div className="stack" style={{ gap: 8, marginTop: 8 }}>
          <Radio
            value="with_refresh"
            label={t('exports.schedule.with_refresh')}
            description={t('exports.editor.schedule.with_refresh')}
          />
          <Radio
            value="own"
            label={t('exports.editor.schedule.own_label')}
            description={t('exports.editor.schedule.own')}
          />
          <Radio
            value="on_demand"
            label={t('exports.schedule.on_demand')}
            description={t('exports.editor.schedule.on_demand')}
          />
        </div>
      </Radio.Group>
      <OnlyByHand schedule={value} />
      {value.mode === 'own' && <OwnTimes value={value} onChange={(times) => onChange({ ...value, ...times })} />}
    </div>
  );
}

const rhythms = ['hour', 'day', 'workday', 'week', 'other'] as const;

type Times = { cron?: string; time_zone?: string };

/** Times of one's own: a rhythm in words, or an expression, and a time zone. */
export function OwnTimes({
  value,
  error,
  onChange,
}: {
  value: Times;
  error?: string;
  onChange: (times: Times) => void;
}) {
  const { t, i18n } = useTranslation();
  const cron = value.cron ?? '';
  const r = rhythmOf(cron);
  const set = (next: Rhythm) => onChange({ cron: cronOf(next) });
  const time = r && r.every !== 'hour' ? { hour: r.hour, minute: r.minute } : { hour: 6, minute: 30 };
  const turn = (every: string | null) => {
    if (every === 'hour') set({ every, minute: 0 });
    else if (every === 'day' || every === 'workday') set({ every, ...time });
    else if (every === 'week') set({ every, weekday: 1, ...time });
    else onChange({ cron: '0 6 1 * *' });
  };
  return (
    <div className="row" style={{ alignItems: 'flex-end' }}>
      <Select
        label={t('exports.editor.schedule.rhythm')}
        allowDeselect={false}
        value={r?.every ?? 'other'}
        data={rhythms.map((x) => ({ value: x, label: t(`exports.editor.schedule.every.${x}`) }))}
        onChange={turn}
      />
      {r?.every === 'week' && (
        <Select
          label={t('exports.editor.schedule.weekday')}
          allowDeselect={false}
          value={String(r.weekday)}
          data={[1, 2, 3, 4, 5, 6, 0].map((d) => ({ value: String(d), label: weekdayName(i18n.language, d) }))}
          onChange={(d) => set({ ...r, weekday: Number(d) })}
        />
      )}
      {r && r.every !== 'hour' && (
        <TextInput
          type="time"
          label={t('exports.editor.schedule.time')}
          value={clock(r)}
          onChange={(e) => {
            const [hour, minute] = e.currentTarget.value.split(':').map(Number);
            if (hour !== undefined && minute !== undefined) set({ ...r, hour, minute });
          }}
        />
      )}
      {!r && (
        <TextInput
          label={t('exports.editor.schedule.cron')}
          description={t('exports.editor.schedule.cron_parts')}
          value={cron}
          error={error}
          onChange={(e) => onChange({ cron: e.currentTarget.value })}
          spellCheck={false}
        />
      )}
      <ZoneSelect
        label={t('exports.editor.schedule.zone')}
        value={value.time_zone || 'UTC'}
        onChange={(time_zone) => onChange({ time_zone })}
      />
    </div>
  );
}
