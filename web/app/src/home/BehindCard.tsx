import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useExportActions } from '../exports/actions';
import { useBehindWords } from '../exports/instep';
import { standingOf } from '../exports/success';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import classes from './home.module.css';

const shown = 6;

/** The lists that are not as their segments say: why, and what mends it. Those that wait for somebody come first. */
export function BehindCard({ list, tasks }: { list: Api['Export'][]; tasks: Api['TaskStanding'][] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const words = useBehindWords();
  const { start } = useExportActions();
  const [all, setAll] = useState(false);
  if (list.length === 0) return null;
  const rows = list
    .map((e) => ({ e, next: words.next(e, standingOf(tasks, e)) }))
    .sort((a, b) => Number(!!a.next) - Number(!!b.next));
  return (
    <Card title={t('home.behind.title')}>
      <div className="stack">
        {start.error && <ErrorPanel error={start.error} />}
        <ul className={classes.behind}>
          {rows.slice(0, all ? rows.length : shown).map(({ e, next }) => (
            <li key={e.id}>
              <div className="grow">
                <Link to="/exports/$id" params={{ id: e.id }}>
                  {e.name}
                </Link>
                <p className="muted">
                  {words.why(e)} {next ?? (e.your_permissions === 'edit' ? '' : t('exports.behind.by_hand'))}
                </p>
              </div>
              {!next && e.your_permissions === 'edit' && (
                <Button
                  aria-label={`${t('exports.run.verb')}: ${e.name}`}
                  variant="default"
                  size="compact-sm"
                  loading={start.isPending && start.variables?.id === e.id}
                  onClick={() => start.mutate({ id: e.id, kind: 'run' })}
                >
                  {t('exports.run.verb')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {!all && rows.length > shown && (
          <div>
            <Button variant="default" size="compact-sm" onClick={() => setAll(true)}>
              {t('parts.list.show_all', { n: number(rows.length) })}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
