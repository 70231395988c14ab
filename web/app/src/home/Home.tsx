import { IconCircleCheck, IconHandStop, IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { behind, inStep } from '../exports/instep';
import { Late } from '../exports/Late';
import { exportsQuery, listSizesQuery, recentRunsQuery } from '../exports/queries';
import { standingOf } from '../exports/success';
import { useExportWords } from '../exports/words';
import { useFormats } from '../languages/format';
import { Card, Empty } from '../parts/Card';
import { useErrorTexts } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { goesOn, needsSomebody, StatusBadge } from '../parts/StatusBadge';
import { scheduleQuery, statusQuery } from '../system/queries';
import { BehindCard } from './BehindCard';
import { FirstSteps } from './FirstSteps';
import classes from './home.module.css';
import { Lists } from './Lists';
import { late, sizesOf, upcoming } from './sizes';

const shown = 6;

/** Says at a glance whether everything is in step, and what needs somebody. */
export default function Home() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { may } = useMe();
  const exports = useQuery({ ...exportsQuery, refetchInterval: 15_000, refetchOnMount: 'always' });
  const runs = useQuery({ ...recentRunsQuery, refetchInterval: 15_000 }).data ?? [];
  const sizes = useQuery(listSizesQuery).data ?? [];
  const tasks = useQuery(statusQuery).data?.tasks ?? [];
  const schedule = useQuery(scheduleQuery).data;
  return (
    <Page
      title={t('home.title')}
      sentence={
        schedule &&
        (schedule.on && schedule.next_at ? t('home.next', { at: dateTime(schedule.next_at) }) : t('home.no_schedule'))
      }
    >
      <Loaded query={exports}>
        {(all) =>
          all.length === 0 ? (
            may('contributor') ? (
              <FirstSteps />
            ) : (
              <Empty text={t('home.empty')} />
            )
          ) : (
            <>
              <Headline all={all} tasks={tasks} />
              <Needs list={all.filter((e) => needsSomebody(e.status) || late(e))} />
              <BehindCard list={all.filter((e) => behind(e) && !late(e))} tasks={tasks} />
              <div className={classes.columns}>
                <Recent runs={runs.filter((r) => r.kind !== 'dry_run').slice(0, shown)} all={all} />
                <Next tasks={upcoming(tasks).slice(0, shown)} />
              </div>
              <Lists all={all} tasks={tasks} sizes={sizesOf(sizes)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Headline({ all, tasks }: { all: Api['Export'][]; tasks: Api['TaskStanding'][] }) {
  const { t } = useTranslation();
  const need = all.filter((e) => needsSomebody(e.status) || late(e)).length;
  const running = all.filter((e) => goesOn(e.status)).length;
  const older = all.filter((e) => behind(e) && !late(e));
  const fine = all.filter((e) => inStep(e) && !late(e)).length;
  // What runs by itself in a while is to know, and no alarm.
  const waits = tasks.length > 0 && older.some((e) => !standingOf(tasks, e)?.next_at);
  const tone = need > 0 ? 'warn' : older.length === 0 ? 'good' : waits ? 'warn' : 'calm';
  const Icon = need > 0 ? IconHandStop : older.length > 0 ? IconHistory : IconCircleCheck;
  const first =
    need > 0
      ? t('home.need', { count: need })
      : older.length > 0
        ? t('home.behind.head', { count: older.length })
        : t(running > 0 ? 'home.nothing_needed' : 'home.in_step');
  return (
    <div className={classes.headline} data-tone={tone}>
      <Icon size={28} aria-hidden style={{ flexShrink: 0 }} />
      <div>
        <strong>{first}</strong>
        <p>
          {[
            need > 0 && older.length > 0 && t('home.behind.also', { count: older.length }),
            running > 0 && t('home.running', { count: running }),
            fine > 0 && t('home.lists', { count: fine }),
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      </div>
    </div>
  );
}

function Needs({ list }: { list: Api['Export'][] }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const texts = useErrorTexts();
  if (list.length === 0) return null;
  const why = (e: Api['Export']) => {
    const run = e.latest_run;
    if (e.status === 'held' && run?.plan)
      return run.plan.remove > 0
        ? t('exports.held.what', { count: run.plan.remove, n: number(run.plan.remove) })
        : t('exports.held.other', { add: number(run.plan.add), update: number(run.plan.update) });
    if (needsSomebody(e.status))
      return run?.error && e.status === 'failed_permanent'
        ? texts(run.error.code ?? '').what
        : t(`home.why.${e.status}`, { defaultValue: '' });
    const at = e.freshness?.last_success;
    return at ? t('home.late', { at: dateTime(at) }) : t('home.late_never');
  };
  return (
    <Card title={t('home.needs')}>
      <ul className={classes.needs}>
        {list.map((e) => (
          <li key={e.id}>
            <StatusBadge status={e.status} />
            {late(e) && <Late />}
            <Link to="/exports/$id" params={{ id: e.id }}>
              {e.name}
            </Link>
            <span className="muted">{why(e)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Recent({ runs, all }: { runs: Api['Run'][]; all: Api['Export'][] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <Card title={t('home.recent')}>
      {runs.length === 0 ? (
        <p className="muted">{t('home.recent_none')}</p>
      ) : (
        <ul className={classes.needs}>
          {runs.map((r) => (
            <li key={r.id}>
              <span className="num muted">{dateTime(r.started_at ?? r.created_at)}</span>
              <Link to="/exports/$id/runs/$run" params={{ id: r.export_id, run: r.id }}>
                {all.find((e) => e.id === r.export_id)?.name ?? t('exports.one')}
              </Link>
              <StatusBadge status={r.status} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Next({ tasks }: { tasks: Api['TaskStanding'][] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const words = useExportWords();
  return (
    <Card title={t('home.upcoming')}>
      {tasks.length === 0 ? (
        <p className="muted">{t('home.upcoming_none')}</p>
      ) : (
        <ul className={classes.needs}>
          {tasks.map((x) => (
            <li key={x.object_id}>
              <span className="num muted">{x.next_at && dateTime(x.next_at)}</span>
              <Link to="/exports/$id" params={{ id: x.object_id ?? '' }}>
                {x.name}
              </Link>
              {x.schedule && x.schedule.mode !== 'static' && (
                <span className="muted">{words.schedule({ ...x.schedule, mode: x.schedule.mode })}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
