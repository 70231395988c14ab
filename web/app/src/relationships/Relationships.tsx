import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Confirm } from '../parts/Confirm';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { pathName } from '../segments/AboutSelect';
import { paths } from '../segments/tables';
import { Uses } from '../segments/Uses';
import { sourcesQuery } from '../sources/queries';
import { NewRelationship } from './NewRelationship';
import { relationshipsQuery } from './queries';

type Relationship = Api['Relationship'];

/** How rows of tables belong to profiles or to each other. */
export default function Relationships() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { may } = useMe();
  const query = useQuery(relationshipsQuery);
  const sources = useQuery(sourcesQuery).data ?? [];
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Relationship>();
  const name = (id: string | undefined) =>
    id ? (sources.find((s) => s.id === id)?.name ?? id) : t('relationships.profiles');
  const ways = paths(
    { fields: [], operators: [], tables: [], relationships: query.data ?? [], segments: [] },
    { fields: [] },
  );
  const waysBy = (r: Relationship) => ways.filter((w) => w.at(-1) === r.name).map(pathName);
  return (
    <ListPage
      title={t('relationships.title')}
      sentence={t('relationships.sentence')}
      back={{ to: '/sources', label: t('sources.title') }}
      actions={may('contributor') && <Button onClick={() => setAdding(true)}>{t('relationships.add')}</Button>}
      query={query}
      rowKey={(r) => r.id}
      name={(r) => r.name}
      text={(r) => `${r.name} ${name(r.from)} ${name(r.to)}`}
      empty={{ text: t('relationships.empty') }}
      rowActions={
        may('contributor') ? [{ label: t('relationships.remove.verb'), tone: 'bad', run: setRemoving }] : undefined
      }
      columns={[
        { id: 'name', header: t('relationships.column.name'), value: (r) => r.name, cell: (r) => <b>{r.name}</b> },
        {
          id: 'from',
          header: t('relationships.column.from'),
          value: (r) => name(r.from),
          cell: (r) => (
            <Link to="/sources/$id" params={{ id: r.from }}>
              {name(r.from)}
            </Link>
          ),
        },
        {
          id: 'to',
          header: t('relationships.column.to'),
          value: (r) => name(r.to),
          cell: (r) =>
            r.to ? (
              <Link to="/sources/$id" params={{ id: r.to }}>
                {name(r.to)}
              </Link>
            ) : (
              name(r.to)
            ),
        },
        {
          id: 'keys',
          header: t('relationships.column.keys'),
          cell: (r) => (
            <ul className="plain" style={{ gap: 0 }}>
              {r.keys.map((k) => (
                <li key={k.from}>{`${k.from} = ${k.to ?? t('relationships.profile_id')}`}</li>
              ))}
            </ul>
          ),
        },
        {
          id: 'ways',
          header: t('relationships.column.ways'),
          cell: (r) => {
            const all = waysBy(r);
            return all.length === 0 ? (
              t('relationships.no_way')
            ) : (
              <ul className="plain" style={{ gap: 0 }}>
                {all.map((w) => (
                  <li key={w}>{w}</li>
                ))}
              </ul>
            );
          },
        },
        {
          id: 'uses',
          header: t('relationships.column.uses'),
          cell: (r) => (r.used_by.length === 0 ? t('parts.none') : <Uses uses={r.used_by} />),
        },
      ]}
    >
      {adding && <NewRelationship onClose={() => setAdding(false)} />}
      {removing && (
        <Confirm
          opened
          title={t('relationships.remove.title', { name: removing.name })}
          verb={t('relationships.remove.verb')}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await send(api.DELETE('/api/v1/relationships/{id}', { params: { path: { id: removing.id } } }));
            await client.invalidateQueries({ queryKey: ['relationships'] });
          }}
        >
          {removing.used_by.length > 0 ? (
            <div className="stack">
              <p>{t('relationships.remove.used')}</p>
              <Uses uses={removing.used_by} />
            </div>
          ) : (
            t('relationships.remove.what')
          )}
        </Confirm>
      )}
    </ListPage>
  );
}
