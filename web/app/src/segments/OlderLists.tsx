import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useExportActions } from '../exports/actions';
import { hasOlder, useBehindWords } from '../exports/instep';
import { exportsQuery } from '../exports/queries';
import { standingOf } from '../exports/success';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { goesOn, needsSomebody, StatusBadge } from '../parts/StatusBadge';
import { statusQuery } from '../system/queries';
import classes from './older.module.css';

const shown = 5;

/** Which lists still have the people that the segment had before it, or what it selects from, was changed. */
export function OlderLists({ id }: { id: string }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useBehindWords();
  const navigate = useNavigate();
  const { start } = useExportActions();
  const list = useQuery({
    ...exportsQuery,
    refetchOnMount: 'always', // the segment may have been changed on the page before
    refetchInterval: (q) => (q.state.data?.some((e) => hasOlder(e, id) && goesOn(e.status)) ? 3_000 : 30_000),
  });
  const tasks = useQuery(statusQuery).data?.tasks;
  const older = (list.data ?? []).filter((e) => hasOlder(e, id));
  if (older.length === 0) return null;
  const look = async (e: Api['Export']) => {
    const run = await start.mutateAsync({ id: e.id, kind: 'dry_run' });
    await navigate({ to: '/exports/$id/runs/$run', params: { id: e.id, run: run.id } });
  };
  return (
    <Notice tone="info">
      {start.error && <ErrorPanel error={start.error} />}
      <ul className={classes.older}>
        {older.slice(0, shown).map((e) => {
          const idle = !goesOn(e.status) && !needsSomebody(e.status);
          const of = e.out_of_step?.people_of;
          const next = idle && words.next(e, standingOf(tasks, e));
          const busy = start.isPending && start.variables?.id === e.id ? start.variables.kind : undefined;
          return (
            <li key={e.id}>
              <div className="grow">
                {t('segments.older.used_by')}{' '}
                <Link to="/exports/$id" params={{ id: e.id }}>
                  {e.name}
                </Link>
                {of ? t('segments.older.people_of', { at: dateTime(of) }) : t('segments.older.people')}
                {next && <p className="muted">{next}</p>}
              </div>
              {!idle && <StatusBadge status={e.status} />}
              {idle && e.your_permissions === 'edit' && (
                <div className="row">
                  <Button
                    aria-label={`${t('segments.older.look')}: ${e.name}`}
                    variant="default"
                    size="compact-sm"
                    loading={busy === 'dry_run'}
                    onClick={() => void look(e).catch(() => undefined)}
                  >
                    {t('segments.older.look')}
                  </Button>
                  <Button
                    aria-label={`${t('exports.run.verb')}: ${e.name}`}
                    variant="default"
                    size="compact-sm"
                    loading={busy === 'run'}
                    onClick={() => start.mutate({ id: e.id, kind: 'run' })}
                  >
                    {t('exports.run.verb')}
                  </Button>
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {older.length > shown && (
        <p>
          <Link to="/exports">
            {t('segments.older.more', { count: older.length - shown, n: number(older.length - shown) })}
          </Link>
        </p>
      )}
    </Notice>
  );
}
