import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Confirm } from '../parts/Confirm';
import { DataTable } from '../parts/DataTable';
import { RowMenu } from '../parts/ListPage';
import { Modal } from '../parts/Modal';
import { useMe } from '../parts/roles';
import { Explained } from './Explained';
import { useRowName, useRuleName } from './rows';
import classes from './unify.module.css';
import { useTables } from './useTables';

type Props = {
  cluster: Api['Cluster'];
  /** Told once a row was taken out. */
  onSeparated?: () => void;
  /** The profile is named elsewhere already. */
  nameless?: boolean;
};

/** The rows of one profile, their values, and the rule of each join. */
export function ClusterView({ cluster, onSeparated, nameless }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const tables = useTables();
  const row = useRowName();
  const ruleName = useRuleName();
  const [separating, setSeparating] = useState<Api['Row']>();
  const [asked, setAsked] = useState<Api['RowPair']>();
  const { profile, fields, joins } = cluster;
  const filled = fields.map((field, i) => ({ field, i })).filter(({ i }) => cluster.rows.some((r) => r.values?.[i]));
  const title = profile
    ? t('unify.cluster.of', { id: profile })
    : t('unify.cluster.rows', { count: cluster.rows.length, n: cluster.rows.length });
  return (
    <section className={classes.cluster} aria-label={title}>
      {!nameless && (
        <h3>
          {profile ? (
            <Link to="/profiles/$id" params={{ id: profile }}>
              {title}
            </Link>
          ) : (
            title
          )}
        </h3>
      )}
      <DataTable
        label={t('unify.cluster.rows_of', { name: title })}
        rows={cluster.rows}
        rowKey={(r) => `${r.source_id} ${r.key}`}
        values
        columns={[
          { id: 'table', header: t('unify.tables.table'), cell: (r) => tables.name(r.source_id) },
          { id: 'key', header: t('unify.tables.key'), cell: (r) => r.key },
          ...filled.map(({ field, i }) => ({
            id: `field ${field}`,
            header: field,
            cell: (r: Api['ClusterRow']) => (r.values ? r.values[i] || t('parts.none') : t('unify.cluster.gone')),
          })),
          ...(profile && may('contributor') && cluster.rows.length > 1
            ? [
                {
                  id: 'menu',
                  header: t('parts.list.actions'),
                  quiet: true,
                  cell: (r: Api['ClusterRow']) => (
                    <RowMenu
                      row={r}
                      name={row}
                      rowActions={[
                        {
                          label: t('unify.separate.verb'),
                          run: ({ source_id, key }) => setSeparating({ source_id, key }),
                        },
                      ]}
                    />
                  ),
                },
              ]
            : []),
        ]}
      />
      {joins.length > 0 && (
        <ul className="plain" style={{ gap: 4 }}>
          {joins.map((j) => (
            <li key={`${row(j.a)} ${row(j.b)}`}>
              <span className="break">
                {t('unify.cluster.join', { a: row(j.a), b: row(j.b), rule: ruleName(j.rule) })}
              </span>
              {profile && (
                <Button size="compact-xs" variant="subtle" onClick={() => setAsked({ a: j.a, b: j.b })}>
                  {t('unify.cluster.why')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {separating && profile && (
        <Confirm
          opened
          title={t('unify.separate.title', { row: row(separating) })}
          verb={t('unify.separate.verb')}
          onClose={() => setSeparating(undefined)}
          onConfirm={async () => {
            await send(api.POST('/api/v1/profile/separation', { body: { profile, row: separating } }));
            onSeparated?.();
          }}
        >
          {t('unify.separate.what')}
        </Confirm>
      )}
      {asked && (
        <Modal opened size="xl" onClose={() => setAsked(undefined)} title={t('unify.cluster.why')}>
          <Explained pair={asked} />
        </Modal>
      )}
    </section>
  );
}
