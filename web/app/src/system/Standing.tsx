import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { sentence, useErrorTexts } from '../parts/ErrorPanel';
import { Meter } from '../parts/Meter';
import { onScreen } from '../parts/remedy';
import { useMe } from '../parts/roles';
import { looks, StatusBadge } from '../parts/StatusBadge';
import { duration, progressOf } from './duration';
import classes from './standing.module.css';
import { useTaskFault } from './useTaskFault';

type Task = Api['TaskStanding'];

const kinds = ['source', 'profile', 'segment', 'export'] as const;

/** The way from sources to exports, a line for each task. */
export function Pipeline({ tasks }: { tasks: Task[] }) {
  const { t } = useTranslation();
  const longest = Math.max(1, ...tasks.flatMap((x) => x.duration_ms ?? 0));
  return kinds
    .map((kind) => ({ kind, list: tasks.filter((x) => x.kind === kind) }))
    .filter((g) => g.list.length > 0)
    .map((g) => (
      <Card key={g.kind} title={t(`system.status.group.${g.kind}`)}>
        <ul className={classes.lines}>
          {g.list.map((x) => (
            <Line key={`${x.kind} ${x.object_id ?? ''}`} task={x} longest={longest} />
          ))}
        </ul>
      </Card>
    ));
}

function Line({ task: x, longest }: { task: Task; longest: number }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const progress = x.progress && progressOf(x.progress);
  // Exports take whom its rules select whether or not a refresh has counted them yet.
  const counted =
    x.kind === 'segment' && x.status === 'not_started' && (x.schedule?.mode ?? 'with_refresh') === 'with_refresh';
  return (
    <li>
      <div className={classes.line}>
        <div className="break">
          <Name task={x} />
        </div>
        <div className={classes.state}>
          {counted ? <span className="muted">{t('system.status.counted')}</span> : <StatusBadge status={x.status} />}
          {x.freshness?.late && <span style={{ color: 'var(--warn)' }}>{t('system.status.late')}</span>}
        </div>
        <div className={classes.duration}>
          {x.duration_ms !== undefined && (
            <>
              <span aria-hidden>
                <i style={{ width: `${Math.max(2, (x.duration_ms / longest) * 100)}%` }} />
              </span>
              <span className="num">
                <span className="visually-hidden">{t('system.status.took')} </span>
                {duration(x.duration_ms)}
              </span>
            </>
          )}
        </div>
        <Dots task={x} />
        <div className="muted num">
          {x.next_at
            ? t('system.status.next_at', { at: dateTime(x.next_at) })
            : x.schedule?.mode === 'on_demand'
              ? t('system.status.on_demand')
              : t('system.status.with_refresh')}
        </div>
      </div>
      {progress && (
        <div className={classes.progress}>
          <Meter label={t('system.status.progress')} part={progress.part} whole={progress.whole} tone="info">
            <span className="num">
              {t('system.status.done_of', { part: number(progress.part), whole: number(progress.whole) })}
            </span>
          </Meter>
        </div>
      )}
      <Why task={x} />
    </li>
  );
}

/** The last runs, oldest first, as marks that are told apart by their shape too. */
function Dots({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <ol className={classes.dots} aria-label={t('system.status.last_runs')}>
      {[...task.runs].reverse().map((run, i) => {
        const { icon: Icon, tone } = looks[run.status] ?? looks.not_started;
        const at = run.ended_at ?? run.started_at;
        const text = [t(`parts.status.${run.status}`), at && dateTime(at)].filter(Boolean).join(', ');
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the runs have an order and nothing else that all of them have
          <li key={i} title={text} style={{ color: `var(--${tone})` }}>
            <Icon size={16} aria-hidden />
            <span className="visually-hidden">{text}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** The profiles as a task: it leads to their definition whoever has them in the navigation. */
export function ProfilesName() {
  const { t } = useTranslation();
  const { seesPersons } = useMe();
  const name = t('system.status.kinds.profile');
  return seesPersons ? <Link to="/profile">{name}</Link> : name;
}

function Name({ task: x }: { task: Task }) {
  const id = x.object_id ?? '';
  if (x.kind === 'profile') return <ProfilesName />;
  if (!id) return <>{x.name}</>;
  const to = { source: '/sources/$id', segment: '/segments/$id', export: '/exports/$id' } as const;
  return (
    <Link to={to[x.kind]} params={{ id }}>
      {x.name}
    </Link>
  );
}

function Why({ task: x }: { task: Task }) {
  const { t, i18n } = useTranslation();
  const texts = useErrorTexts();
  const fault = useTaskFault();
  if (!x.error) return null;
  const known = fault(x.kind, x.error);
  const { what, todo } = known ?? texts(x.error.code ?? 'unexpected');
  const english = i18n.language === 'en' && !known;
  return (
    <div className={classes.why}>
      <p>
        {sentence(english ? x.error.message : what)}{' '}
        {sentence((english && onScreen(x.error.remedy ?? '').said) || todo)}
      </p>
      <details>
        <summary className="muted">{t('parts.error.technical')}</summary>
        <pre>{[x.error.code, x.error.message, x.error.remedy].filter(Boolean).join('\n')}</pre>
      </details>
    </div>
  );
}
