import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './sections.module.css';

export type Section = {
  id: string;
  title: string;
  /** Whether the section is filled in, so that the next one opens. */
  complete: boolean;
  /** What is still to be done in it while it is not filled in. */
  needs?: string;
  /** What was chosen, in a few words, while the section is closed. */
  summary?: ReactNode;
  content: ReactNode;
};

/**
 * A form on one page whose numbered sections open in order: a section can be opened when all before it are complete, and
 * every one that was can be opened again. One is ticked once somebody has seen it, or where all of it is as it was `saved`: what is
 * proposed is not done yet. What stands at the end (a summary in plain words, the button) shows once all are. The section at `open` is
 * opened as soon as there is something to correct in it.
 */
export function Sections({
  sections,
  end,
  saved,
  open: corrected,
}: {
  sections: Section[];
  end: ReactNode;
  saved?: boolean;
  open?: number;
}) {
  const { t } = useTranslation();
  const base = useId();
  const [opened, setOpened] = useState(0);
  const [known, setKnown] = useState<number>();
  if (corrected !== known) {
    // Before anything is shown, so that what is to be corrected is there for the focus.
    setKnown(corrected);
    if (corrected !== undefined) setOpened(corrected);
  }
  const reach = sections.findIndex((s) => !s.complete);
  const all = reach < 0;
  const may = (i: number) => all || i <= reach;
  const at = may(opened) ? opened : reach;
  const current = sections[at]?.id;
  const [seen, setSeen] = useState<string[]>([]);
  useEffect(() => {
    if (current) setSeen((ids) => (ids.includes(current) ? ids : [...ids, current]));
  }, [current]);
  return (
    <div className="stack">
      <ol className={classes.list}>
        {sections.map((s, i) => {
          const open = i === at;
          const done = s.complete && !open && (saved || seen.includes(s.id));
          return (
            <li key={s.id} className={classes.section}>
              <h2>
                <button
                  type="button"
                  aria-expanded={open}
                  aria-controls={`${base}-${s.id}`}
                  disabled={!may(i)}
                  onClick={() => setOpened(open ? sections.length : i)}
                >
                  <span className={classes.number} data-complete={done}>
                    {done ? <IconCheck size={14} aria-hidden /> : i + 1}
                  </span>
                  {s.title}
                  {done && <span className="visually-hidden">{t('parts.sections.complete')}</span>}
                </button>
              </h2>
              {!open && s.complete && s.summary && <div className={classes.summary}>{s.summary}</div>}
              <div id={`${base}-${s.id}`} hidden={!open} className={classes.content}>
                {open && s.content}
                {open && (
                  <div className="row" style={{ marginTop: 16 }}>
                    <Button variant="default" disabled={!s.complete} onClick={() => setOpened(i + 1)}>
                      {t('parts.sections.next')}
                    </Button>
                    <p className="muted" role="status">
                      {s.complete ? all && !saved && t('parts.sections.ready') : s.needs}
                    </p>
                  </div>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {all && end}
    </div>
  );
}
