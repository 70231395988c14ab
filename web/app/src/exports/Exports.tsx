import { Button, Checkbox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { codeOf } from '../api/problem';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import type { Column } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { goesOn, StatusBadge } from '../parts/StatusBadge';
import { statusQuery } from '../system/queries';
import { useExportActions } from './actions';
import { Behind } from './Behind';
import { ScheduleDialog } from './dialogs/later';
import { useExportDialogs } from './dialogs/useExportDialogs';
import { moved } from './instep';
import { Late } from './Late';
import { exportsQuery } from './queries';
import { lastSuccess, standingOf } from './success';
import { When } from './When';
import { useExportWords } from './words';

type Export = Api['Export'];
type Outcome = { started: number; refused: { name: string; code: string }[] };

export default function Exports() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { may } = useMe();
  const [all, setAll] = useState(false);
  const [scheduling, setScheduling] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const { start, runAll } = useExportActions();
  const { actions, dialogs, failed } = useExportDialogs();
  const query = useQuery({
    ...exportsQuery,
    refetchInterval: (q) => (q.state.data?.some((e) => goesOn(e.status)) ? 3_000 : 30_000),
  });
  const selected = (query.data ?? []).filter((e) => chosen.includes(e.id));
  const runChosen = useMutation({
    mutationFn: async (): Promise<Outcome> => {
      const out: Outcome = { started: 0, refused: [] };
      for (const e of selected) {
        try {
          await start.mutateAsync({ id: e.id, kind: 'run' });
          out.started++;
        } catch (error) {
          out.refused.push({ name: e.name, code: codeOf(error) ?? 'unexpected' });
        }
      }
      return out;
    },
  });
  const outcome: Outcome | undefined =
    runChosen.data ?? (runAll.data && { started: runAll.data.runs.length, refused: runAll.data.refused });
  const columns = useColumns();
  const choose: Column<Export> = {
    id: 'chosen',
    header: t('exports.select.column'),
    quiet: true,
    cell: (e) => (
      <Checkbox
        aria-label={t('exports.select.one', { name: e.name })}
        checked={chosen.includes(e.id)}
        disabled={e.your_permissions !== 'edit'}
        onChange={(event) =>
          setChosen(event.currentTarget.checked ? [...chosen, e.id] : chosen.filter((x) => x !== e.id))
        }
      />
    ),
  };
  const add = may('contributor') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => void navigate({ to: '/exports/new' })}>
      {t('exports.add')}
    </Button>
  );
  return (
    <ListPage
      title={t('exports.title')}
      sentence={t('exports.sentence')}
      query={query}
      actions={
        !!query.data?.length && (
          <>
            {may('contributor') && (
              <Button variant="default" onClick={() => setAll(true)}>
                {t('exports.run_all.verb')}
              </Button>
            )}
            {add}
          </>
        )
      }
      rowKey={(e) => e.id}
      name={(e) => e.name}
      text={(e) =>
        [
          ...[e.name, e.connection.name, e.list_name, e.list_id, t(`parts.status.${e.status}`)],
          moved(e) && t('exports.behind.mark'),
        ].join(' ')
      }
      empty={{ text: t('exports.empty'), action: add }}
      columns={may('contributor') ? [choose, ...columns] : columns}
      rowActions={may('contributor') ? actions : []}
    >
      {failed !== undefined && failed !== null && !runChosen.data && <ErrorPanel error={failed} />}
      {selected.length > 0 && (
        <section className="row" aria-label={t('exports.select.region')}>
          <strong>{t('exports.select.count', { count: selected.length })}</strong>
          <Button variant="default" size="compact-md" onClick={() => setScheduling(true)}>
            {t('exports.schedule_one.verb')}
          </Button>
          <Button variant="default" size="compact-md" loading={runChosen.isPending} onClick={() => runChosen.mutate()}>
            {t('exports.run.verb')}
          </Button>
          <Button variant="subtle" color="gray" c="var(--muted)" size="compact-md" onClick={() => setChosen([])}>
            {t('exports.select.clear')}
          </Button>
        </section>
      )}
      {outcome && (
        <Notice tone={outcome.refused.length ? 'warn' : 'good'}>
          <p>{t('exports.run_all.started', { count: outcome.started })}</p>
          {outcome.refused.map((r) => (
            <p key={r.name}>{t('exports.run_all.refused', { name: r.name, why: t(`errors.${r.code}.what`) })}</p>
          ))}
        </Notice>
      )}
      {dialogs}
      {scheduling && <ScheduleDialog exports={selected} onClose={() => setScheduling(false)} />}
      <Confirm
        opened={all}
        title={t('exports.run_all.title')}
        verb={t('exports.run_all.verb')}
        onConfirm={() => runAll.mutateAsync()}
        onClose={() => setAll(false)}
      >
        {t('exports.run_all.what')}
      </Confirm>
    </ListPage>
  );
}

function useColumns(): Column<Export>[] {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const tasks = useQuery(statusQuery).data?.tasks;
  const success = (e: Export) => lastSuccess(e, standingOf(tasks, e));
  const next = (e: Export) => standingOf(tasks, e)?.next_at;
  return [
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
      cell: (e) =>
        e.detached ? (
          <span className="muted">{t('exports.detached', { name: e.detached.connection })}</span>
        ) : (
          <>
            {e.connection.name}
            <br />
            <span className="muted">{t(`connections.type.${e.connection.type}`)}</span>
          </>
        ),
    },
    { id: 'list', header: t('exports.column.list'), value: words.list, cell: words.list },
    {
      id: 'status',
      header: t('exports.column.status'),
      value: (e) => t(`parts.status.${e.status}`),
      cell: (e) => (
        <>
          <StatusBadge status={e.status} />
          {e.freshness?.late && (
            <div>
              <Late />
            </div>
          )}
          {moved(e) && (
            <div>
              <Behind />
            </div>
          )}
        </>
      ),
    },
    {
      id: 'size',
      header: t('exports.column.size'),
      number: true,
      value: (e) => e.list_size?.size,
      cell: (e) => (e.list_size ? number(e.list_size.size) : t('parts.none')),
    },
    {
      id: 'success',
      header: t('exports.column.success'),
      value: success,
      cell: (e) => {
        const at = success(e);
        return at ? dateTime(at) : t('parts.none');
      },
    },
    {
      id: 'next',
      header: t('exports.column.next'),
      value: next,
      cell: (e) => {
        const at = next(e);
        return (
          <>
            {at && dateTime(at)}
            {at && <br />}
            <span className={at ? 'muted' : undefined}>
              <When schedule={e.schedule} />
            </span>
          </>
        );
      },
    },
    {
      id: 'permissions',
      header: t('exports.column.permissions'),
      value: (e) => e.your_permissions,
      cell: (e) => t(`exports.permissions.${e.your_permissions}`),
    },
  ];
}
