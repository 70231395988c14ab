import { type ReactNode, useId, useState } from 'react';
import { Card } from './Card';
import classes from './page.module.css';

type Props = {
  title: string;
  /** Whether it is open until somebody opens or closes it: what matters now, or where there is room. */
  open: boolean;
  actions?: ReactNode;
  children: ReactNode;
};

/** A part of a page that is secondary where there is little room: a card there that is opened by its heading. */
export function Fold({ title, open, actions, children }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  if (open)
    return (
      <Card title={title} actions={actions}>
        {children}
      </Card>
    );
  return (
    <section className={classes.card} aria-labelledby={id}>
      <details className={classes.fold} open={shown} onToggle={(e) => setShown(e.currentTarget.open)}>
        <summary>
          <h2 id={id}>{title}</h2>
        </summary>
        {shown && children}
      </details>
    </section>
  );
}
