import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel, sentence, useErrorTexts } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { onScreen } from '../parts/remedy';
import { useMe } from '../parts/roles';
import { StatusBadge } from '../parts/StatusBadge';
import { useWho } from '../parts/useWho';
import { refreshesQuery, statusQuery } from './queries';
import { Pipeline, ProfilesName } from './Standing';
import { useTaskFault } from './useTaskFault';

export default function StatusPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { may } = useMe();
  const query = useQuery(refreshesQuery);
  const standing = useQuery(statusQuery);
  const again = async () => {
    await client.invalidateQueries({ queryKey: ['refreshes'] });
    await client.invalidateQueries({ queryKey: ['status'] });
  };
  const start = useMutation({
    mutationFn: () => send(api.POST('/api/v1/refreshes')),
    onSettled: again,
  });
  const cancel = useMutation({
    mutationFn: (id: string) => send(api.POST('/api/v1/refreshes/{id}/cancel', { params: { path: { id } } })),
    onSettled: again,
  });
  const newest = query.data?.[0];
  const goes = !!newest && !newest.ended;
  return (
    <Page
      title={t('system.status.title')}
      sentence={t('system.status.sentence')}
      actions={
        may('contributor') &&
        (goes ? (
          <Button variant="default" disabled={newest.cancel_requested} onClick={() => cancel.mutate(newest.id)}>
            {newest.cancel_requested ? t('system.status.canceling') : t('system.status.cancel')}
          </Button>
        ) : (
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            {t('system.status.refresh')}
          </Button>
        ))
      }
    >
      {start.error && <ErrorPanel error={start.error} />}
      {cancel.error && <ErrorPanel error={cancel.error} />}
      <Loaded query={standing}>
        {(s) => (s.tasks.length === 0 ? <Empty text={t('system.status.nothing')} /> : <Pipeline tasks={s.tasks} />)}
      </Loaded>
      <h2 className="section">{t('system.status.refreshes')}</h2>
      <Loaded query={query}>
        {(list) =>
          list.length === 0 ? (
            <Empty text={t('system.status.never')} />
          ) : (
            list.slice(0, 10).map((r) => <Refresh key={r.id} refresh={r} />)
          )
        }
      </Loaded>
    </Page>
  );
}

function Refresh({ refresh: r }: { refresh: Api['Refresh'] }) {
  const who = useWho();
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const title = r.scheduled
    ? t('system.status.scheduled', { at: dateTime(r.created_at) })
    : t('system.status.by', { at: dateTime(r.created_at), by: who(r.requested_by) });
  return (
    <details className="card">
      <summary>
        {title} <StatusBadge status={r.status} />
      </summary>
      <Tasks refresh={r} />
    </details>
  );
}

function Tasks({ refresh }: { refresh: Api['Refresh'] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <DataTable
      label={t('system.status.tasks')}
      rows={refresh.tasks}
      rowKey={(task) => task.id}
      columns={[
        { id: 'name', header: t('system.status.task'), cell: (task) => <TaskName task={task} /> },
        {
          id: 'kind',
          header: t('system.status.kind'),
          whole: true,
          cell: (task) => t(`system.status.kinds.${task.kind}`),
        },
        { id: 'status', header: t('system.status.state'), cell: (task) => <StatusBadge status={task.status} /> },
        {
          id: 'ended',
          header: t('system.status.ended'),
          whole: true,
          cell: (task) => (task.ended_at ? dateTime(task.ended_at) : t('parts.none')),
        },
        { id: 'why', header: t('system.status.why'), cell: (task) => <Why task={task} all={refresh.tasks} /> },
      ]}
    />
  );
}

function TaskName({ task }: { task: Api['Task'] }) {
  const id = task.object_id ?? '';
  if (task.kind === 'profile') return <ProfilesName />;
  if (!id) return task.name;
  const to = { source: '/sources/$id', segment: '/segments/$id', export: '/exports/$id' } as const;
  return (
    <Link to={to[task.kind]} params={{ id }}>
      {task.name}
    </Link>
  );
}

function Why({ task, all }: { task: Api['Task']; all: Api['Task'][] }) {
  const { t, i18n } = useTranslation();
  const texts = useErrorTexts();
  const fault = useTaskFault();
  const cause = all.find((x) => x.id === task.cause_id);
  if (task.status === 'skipped' && cause)
    return t('system.status.skipped_because', {
      name: cause.kind === 'profile' ? t('system.status.kinds.profile') : cause.name,
    });
  if (!task.error) return t('parts.none');
  const known = fault(task.kind, task.error);
  const { what, todo } = known ?? texts(task.error.code ?? 'unexpected');
  return (
    <>
      {sentence(what)} {sentence((i18n.language === 'en' && !known && onScreen(task.error.remedy ?? '').said) || todo)}
    </>
  );
}
