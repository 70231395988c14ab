import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { StatusBadge } from '../parts/StatusBadge';
import { useWho } from '../parts/useWho';

/** The runs of an export, newest first. */
export function RunsTable({ runs, exportId }: { runs: Api['Run'][]; exportId: string }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const who = useWho();
  if (runs.length === 0) return <Empty text={t('exports.never_ran')} />;
  const count = (of: (r: Api['Receipt']) => number, plan: (p: Api['Plan']) => number) => (r: Api['Run']) => {
    const n = r.receipt ? of(r.receipt) : r.kind === 'dry_run' && r.plan ? plan(r.plan) : undefined;
    return n === undefined ? t('parts.none') : number(n);
  };
  return (
    <DataTable
      label={t('exports.tab.runs')}
      rows={runs}
      rowKey={(r) => r.id}
      columns={[
        {
          id: 'at',
          header: t('exports.runs.at'),
          cell: (r) => (
            <Link to="/exports/$id/runs/$run" params={{ id: exportId, run: r.id }}>
              {dateTime(r.started_at ?? r.created_at)}
            </Link>
          ),
        },
        { id: 'kind', header: t('exports.runs.kind'), cell: (r) => t(`exports.runs.${r.kind}`) },
        { id: 'status', header: t('exports.column.status'), cell: (r) => <StatusBadge status={r.status} /> },
        { id: 'by', header: t('exports.runs.by'), cell: (r) => who(r.requested_by) },
        {
          id: 'added',
          header: t('parts.bucket.added'),
          number: true,
          cell: count(
            (r) => r.added,
            (p) => p.add,
          ),
        },
        {
          id: 'updated',
          header: t('parts.bucket.updated'),
          number: true,
          cell: count(
            (r) => r.updated,
            (p) => p.update,
          ),
        },
        {
          id: 'removed',
          header: t('parts.bucket.removed'),
          number: true,
          cell: count(
            (r) => r.removed,
            (p) => p.remove,
          ),
        },
        {
          id: 'rejected',
          header: t('parts.bucket.rejected'),
          number: true,
          cell: count(
            (r) => r.rejected,
            (p) => p.rejected,
          ),
        },
      ]}
    />
  );
}
