import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { StatusBadge } from '../parts/StatusBadge';
import { useRun } from '../parts/useRun';
import { People } from './People';
import { batchesQuery, exportQuery } from './queries';
import { RunPanel } from './RunPanel';

const buckets = [
  'rejected',
  'added',
  'updated',
  'duplicate',
  'not_sent',
  'removed',
  'kept',
  'still_wanted',
  'not_removed',
];

export default function RunPage() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { id, run: runId } = useParams({ strict: false }) as { id: string; run: string };
  const { bucket = 'rejected' } = useSearch({ strict: false }) as { bucket?: string };
  const navigate = useNavigate();
  const definition = useQuery(exportQuery(id));
  const query = useRun(runId);
  return (
    <Page
      title={
        query.data
          ? t(`exports.kind.${query.data.kind}`, { at: dateTime(query.data.started_at ?? query.data.created_at) })
          : t('exports.run.one')
      }
      beside={query.data && <StatusBadge status={query.data.status} />}
      back={{ to: `/exports/${id}`, label: definition.data?.name ?? t('exports.one') }}
    >
      <Loaded query={query}>
        {(run) => (
          <>
            <RunPanel run={run} mayEdit={definition.data?.your_permissions === 'edit'} />
            <Card
              title={t('exports.people_of.title')}
              actions={
                <Select
                  aria-label={t('exports.people_of.bucket')}
                  allowDeselect={false}
                  value={bucket}
                  data={buckets.map((value) => ({ value, label: t(`parts.bucket.${value}`) }))}
                  onChange={(value) =>
                    void navigate({ to: '.', search: { bucket: value ?? undefined } as never, replace: true })
                  }
                />
              }
            >
              <People run={run} bucket={bucket} />
            </Card>
            <Batches run={run} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Batches({ run }: { run: Api['Run'] }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const batches = useQuery({ ...batchesQuery(run.id), refetchInterval: run.ended ? false : 3_000 });
  return (
    <Card title={t('exports.batches.title')}>
      <Loaded query={batches}>
        {(list) =>
          list.length === 0 ? (
            <Empty text={t('exports.batches.none')} />
          ) : (
            <DataTable
              label={t('exports.batches.title')}
              rows={list}
              rowKey={(b) => b.id}
              columns={[
                { id: 'seq', header: t('exports.batches.seq'), number: true, cell: (b) => number(b.seq) },
                { id: 'kind', header: t('exports.batches.kind'), cell: (b) => t(`exports.batches.kinds.${b.kind}`) },
                {
                  id: 'state',
                  header: t('exports.batches.state'),
                  cell: (b) => t(`exports.batches.states.${b.state}`),
                },
                { id: 'rows', header: t('exports.batches.rows'), number: true, cell: (b) => number(b.rows) },
                { id: 'process', header: t('exports.batches.process'), cell: (b) => b.process_id ?? t('parts.none') },
                {
                  id: 'sent',
                  header: t('exports.batches.sent'),
                  cell: (b) => (b.sent_at ? dateTime(b.sent_at) : t('parts.none')),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
