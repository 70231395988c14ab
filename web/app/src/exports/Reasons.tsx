import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import classes from './reasons.module.css';
import { useExportWords } from './words';

/** Why people of a run are left out, and how many for each reason, the most first. */
export function Reasons({ run }: { run: Api['Run'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { reason } = useExportWords();
  const id = useId();
  const reasons = Object.entries(run.receipt?.reasons ?? run.plan?.reasons ?? {})
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  if (reasons.length === 0) return null;
  const both = (run.receipt ?? run.plan)?.not_removed;
  return (
    <section className={classes.reasons} aria-labelledby={id}>
      <h3 id={id}>{both ? t('exports.left_out.both') : t('exports.left_out.rejected')}</h3>
      <dl>
        {reasons.map(([code, n]) => (
          <div key={code}>
            <dt>{reason(code)}</dt>
            <dd className="num">{t('exports.people', { count: n, n: number(n) })}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
