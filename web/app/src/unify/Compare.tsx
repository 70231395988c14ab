import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Card } from '../parts/Card';
import { Explained } from './Explained';
import { unificationQuery } from './queries';
import { sameRow } from './rows';
import classes from './unify.module.css';
import { useTables } from './useTables';

/** Two rows, named by their table and key, and why they are one person or are not. Neither is in the address. */
export function Compare() {
  const { t } = useTranslation();
  const tables = useTables();
  const ids = useQuery(unificationQuery).data?.tables.map((x) => x.source_id) ?? [];
  const [a, setA] = useState<Api['Row']>({ source_id: ids[0] ?? '', key: '' });
  const [b, setB] = useState<Api['Row']>({ source_id: ids[1] ?? ids[0] ?? '', key: '' });
  const [asked, setAsked] = useState<Api['RowPair']>();
  const trimmed = (r: Api['Row']) => ({ ...r, key: r.key.trim() });
  const ready = a.key.trim() !== '' && b.key.trim() !== '' && !sameRow(trimmed(a), trimmed(b));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (ready) setAsked({ a: trimmed(a), b: trimmed(b) });
  };
  return (
    <div className="stack">
      <Card title={t('unify.compare.title')}>
        <form onSubmit={submit} className="stack">
          <p className="muted">{t('unify.compare.what')}</p>
          <div className={classes.pair}>
            {(
              [
                [t('unify.compare.first'), a, setA],
                [t('unify.compare.second'), b, setB],
              ] as const
            ).map(([legend, r, set]) => (
              <fieldset key={legend} className="bare stack" style={{ gap: 8 }}>
                <legend>{legend}</legend>
                <NativeSelect
                  label={t('unify.tables.table')}
                  value={r.source_id}
                  data={ids.map((id) => ({ value: id, label: tables.name(id) }))}
                  onChange={(e) => set({ ...r, source_id: e.currentTarget.value })}
                />
                <TextInput
                  label={t('unify.tables.key')}
                  value={r.key}
                  autoComplete="off"
                  onChange={(e) => set({ ...r, key: e.currentTarget.value })}
                />
              </fieldset>
            ))}
          </div>
          <Button type="submit" w="fit-content" disabled={!ready}>
            {t('unify.compare.verb')}
          </Button>
        </form>
      </Card>
      {asked && (
        <Card title={t('unify.compare.result')}>
          <Explained key={JSON.stringify(asked)} pair={asked} />
        </Card>
      )}
    </div>
  );
}
