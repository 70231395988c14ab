import { ActionIcon, Button, Checkbox, Radio, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { useWork } from '../parts/useWork';
import { scheduleQuery } from './queries';
import { days as allDays, type Day, nextTimes, timesFault, zones } from './times';

type Schedule = Api['RefreshSchedule'];

export default function SchedulePage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const query = useQuery(scheduleQuery);
  return (
    <Page title={t('system.schedule.title')} sentence={t('system.schedule.sentence')}>
      <Loaded query={query}>{(s) => (may('administrator') ? <Form schedule={s} /> : <Shown schedule={s} />)}</Loaded>
    </Page>
  );
}

function Shown({ schedule: s }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  if (!s.on) return <Empty text={t('system.schedule.off')} />;
  return (
    <Facts
      facts={[
        [
          t('system.schedule.days'),
          s.days?.length ? s.days.map((d) => t(`system.day.${d}`)).join(', ') : t('system.schedule.every_day'),
        ],
        [t('system.schedule.times'), s.times?.join(', ')],
        [t('system.schedule.zone'), s.time_zone],
        [t('system.schedule.next'), s.next_at && dateTime(s.next_at)],
      ]}
    />
  );
}

type How = 'off' | 'daily' | 'weekly';

const howOf = (s: Schedule): How => (!s.on ? 'off' : s.days?.length ? 'weekly' : 'daily');
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function Form({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [read, setRead] = useState(schedule);
  const [how, setHow] = useState<How>(howOf(schedule));
  const [days, setDays] = useState<Day[]>(schedule.days ?? []);
  const [times, setTimes] = useState<string[]>(schedule.times?.length ? schedule.times : ['06:30']);
  const [zone, setZone] = useState(schedule.time_zone || (schedule.version === 0 ? here() : 'UTC'));
  const [saved, setSaved] = useState(false);
  const { busy, error, work } = useWork();
  const fault = how === 'off' ? undefined : timesFault(times);
  const noDay = how === 'weekly' && days.length === 0;
  const wanted: Schedule = {
    version: read.version,
    on: how !== 'off',
    // What was chosen stays known while the schedule is off.
    days: how === 'daily' || days.length === 0 ? undefined : allDays.filter((d) => days.includes(d)),
    times: timesFault(times) ? (how === 'off' ? read.times : times) : [...times].sort(),
    time_zone: zone,
  };
  const take = (s: Schedule) => {
    setRead(s);
    setHow(howOf(s));
    setDays(s.days ?? []);
    setTimes(s.times?.length ? s.times : ['06:30']);
    setZone(s.time_zone || 'UTC');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSaved(false);
    void work(async () => {
      const now = await send(api.PUT('/api/v1/refresh-schedule', { body: wanted }));
      client.setQueryData(scheduleQuery.queryKey, now);
      take(now);
      setSaved(true);
      await client.invalidateQueries({ queryKey: ['status'] });
    });
  };
  const reload = () => work(async () => take(await client.fetchQuery({ ...scheduleQuery, staleTime: 0 })));
  return (
    <form onSubmit={submit} className="stack" onChange={() => setSaved(false)}>
      <Card title={t('system.schedule.when')}>
        <div className="stack">
          <Radio.Group label={t('system.schedule.how')} value={how} onChange={(v) => setHow(v as How)}>
            {(['off', 'daily', 'weekly'] as const).map((h) => (
              <Radio key={h} mt="xs" value={h} label={t(`system.schedule.is.${h}`)} />
            ))}
          </Radio.Group>
          {how === 'weekly' && (
            <Checkbox.Group
              label={t('system.schedule.days')}
              value={days}
              onChange={(d) => setDays(d as Day[])}
              error={noDay ? t('system.schedule.no_day') : undefined}
            >
              <div className="row wide" style={{ marginTop: 8 }}>
                {allDays.map((d) => (
                  <Checkbox key={d} value={d} label={t(`system.day.${d}`)} />
                ))}
              </div>
            </Checkbox.Group>
          )}
          {how !== 'off' && (
            <>
              <fieldset className="bare">
                <legend>{t('system.schedule.times')}</legend>
                <div className="row wide">
                  {times.map((time, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a time has no other name than its place
                    <div key={i} className="row">
                      <TextInput
                        type="time"
                        aria-label={t('system.schedule.time', { n: i + 1 })}
                        value={time}
                        onChange={(e) => {
                          const value = e.currentTarget.value.slice(0, 5);
                          setTimes((was) => was.map((x, n) => (n === i ? value : x)));
                        }}
                        required
                      />
                      {times.length > 1 && (
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          c="var(--muted)"
                          aria-label={t('system.schedule.remove_time', { n: i + 1 })}
                          onClick={() => setTimes((was) => was.filter((_, n) => n !== i))}
                        >
                          <IconTrash size={16} aria-hidden />
                        </ActionIcon>
                      )}
                    </div>
                  ))}
                  {times.length < 4 && (
                    <Button size="compact-sm" variant="default" onClick={() => setTimes((was) => [...was, ''])}>
                      {t('system.schedule.add_time')}
                    </Button>
                  )}
                </div>
                {fault === 'twice' && <p style={{ color: 'var(--bad)' }}>{t('system.schedule.twice')}</p>}
              </fieldset>
              <Select
                label={t('system.schedule.zone')}
                data={zones(zone)}
                value={zone}
                onChange={(z) => z && setZone(z)}
                searchable
                allowDeselect={false}
                maw={320}
                nothingFoundMessage={t('system.schedule.no_zone')}
              />
            </>
          )}
        </div>
      </Card>
      <Card title={t('system.schedule.next')}>
        <Next schedule={wanted} valid={!fault && !noDay} />
      </Card>
      <SaveError error={error} onReload={reload} />
      {saved && <Notice tone="good">{t('system.schedule.saved')}</Notice>}
      <div>
        <Button type="submit" loading={busy} disabled={!!fault || noDay}>
          {t('connections.save')}
        </Button>
      </div>
    </form>
  );
}

/** The next times of what is on the screen, saved or not, in the browser's time zone. */
function Next({ schedule, valid }: { schedule: Schedule; valid: boolean }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  if (!schedule.on) return <p>{t('system.schedule.off')}.</p>;
  if (!valid) return <p className="muted">{t('system.schedule.incomplete')}</p>;
  return (
    <>
      <ol className="plain num">
        {nextTimes(schedule, Date.now(), 5).map((at) => (
          <li key={at.getTime()}>{dateTime(at)}</li>
        ))}
      </ol>
      {here() !== schedule.time_zone && (
        <p className="muted" style={{ marginTop: 8 }}>
          {t('system.schedule.here', { zone: here() })}
        </p>
      )}
    </>
  );
}
