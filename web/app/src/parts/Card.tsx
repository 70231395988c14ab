import { type ReactNode, useId } from 'react';
import classes from './page.module.css';

/** A part of a page under a heading of its own. */
export function Card({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id}>
      {actions ? (
        <div className="row" style={{ marginBottom: 12 }}>
          <h2 id={id} className="grow">
            {title}
          </h2>
          {actions}
        </div>
      ) : (
        <h2 id={id}>{title}</h2>
      )}
      {children}
    </section>
  );
}

/** Names and values beside each other, on phones below each other. A fact without a value is left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What a page says where there is nothing: why, and the one thing to do next. */
export function Empty({ text, action }: { text: string; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <p>{text}</p>
      {action}
    </div>
  );
}

/** Something to know, said where it matters. */
export function Notice({ tone, children }: { tone: 'info' | 'warn' | 'good'; children: ReactNode }) {
  return (
    <div className={classes.notice} data-tone={tone} role="status">
      {children}
    </div>
  );
}
