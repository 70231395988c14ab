import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Bar } from './Bars';

/** How many addresses a run has in step on its list: those of people of the segments, and those that only others of the segments' people share. */
export const onTheList = (r: Api['Receipt']) => r.added + r.updated + r.unchanged + (r.through_others ?? 0);

type AddressesProps = { say: 'in_step' | 'would'; count: number; others?: number; see?: ReactNode };

/** How many addresses are on the list: fewer than the people of the segments, or more than the bar's parts, where some share an address. */
function Addresses({ say, count, others = 0, see }: AddressesProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <p className="muted">
      {t(`parts.receipt.${say}`, { count, n: number(count) })}
      {others > 0 && (
        <>
          {` ${t('parts.receipt.others', { count: others, n: number(others) })} `}
          {see}
        </>
      )}
    </p>
  );
}

/** A receipt as two bars that add up: the members, and the leavers. Who shares an address is to be seen where a link leads. */
export function ReceiptBars({ receipt: r, see }: { receipt: Api['Receipt']; see?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <Bar
        label={t('parts.receipt.members')}
        total={r.members}
        parts={[
          { id: 'added', label: t('parts.bucket.added'), count: r.added, tone: 'good' },
          { id: 'updated', label: t('parts.bucket.updated'), count: r.updated, tone: 'info' },
          { id: 'unchanged', label: t('parts.bucket.unchanged'), count: r.unchanged, tone: 'still' },
          { id: 'rejected', label: t('parts.bucket.rejected'), count: r.rejected, tone: 'bad' },
          {
            id: 'duplicate',
            label: t('parts.bucket.duplicate'),
            count: r.duplicates,
            tone: 'still',
            pattern: 'striped',
          },
          { id: 'not_sent', label: t('parts.bucket.not_sent'), count: r.not_sent, tone: 'warn' },
        ]}
      />
      {r.members > 0 && <Addresses say="in_step" count={onTheList(r)} others={r.through_others} see={see} />}
      <Bar
        label={t('parts.receipt.leavers')}
        total={r.leavers}
        parts={[
          { id: 'removed', label: t('parts.bucket.removed'), count: r.removed, tone: 'info' },
          { id: 'kept', label: t('parts.bucket.kept'), count: r.kept, tone: 'still' },
          {
            id: 'still_wanted',
            label: t('parts.bucket.still_wanted'),
            count: r.still_wanted,
            tone: 'still',
            pattern: 'striped',
          },
          { id: 'not_removed', label: t('parts.bucket.not_removed'), count: r.not_removed, tone: 'bad' },
        ]}
      />
    </div>
  );
}

/** A plan as the same two bars, before anything was sent. */
export function PlanBars({ plan: p, see }: { plan: Api['Plan']; see?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <Bar
        label={t('parts.receipt.members')}
        total={p.members}
        parts={[
          { id: 'add', label: t('parts.plan.add'), count: p.add, tone: 'good' },
          { id: 'update', label: t('parts.plan.update'), count: p.update, tone: 'info' },
          { id: 'unchanged', label: t('parts.bucket.unchanged'), count: p.unchanged, tone: 'still' },
          { id: 'rejected', label: t('parts.bucket.rejected'), count: p.rejected, tone: 'bad' },
          {
            id: 'duplicate',
            label: t('parts.bucket.duplicate'),
            count: p.duplicates,
            tone: 'still',
            pattern: 'striped',
          },
        ]}
      />
      {p.members > 0 && (
        <Addresses
          say="would"
          count={p.add + p.update + p.unchanged + (p.through_others ?? 0)}
          others={p.through_others}
          see={see}
        />
      )}
      <Bar
        label={t('parts.receipt.leavers')}
        total={p.leavers}
        parts={[
          { id: 'remove', label: t('parts.plan.remove'), count: p.remove, tone: 'info' },
          { id: 'keep', label: t('parts.plan.keep'), count: p.keep, tone: 'still' },
          {
            id: 'still_wanted',
            label: t('parts.bucket.still_wanted'),
            count: p.still_wanted,
            tone: 'still',
            pattern: 'striped',
          },
          { id: 'not_removed', label: t('parts.bucket.not_removed'), count: p.not_removed, tone: 'warn' },
        ]}
      />
    </div>
  );
}
