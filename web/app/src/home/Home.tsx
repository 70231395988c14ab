import { IconCircleCheck, IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Late } from '../exports/Late';
import { exportsQuery, listSizesQuery, recentRunsQuery } from '../exports/queries';
import { useExportWords } from '../exports/words';
import { useFormats } from '../languages/format';
import { Card, Empty } from '../parts/Card';
import { useErrorTexts } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { goesOn, needsSomebody, StatusBadge } from '../parts/StatusBadge';
import { scheduleQuery, statusQuery } from '../system/queries';
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
  const exports = useQuery({ ...exportsQuery, refetchInterval: 15_000 });
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
              <Headline all={all} />
              <Needs list={all.filter((e) => needsSomebody(e.status) || late(e))} />
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

function Headline({ all }: { all: Api['Export'][] }) {
  const { t } = useTranslation();
  const need = all.filter((e) => needsSomebody(e.status) || late(e)).length;
  const running = all.filter((e) => goesOn(e.status)).length;
  const never = all.filter((e) => ['not_started', 'canceled', 'skipped'].includes(e.status)).length;
  const calm = need + running + never === 0;
  return (
    <div className={classes.headline} data-need={need > 0}>
      {need > 0 ? <IconHandStop size={28} aria-hidden /> : <IconCircleCheck size={28} aria-hidden />}
      <div>
        <strong>
          {need > 0 ? t('home.need', { count: need }) : calm ? t('home.in_step') : t('home.nothing_needed')}
        </strong>
        <p>
          {[
            running > 0 && t('home.running', { count: running }),
            never > 0 && t('home.waiting', { count: never }),
            calm && t('home.lists', { count: all.length }),
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
