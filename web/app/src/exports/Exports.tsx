import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { ErrorPanel } from '../parts/ErrorPanel';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { goesOn, StatusBadge } from '../parts/StatusBadge';
import { useExportActions } from './actions';
import { exportsQuery } from './queries';
import { lastSuccess } from './success';
import { useExportWords } from './words';

export default function Exports() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const navigate = useNavigate();
  const { may } = useMe();
  const [all, setAll] = useState(false);
  const [removing, setRemoving] = useState<Api['Export']>();
  const { start, runAll, remove } = useExportActions();
  const query = useQuery({
    ...exportsQuery,
    refetchInterval: (q) => (q.state.data?.some((e) => goesOn(e.status)) ? 3_000 : 30_000),
  });
  const run = async (e: Api['Export'], kind: 'run' | 'dry_run') => {
    const r = await start.mutateAsync({ id: e.id, kind });
    void navigate({ to: '/exports/$id/runs/$run', params: { id: e.id, run: r.id } });
  };
  const locked = (e: Api['Export']) => e.your_permissions !== 'edit';
  return (
    <ListPage
      title={t('exports.title')}
      sentence={t('exports.sentence')}
      query={query}
      actions={
        may('contributor') &&
        !!query.data?.length && (
          <Button variant="default" onClick={() => setAll(true)}>
            {t('exports.run_all.verb')}
          </Button>
        )
      }
      rowKey={(e) => e.id}
      name={(e) => e.name}
      text={(e) => [e.name, e.connection.name, words.list(e), t(`parts.status.${e.status}`)].join(' ')}
      empty={{ text: t('exports.empty') }}
      columns={[
        {
          id: 'name',
          header: t('exports.column.name'),
          value: (e) => e.name,
          cell: (e) => (
            <Link to="/exports/$id" params={{ id: e.id }}>
              {e.name}
            </Link>
          ),
        },
        {
          id: 'connection',
          header: t('exports.column.connection'),
          value: (e) => e.connection.name,
          cell: (e) => e.connection.name,
        },
        { id: 'list', header: t('exports.column.list'), value: words.list, cell: words.list },
        {
          id: 'status',
          header: t('exports.column.status'),
          value: (e) => t(`parts.status.${e.status}`),
          cell: (e) => <StatusBadge status={e.status} />,
        },
        {
          id: 'size',
          header: t('exports.column.size'),
          number: true,
          value: (e) => e.latest_run?.receipt?.list_size,
          cell: (e) => (e.latest_run?.receipt ? number(e.latest_run.receipt.list_size) : t('parts.none')),
        },
        {
          id: 'success',
          header: t('exports.column.success'),
          value: lastSuccess,
          cell: (e) => {
            const at = lastSuccess(e);
            return at ? dateTime(at) : t('parts.none');
          },
        },
        {
          id: 'schedule',
          header: t('exports.column.schedule'),
          value: (e) => words.schedule(e.schedule),
          cell: (e) => words.schedule(e.schedule),
        },
        {
          id: 'permissions',
          header: t('exports.column.permissions'),
          value: (e) => e.your_permissions,
          cell: (e) => t(`exports.permissions.${e.your_permissions}`),
        },
      ]}
      rowActions={[
        { label: t('exports.run.verb'), run: (e) => void run(e, 'run').catch(() => undefined), disabled: locked },
        {
          label: t('exports.dry_run.verb'),
          run: (e) => void run(e, 'dry_run').catch(() => undefined),
          disabled: locked,
        },
        { label: t('exports.remove.verb'), run: setRemoving, disabled: locked, tone: 'bad' },
      ]}
    >
      {start.error && <ErrorPanel error={start.error} />}
      {runAll.data && (
        <Notice tone={runAll.data.refused.length ? 'warn' : 'good'}>
          <p>{t('exports.run_all.started', { count: runAll.data.runs.length })}</p>
          {runAll.data.refused.map((r) => (
            <p key={r.export_id}>{t('exports.run_all.refused', { name: r.name, why: t(`errors.${r.code}.what`) })}</p>
          ))}
        </Notice>
      )}
      <Confirm
        opened={all}
        title={t('exports.run_all.title')}
        verb={t('exports.run_all.verb')}
        onConfirm={() => runAll.mutateAsync()}
        onClose={() => setAll(false)}
      >
        {t('exports.run_all.what')}
      </Confirm>
      <Confirm
        opened={!!removing}
        title={t('exports.remove.title', { name: removing?.name ?? '' })}
        verb={t('exports.remove.verb')}
        onConfirm={() => remove.mutateAsync(removing?.id ?? '')}
        onClose={() => setRemoving(undefined)}
      >
        {t('exports.remove.what')}
      </Confirm>
    </ListPage>
  );
}
