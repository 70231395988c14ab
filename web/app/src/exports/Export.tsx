import { Button, Tabs } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty, Facts, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { RowMenu } from '../parts/ListPage';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { needsSomebody, StatusBadge } from '../parts/StatusBadge';
import { useRun } from '../parts/useRun';
import { statusQuery } from '../system/queries';
import { useExportActions } from './actions';
import { Behind } from './Behind';
import { useExportDialogs } from './dialogs/useExportDialogs';
import { moved, useBehindWords } from './instep';
import { Late } from './Late';
import { People } from './People';
import { exportQuery, profileQuery, runsQuery } from './queries';
import { RunPanel } from './RunPanel';
import { RunsTable } from './RunsTable';
import { SegmentLinks } from './SegmentLinks';
import { lastSuccess, standingOf } from './success';
import { AccessTab } from './tabs/AccessTab';
import { MappingTab } from './tabs/MappingTab';
import { PeopleTab } from './tabs/PeopleTab';
import { ScheduleTab } from './tabs/ScheduleTab';
import { When } from './When';
import { useExportWords } from './words';

const tabs = ['runs', 'rejected', 'people', 'mapping', 'schedule', 'access'] as const;

export default function ExportPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(exportQuery(id));
  return query.data ? (
    <Detail value={query.data} />
  ) : (
    <Page title={t('exports.one')} back={{ to: '/exports', label: t('exports.title') }}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Detail({ value: e }: { value: Api['Export'] }) {
  const { t } = useTranslation();
  const words = useExportWords();
  const { may } = useMe();
  const behindWords = useBehindWords();
  const runs = useQuery({
    ...runsQuery(e.id),
    refetchInterval: (q) => (q.state.data?.some((r) => !r.ended) ? 3_000 : 15_000),
  });
  const standing = standingOf(useQuery(statusQuery).data?.tasks, e);
  const latest = useRun(runs.data?.[0]?.id).data;
  const { start } = useExportActions();
  const { actions, dialogs, failed } = useExportDialogs();
  const mayEdit = e.your_permissions === 'edit';
  const attach = mayEdit && actions.find((a) => a.label === t('exports.attach.verb') && !a.hidden?.(e));
  const busy = !!latest && !latest.ended;
  // What stops the export from running says more than its last run did.
  const stopped = e.status === 'no_connection' || e.status === 'needs_export_user';
  const real = latest && latest.kind !== 'dry_run' && latest.kind !== 'reconcile' && latest.kind !== 'remove_kept';
  const status = real && !stopped ? latest.status : e.status;
  return (
    <Page
      title={e.name}
      beside={
        <>
          <StatusBadge status={status} />
          {e.freshness?.late && <Late />}
          {moved(e) && !busy && <Behind />}
        </>
      }
      back={{ to: '/exports', label: t('exports.title') }}
      sentence={
        e.detached
          ? t('exports.went_to', { list: words.list(e), connection: e.detached.connection })
          : t('exports.goes_to', { list: words.list(e), connection: e.connection.name })
      }
      actions={
        <>
          {mayEdit && (
            <>
              <Button
                variant="default"
                disabled={busy || stopped}
                onClick={() => start.mutate({ id: e.id, kind: 'dry_run' })}
              >
                {t('exports.dry_run.verb')}
              </Button>
              <Button
                disabled={busy || stopped}
                loading={start.isPending}
                onClick={() => start.mutate({ id: e.id, kind: 'run' })}
              >
                {t('exports.run.verb')}
              </Button>
            </>
          )}
          {may('contributor') && <RowMenu row={e} name={(x) => x.name} rowActions={actions.slice(2)} />}
        </>
      }
    >
      {dialogs}
      {start.error && <ErrorPanel error={start.error} />}
      {failed !== undefined && failed !== null && <ErrorPanel error={failed} />}
      {e.removing && (
        <Notice tone="info">
          <p>{t('exports.removing')}</p>
        </Notice>
      )}
      {stopped && needsSomebody(e.status) && (
        <Notice tone="warn">
          <p>{e.connection.draft ? t('exports.stopped.draft') : t(`exports.stopped.${e.status}`)}</p>
          {attach && (
            <Button mt="sm" size="compact-sm" variant="default" onClick={() => attach.run(e)}>
              {attach.label}
            </Button>
          )}
        </Notice>
      )}
      {moved(e) && !busy && (
        <Notice tone="info">
          <p>
            {behindWords.why(e)} {behindWords.next(e, standing)}
          </p>
        </Notice>
      )}
      <Glance value={e} standing={standing} />
      {latest && <RunPanel run={latest} mayEdit={mayEdit} />}
      <DetailTabs value={e} runs={runs} standing={standing} mayEdit={mayEdit} />
    </Page>
  );
}

function Glance({ value: e, standing }: { value: Api['Export']; standing: Api['TaskStanding'] | undefined }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const built = useQuery(profileQuery).data?.build?.at;
  const at = lastSuccess(e, standing);
  return (
    <Facts
      facts={[
        [t('exports.segments'), <SegmentLinks key="segments" ids={e.segment_ids} />],
        [t('exports.column.size'), e.list_size && <span className="num">{number(e.list_size.size)}</span>],
        [t('exports.column.success'), at && dateTime(at)],
        [
          t('exports.column.next'),
          <span key="next">
            {standing?.next_at && `${dateTime(standing.next_at)} · `}
            <When schedule={e.schedule} />
          </span>,
        ],
        [t('exports.data_of'), built && dateTime(built)],
        [t('exports.column.permissions'), t(`exports.permissions.${e.your_permissions}`)],
      ]}
    />
  );
}

type TabsProps = {
  value: Api['Export'];
  runs: UseQueryResult<Api['Run'][]>;
  standing: Api['TaskStanding'] | undefined;
  mayEdit: boolean;
};

function DetailTabs({ value: e, runs, standing, mayEdit }: TabsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  return (
    <Tabs
      value={tabs.find((x) => x === tab) ?? 'runs'}
      onChange={(value) =>
        void navigate({ to: '.', search: { tab: value === 'runs' ? undefined : value } as never, replace: true })
      }
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {tabs.map((x) => (
          <Tabs.Tab key={x} value={x}>
            {t(`exports.tab.${x}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="runs">
        <Loaded query={runs}>{(list) => <RunsTable runs={list} exportId={e.id} />}</Loaded>
      </Tabs.Panel>
      <Tabs.Panel value="rejected">
        {e.latest_run ? <People run={e.latest_run} bucket="rejected" /> : <Empty text={t('exports.never_ran')} />}
      </Tabs.Panel>
      <Tabs.Panel value="people">
        <PeopleTab value={e} mayEdit={mayEdit} />
      </Tabs.Panel>
      <Tabs.Panel value="mapping">
        <MappingTab value={e} />
      </Tabs.Panel>
      <Tabs.Panel value="schedule">
        <ScheduleTab value={e} standing={standing} mayEdit={mayEdit} />
      </Tabs.Panel>
      <Tabs.Panel value="access">
        <AccessTab value={e} />
      </Tabs.Panel>
    </Tabs>
  );
}
