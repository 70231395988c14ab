import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import type { Token } from '../theme/tokens';
import classes from './bars.module.css';

export type Part = { id: string; label: string; count: number; tone: Token; pattern?: 'striped' };

/** A whole drawn as one bar of its parts. The figures stand below it, so that nothing hangs on colour. */
export function Bar({ label, total, parts }: { label: string; total: number; parts: Part[] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const sum = parts.reduce((n, p) => n + p.count, 0);
  return (
    <figure className={classes.figure}>
      <figcaption className="row">
        <span className="grow">{label}</span>
        <strong className="num">{number(total)}</strong>
      </figcaption>
      <div className={classes.bar} aria-hidden>
        {parts
          .filter((p) => p.count > 0)
          .map((p) => (
            <span key={p.id} data-pattern={p.pattern} style={{ flexGrow: p.count, background: `var(--${p.tone})` }} />
          ))}
      </div>
      <ul className={classes.legend}>
        {parts.map((p) => (
          <li key={p.id} data-none={p.count === 0}>
            <i data-pattern={p.pattern} style={{ background: `var(--${p.tone})` }} aria-hidden />
            {p.label} <b className="num">{number(p.count)}</b>
          </li>
        ))}
      </ul>
      {sum !== total && (
        <p style={{ color: 'var(--bad)' }}>
          {t('parts.receipt.does_not_add_up', { sum: number(sum), total: number(total) })}
        </p>
      )}
    </figure>
  );
}
