import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { StatusBadge } from '../parts/StatusBadge';
import { useRun } from '../parts/useRun';
import { segmentsQuery } from '../segments/queries';
import { useExportActions } from './actions';
import { People } from './People';
import { exportQuery, runsQuery } from './queries';
import { RunPanel } from './RunPanel';
import { RunsTable } from './RunsTable';
import { lastSuccess } from './success';
import { useExportWords } from './words';

const tabs = ['runs', 'rejected', 'mapping'] as const;

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
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const runs = useQuery({ ...runsQuery(e.id), refetchInterval: 15_000 });
  const segments = useQuery(segmentsQuery);
  const latest = useRun(runs.data?.[0]?.id).data;
  const { start } = useExportActions();
  const mayEdit = e.your_permissions === 'edit';
  const busy = !!latest && !latest.ended;
  const at = lastSuccess(e);
  const size = e.latest_run?.receipt?.list_size;
  return (
    <Page
      title={e.name}
      beside={<StatusBadge status={latest && latest.kind !== 'dry_run' ? latest.status : e.status} />}
      back={{ to: '/exports', label: t('exports.title') }}
      sentence={t('exports.goes_to', { list: words.list(e), connection: e.connection.name })}
      actions={
        mayEdit && (
          <>
            <Button variant="default" disabled={busy} onClick={() => start.mutate({ id: e.id, kind: 'dry_run' })}>
              {t('exports.dry_run.verb')}
            </Button>
            <Button disabled={busy} loading={start.isPending} onClick={() => start.mutate({ id: e.id, kind: 'run' })}>
              {t('exports.run.verb')}
            </Button>
          </>
        )
      }
    >
      {start.error && <ErrorPanel error={start.error} />}
      <Facts
        facts={[
          [t('exports.column.size'), size !== undefined && <span className="num">{number(size)}</span>],
          [t('exports.column.success'), at && dateTime(at)],
          [t('exports.column.schedule'), words.schedule(e.schedule)],
          [t('exports.column.permissions'), t(`exports.permissions.${e.your_permissions}`)],
        ]}
      />
      {latest ? <RunPanel run={latest} mayEdit={mayEdit} /> : runs.data && <Empty text={t('exports.never_ran')} />}
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
        <Tabs.Panel value="mapping">
          <Card title={t('exports.tab.mapping')}>
            <Facts
              facts={[
                [
                  t('exports.segments'),
                  e.segment_ids.map((x) => segments.data?.find((s) => s.id === x)?.name ?? x).join(', '),
                ],
                [t('exports.leavers.label'), t(`exports.leavers.${e.leavers}`)],
                [t('exports.email'), e.mapping.email],
                ...(e.mapping.attributes ?? []).map((a): [string, string] => [a.attribute, a.field]),
              ]}
            />
          </Card>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
