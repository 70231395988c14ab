import { Button, Radio, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../../api/client';
import { useFormats } from '../../languages/format';
import { Notice } from '../../parts/Card';
import { DataTable } from '../../parts/DataTable';
import { ErrorPanel } from '../../parts/ErrorPanel';
import { Loaded } from '../../parts/Loaded';
import { found } from '../../parts/sorting';
import { listsQuery } from '../queries';

type Props = {
  connection: string;
  value: number | undefined;
  /** Exports of the same account, to say which lists are in use. */
  others: Api['Export'][];
  onChange: (id: number) => void;
};

const shownAtOnce = 30;

/** A list of the account: picked from those there are, found by its number, or made. */
export function ListSection({ connection, value, others, onChange }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [search, setSearch] = useState('');
  const group = useId();
  const lists = useQuery(listsQuery(connection));
  const users = (id: number) => others.filter((e) => e.list_id === id).map((e) => e.name);
  return (
    <div className="stack">
      <Loaded query={lists}>
        {(all) => {
          const hits = found(all, search, (l) => `${l.id} ${l.name} ${l.folder ?? ''}`);
          const chosen = all.find((l) => l.id === value);
          const rows = hits.slice(0, shownAtOnce);
          if (chosen && !rows.includes(chosen)) rows.unshift(chosen);
          return (
            <>
              <TextInput
                type="search"
                label={t('exports.editor.list.search')}
                description={t('exports.editor.list.search_by')}
                value={search}
                onChange={(e) => {
                  const text = e.currentTarget.value;
                  setSearch(text);
                  const exact = all.find((l) => String(l.id) === text.trim());
                  if (exact) onChange(exact.id);
                }}
                maw={360}
              />
              {value !== undefined && !chosen && (
                <Notice tone="warn">
                  <p>{t('exports.editor.list.missing', { id: value })}</p>
                </Notice>
              )}
              <DataTable
                label={t('exports.editor.list.label')}
                rows={rows}
                rowKey={(l) => String(l.id)}
                none={t('exports.editor.list.none')}
                columns={[
                  {
                    id: 'name',
                    header: t('exports.column.name'),
                    cell: (l) => (
                      <Radio
                        name={group}
                        label={l.name}
                        checked={l.id === value}
                        onChange={() => onChange(l.id)}
                        description={
                          users(l.id).length > 0
                            ? t('exports.editor.list.used', { names: users(l.id).join(', ') })
                            : undefined
                        }
                      />
                    ),
                  },
                  {
                    id: 'folder',
                    header: t('exports.editor.list.folder'),
                    cell: (l) => l.folder || t('parts.none'),
                  },
                  { id: 'id', header: t('exports.editor.list.id'), number: true, cell: (l) => l.id },
                  { id: 'size', header: t('exports.column.size'), number: true, cell: (l) => number(l.size) },
                ]}
              />
              {hits.length > shownAtOnce && (
                <p className="muted">{t('exports.editor.list.more', { count: hits.length - shownAtOnce })}</p>
              )}
            </>
          );
        }}
      </Loaded>
      <NewList connection={connection} onMade={onChange} />
    </div>
  );
}

function NewList({ connection, onMade }: { connection: string; onMade: (id: number) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () =>
      send(
        api.POST('/api/v1/connections/{id}/lists', {
          params: { path: { id: connection } },
          body: { name: name.trim() },
        }),
      ),
    onSuccess: (made) => {
      client.setQueryData(listsQuery(connection).queryKey, (was) => [
        ...(was ?? []).filter((l) => l.id !== made.id),
        made,
      ]);
      setName('');
      onMade(made.id);
    },
    onError: () => client.invalidateQueries({ queryKey: listsQuery(connection).queryKey }), // it may be there all the same
  });
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <TextInput
          label={t('exports.editor.list.new')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          maxLength={100}
        />
        <Button variant="default" disabled={!name.trim()} loading={make.isPending} onClick={() => make.mutate()}>
          {t('exports.editor.list.create')}
        </Button>
      </div>
      {make.error && <ErrorPanel error={make.error} />}
    </div>
  );
}
