import type { ReactNode } from 'react';
import type { Token } from '../theme/tokens';
import classes from './meter.module.css';

type Props = {
  /** What is measured, for screen readers. */
  label: string;
  part: number;
  whole: number;
  tone: Token;
  /** The same in figures and words, so that nothing hangs on the picture. */
  children: ReactNode;
};

/** A part of a whole, drawn as a bar with its figures below. */
export function Meter({ label, part, whole, tone, children }: Props) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let the colours of a meter element be chosen */}
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(whole, part)}
        aria-valuenow={part}
        className={classes.meter}
      >
        <span style={{ width: `${share * 100}%`, background: `var(--${tone})` }} />
      </div>
      <p>{children}</p>
    </div>
  );
}
