import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { RowMenu } from '../parts/ListPage';
import { type Draft, type MatchRule, moved, withoutTable, withSuggestion } from './draft';
import type { useTables } from './useTables';

type Props = { draft: Draft; tables: ReturnType<typeof useTables>; onChange: (change: (d: Draft) => Draft) => void };

/** The rules that the server suggests, by the names it gives them. */
const suggested: Record<string, string> = { 'Same e-mail': 'email', 'Same phone, similar name': 'phone' };

/** The tables that profiles are made from, and which column names their rows. */
export function TablesCard({ draft, tables, onChange }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const others = tables.ready.filter((s) => !draft.tables.some((x) => x.source_id === s.id));
  /** What a rule that the server suggests is called here. */
  const inWords = (r: MatchRule) => {
    const key = suggested[r.name];
    return key ? { ...r, name: t(`unify.rules.suggested.${key}`) } : r;
  };
  const add = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const source_ids = [...draft.tables.map((x) => x.source_id), chosen];
      const s = await send(api.POST('/api/v1/profile/unification/suggestion', { body: { source_ids } }));
      onChange((d) => withSuggestion(d, { ...s, rules: s.rules.map(inWords) }, [chosen]));
      setChosen('');
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t('unify.tables.title')}>
      <div className="stack">
        <p className="muted">{t('unify.tables.what')}</p>
        <DataTable
          label={t('unify.tables.title')}
          rows={draft.tables.map((x, i) => ({ ...x, i }))}
          rowKey={(x) => x.source_id}
          columns={[
            {
              id: 'name',
              header: t('unify.tables.table'),
              cell: (x) => <b className="break">{`${x.i + 1}. ${tables.name(x.source_id)}`}</b>,
            },
            {
              id: 'key',
              header: t('unify.tables.key'),
              cell: (x) => (
                <NativeSelect
                  aria-label={t('unify.tables.key_of', { table: tables.name(x.source_id) })}
                  value={x.key}
                  data={[...new Set([x.key, ...tables.columns(x.source_id).map((c) => c.name)])]}
                  onChange={(e) => {
                    const key = e.currentTarget.value;
                    onChange((d) => ({
                      ...d,
                      tables: d.tables.map((y) => (y.source_id === x.source_id ? { ...y, key } : y)),
                    }));
                  }}
                />
              ),
            },
            {
              id: 'menu',
              header: t('parts.list.actions'),
              quiet: true,
              cell: (x) => (
                <RowMenu
                  row={x}
                  name={(y) => tables.name(y.source_id)}
                  rowActions={[
                    {
                      label: t('unify.up'),
                      hidden: (y) => y.i === 0,
                      run: (y) => onChange((d) => ({ ...d, tables: moved(d.tables, y.i, -1) })),
                    },
                    {
                      label: t('unify.down'),
                      hidden: (y) => y.i === draft.tables.length - 1,
                      run: (y) => onChange((d) => ({ ...d, tables: moved(d.tables, y.i, 1) })),
                    },
                    {
                      label: t('unify.tables.remove'),
                      tone: 'bad',
                      disabled: () => draft.tables.length === 1,
                      run: (y) => onChange((d) => withoutTable(d, y.source_id)),
                    },
                  ]}
                />
              ),
            },
          ]}
        />
        {others.length > 0 && (
          <div className="row" style={{ alignItems: 'flex-end' }}>
            <NativeSelect
              label={t('unify.tables.another')}
              value={chosen}
              data={[
                { value: '', label: t('unify.tables.choose') },
                ...others.map((s) => ({ value: s.id, label: s.name })),
              ]}
              onChange={(e) => setChosen(e.currentTarget.value)}
            />
            <Button variant="default" disabled={!chosen} loading={busy} onClick={add}>
              {t('unify.tables.add')}
            </Button>
          </div>
        )}
        {others.length === 0 && draft.tables.length === 1 && <Notice tone="info">{t('unify.tables.only')}</Notice>}
        {error !== undefined && <ErrorPanel error={error} />}
      </div>
    </Card>
  );
}
