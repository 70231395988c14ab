import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { FormDialog } from '../exports/dialogs/FormDialog';
import { Notice } from '../parts/Card';
import { definitionQuery } from '../profiles/queries';
import { sourcesQuery } from '../sources/queries';
import { complete, suggested, type Table } from './keys';

/** Makes a relationship: whose rows, to what they belong, and which columns say so. */
export function NewRelationship({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const profileKey = useQuery(definitionQuery).data?.key;
  const tables: Table[] = (useQuery(sourcesQuery).data ?? [])
    .filter((s) => s.ingest?.columns.length)
    .map((s) => ({ id: s.id, name: s.name, columns: s.ingest?.columns.map((c) => c.name) ?? [] }));
  const [name, setName] = useState('');
  const [named, setNamed] = useState(false); // whether the name was typed, and not made of the table's
  const [fromId, setFrom] = useState('');
  const [toId, setTo] = useState('');
  const [keys, setKeys] = useState<Api['KeyPair'][]>([{ from: '' }]);
  const from = tables.find((x) => x.id === fromId);
  const to = tables.find((x) => x.id === toId);
  const choose = (nextFrom: string, nextTo: string) => {
    const [a, b] = [tables.find((x) => x.id === nextFrom), tables.find((x) => x.id === nextTo)];
    setFrom(nextFrom);
    setTo(nextTo);
    setKeys(suggested(a, b, profileKey));
    if (!named && a) setName(a.name.toLowerCase());
  };
  const put = (i: number, change: Partial<Api['KeyPair']>) =>
    setKeys((all) => all.map((k, n) => (n === i ? { ...k, ...change } : k)));
  const options = (columns: string[], value: string | undefined) => [
    ...(value ? [] : [{ value: '', label: t('relationships.choose_column') }]),
    ...columns.map((c) => ({ value: c, label: c })),
  ];
  const submit = async () => {
    const body = { name: name.trim(), from: fromId, to: toId || undefined, keys };
    await send(api.POST('/api/v1/relationships', { body }));
    await client.invalidateQueries({ queryKey: ['relationships'] });
  };
  return (
    <FormDialog
      title={t('relationships.new.title')}
      verb={t('relationships.add')}
      ready={name.trim() !== '' && !!from && complete(keys, !!to)}
      onSubmit={submit}
      onClose={onClose}
    >
      <NativeSelect
        label={t('relationships.new.from')}
        description={t('relationships.new.from_is')}
        value={fromId}
        data={[
          ...(from ? [] : [{ value: '', label: t('relationships.new.choose') }]),
          ...tables.map((x) => ({ value: x.id, label: x.name })),
        ]}
        onChange={(e) => choose(e.currentTarget.value, e.currentTarget.value === toId ? '' : toId)}
      />
      <NativeSelect
        label={t('relationships.new.to')}
        value={toId}
        data={[
          { value: '', label: t('relationships.profiles') },
          ...tables.filter((x) => x.id !== fromId).map((x) => ({ value: x.id, label: x.name })),
        ]}
        onChange={(e) => choose(fromId, e.currentTarget.value)}
      />
      {from && (
        <fieldset className="bare stack" style={{ gap: 8 }}>
          <legend>{t('relationships.new.keys')}</legend>
          {keys.map((k, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: keys have no name but their place
            <div className="row" key={i} style={{ flexWrap: 'nowrap' }}>
              <NativeSelect
                className="grow"
                aria-label={t('relationships.new.column_of', { table: from.name })}
                value={k.from}
                data={options(from.columns, k.from)}
                onChange={(e) => put(i, { from: e.currentTarget.value })}
              />
              <span aria-hidden>=</span>
              {to ? (
                <NativeSelect
                  className="grow"
                  aria-label={t('relationships.new.column_of', { table: to.name })}
                  value={k.to ?? ''}
                  data={options(to.columns, k.to)}
                  onChange={(e) => put(i, { to: e.currentTarget.value })}
                />
              ) : (
                <span className="grow">{t('relationships.profile_id')}</span>
              )}
              {keys.length > 1 && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  c="var(--muted)"
                  aria-label={t('relationships.new.drop_key')}
                  onClick={() => setKeys((all) => all.filter((_, n) => n !== i))}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
              )}
            </div>
          ))}
          {to && keys.length < 8 && (
            <Button
              size="compact-sm"
              variant="subtle"
              w="fit-content"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => setKeys((all) => [...all, { from: '', to: '' }])}
            >
              {t('relationships.new.add_key')}
            </Button>
          )}
        </fieldset>
      )}
      <TextInput
        label={t('relationships.column.name')}
        description={t('relationships.new.name_is')}
        maxLength={200}
        value={name}
        onChange={(e) => {
          setName(e.currentTarget.value);
          setNamed(true);
        }}
      />
      <Notice tone="info">{t('relationships.new.for_good')}</Notice>
    </FormDialog>
  );
}
