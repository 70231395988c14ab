import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { StatusBadge } from '../parts/StatusBadge';
import { useRun } from '../parts/useRun';
import { People } from './People';
import { exportQuery } from './queries';
import { RequestLog } from './RequestLog';
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

/** The bucket to show first: the first one with somebody in it. */
function firstFilled(run: Api['Run'], offered: string[]): string | undefined {
  const counts: Record<string, unknown> = { ...run.receipt, duplicate: run.receipt?.duplicates };
  return offered.find((b) => Number(counts[b] ?? 0) > 0) ?? offered[0];
}

export default function RunPage() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { id, run: runId } = useParams({ strict: false }) as { id: string; run: string };
  const { bucket: asked } = useSearch({ strict: false }) as { bucket?: string };
  const navigate = useNavigate();
  const definition = useQuery(exportQuery(id));
  const query = useRun(runId);
  const mayEdit = definition.data?.your_permissions === 'edit';
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
        {(run) => {
          const offered = run.kind === 'reconcile' ? ['missing', 'extra'] : buckets;
          const bucket = offered.find((b) => b === asked) ?? firstFilled(run, offered) ?? 'rejected';
          return (
            <>
              <RunPanel
                run={run}
                mayEdit={mayEdit}
                heading={t(run.ended ? 'exports.run.result' : 'exports.run.progress')}
              />
              {/* Nobody is in a run that stopped before it had a plan. */}
              {(run.plan || run.receipt || run.reconciliation) && (
                <div id="people">
                  <Card
                    title={t('exports.people_of.title')}
                    actions={
                      <Select
                        aria-label={t('exports.people_of.bucket')}
                        allowDeselect={false}
                        value={bucket}
                        data={offered.map((value) => ({ value, label: t(`parts.bucket.${value}`) }))}
                        onChange={(value) =>
                          void navigate({ to: '.', search: { bucket: value ?? undefined } as never, replace: true })
                        }
                      />
                    }
                  >
                    <People run={run} bucket={bucket} />
                  </Card>
                </div>
              )}
              {run.kind !== 'dry_run' && run.kind !== 'reconcile' && <RequestLog run={run} mayEdit={mayEdit} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
