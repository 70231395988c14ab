import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Facts } from '../parts/Card';
import classes from './difference.module.css';
import { rowsQuery } from './queries';
import { useExportWords } from './words';

const samples = 8;

/** What a plan changes on the list, as something to read: who joins, who leaves, whose values change, with samples. */
export function Difference({ run, plan }: { run: Api['Run']; plan: Api['Plan'] }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const quiet = plan.add + plan.remove + plan.update === 0;
  const said = (n: number) => t('exports.people', { count: n, n: number(n) });
  return (
    <div className="stack">
      {quiet ? (
        <p>{t('exports.difference.nothing')}</p>
      ) : (
        <div className={classes.sides}>
          <Side run={run} side="joins" bucket="added" count={plan.add} tone="good" />
          <Side run={run} side="leaves" bucket="removed" count={plan.remove} tone="warn" />
          {plan.update > 0 && <Side run={run} side="changes" bucket="updated" count={plan.update} tone="info" />}
        </div>
      )}
      <Facts
        facts={[
          [t('exports.difference.data_at'), plan.data_at && dateTime(plan.data_at)],
          [t('exports.difference.there_before'), plan.there_before > 0 && said(plan.there_before)],
          [t('exports.difference.not_removed'), plan.not_removed > 0 && said(plan.not_removed)],
          [t('exports.difference.refusals'), plan.refusal_removals > 0 && said(plan.refusal_removals)],
          ...words.withheld(plan.withheld),
        ]}
      />
    </div>
  );
}

type SideProps = {
  run: Api['Run'];
  side: 'joins' | 'leaves' | 'changes';
  bucket: 'added' | 'removed' | 'updated';
  count: number;
  tone: 'good' | 'warn' | 'info';
};

function Side({ run, side, bucket, count, tone }: SideProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const words = useExportWords();
  const rows = useQuery({ ...rowsQuery(run.id, bucket), enabled: count > 0 }).data?.items ?? [];
  return (
    <section className={classes.side} data-tone={tone} aria-label={t(`exports.difference.${side}`)}>
      <h3>
        <span className="num">{number(count)}</span> {t(`exports.difference.${side}_count`, { count })}
      </h3>
      {rows.length > 0 && (
        <ul>
          {rows.slice(0, samples).map((r) => (
            <li key={r.number}>
              {r.address || r.profile_id}
              {r.reason && <span className="muted"> · {words.reason(r.reason)}</span>}
            </li>
          ))}
          {count > samples && (
            <li>
              <Link to="/exports/$id/runs/$run" params={{ id: run.export_id, run: run.id }} search={{ bucket }}>
                {t('exports.difference.all')}
              </Link>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
