import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Card } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { semantics } from '../profiles/definition';
import { columnOf, type Draft, type Field, renamed, withColumn, withoutField, withSurvivorship } from './draft';
import { Survives } from './Survives';
import classes from './unify.module.css';
import type { useTables } from './useTables';

type Props = { draft: Draft; tables: ReturnType<typeof useTables>; onChange: (change: (d: Draft) => Draft) => void };

const types = ['text', 'number', 'date', 'datetime', 'boolean'] as const;

/** The fields of the profile: what they mean, which columns feed them, and which value survives. */
export function FieldsCard({ draft, tables, onChange }: Props) {
  const { t } = useTranslation();
  const put = (name: string, change: Partial<Field>) =>
    onChange((d) => ({ ...d, fields: d.fields.map((f) => (f.name === name ? { ...f, ...change } : f)) }));
  const add = () =>
    onChange((d) => {
      let n = d.fields.length + 1;
      const called = () => `field_${n}`;
      while (d.fields.some((f) => f.name === called())) n++;
      return { ...d, fields: [...d.fields, { name: called(), type: 'text' }] };
    });
  return (
    <Card title={t('unify.fields.title')}>
      <div className={`stack ${classes.fields}`}>
        <p className="muted">{t('unify.fields.what')}</p>
        <DataTable
          label={t('unify.fields.title')}
          rows={draft.fields.map((f, i) => ({ ...f, i }))}
          rowKey={(f) => String(f.i)}
          columns={[
            {
              id: 'name',
              header: t('unify.fields.name'),
              cell: (f) => (
                <NameInput
                  name={f.name}
                  taken={(name) => draft.fields.some((x) => x.name === name)}
                  onName={(name) => onChange((d) => renamed(d, f.name, name))}
                />
              ),
            },
            {
              id: 'type',
              header: t('unify.fields.type'),
              cell: (f) => (
                <NativeSelect
                  aria-label={t('unify.fields.type_of', { field: f.name })}
                  value={f.type}
                  data={types.map((x) => ({ value: x, label: t(`sources.type.${x}`) }))}
                  onChange={(e) => put(f.name, { type: e.currentTarget.value as Field['type'] })}
                />
              ),
            },
            {
              id: 'means',
              header: t('profiles.definition.means'),
              cell: (f) => (
                <NativeSelect
                  aria-label={t('profiles.definition.means_of', { column: f.name })}
                  value={f.semantic ?? ''}
                  data={[
                    { value: '', label: t('profiles.definition.nothing_special') },
                    ...semantics.map((s) => ({ value: s as string, label: t(`profiles.semantic.${s}`) })),
                  ]}
                  onChange={(e) =>
                    put(f.name, { semantic: (e.currentTarget.value || undefined) as Api['UnifyField']['semantic'] })
                  }
                />
              ),
            },
            ...draft.tables.map((x) => ({
              id: `from ${x.source_id}`,
              header: tables.name(x.source_id),
              cell: (f: Field) => {
                const now = columnOf(draft, x.source_id, f.name);
                return (
                  <NativeSelect
                    aria-label={t('unify.fields.column_of', { table: tables.name(x.source_id), field: f.name })}
                    value={now ?? ''}
                    data={[
                      { value: '', label: t('unify.fields.no_column') },
                      ...[...new Set([...(now ? [now] : []), ...tables.columns(x.source_id).map((c) => c.name)])].map(
                        (c) => ({ value: c, label: c }),
                      ),
                    ]}
                    onChange={(e) => {
                      const column = e.currentTarget.value;
                      onChange((d) => withColumn(d, x.source_id, f.name, column));
                    }}
                  />
                );
              },
            })),
            ...(draft.tables.length > 1 || draft.rules.length > 0
              ? [
                  {
                    id: 'survives',
                    header: t('unify.fields.survives'),
                    cell: (f: Field) => (
                      <Survives
                        field={f}
                        draft={draft}
                        tableName={tables.name}
                        onChange={(s) => onChange((d) => withSurvivorship(d, f.name, s))}
                      />
                    ),
                  },
                ]
              : []),
            {
              id: 'remove',
              header: t('unify.fields.remove'),
              quiet: true,
              cell: (f) => (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  c="var(--muted)"
                  aria-label={t('unify.fields.remove_of', { field: f.name })}
                  title={t('unify.fields.remove')}
                  onClick={() => onChange((d) => withoutField(d, f.name))}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
              ),
            },
          ]}
        />
        <Button
          size="compact-sm"
          variant="subtle"
          w="fit-content"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          {t('unify.fields.add')}
        </Button>
      </div>
    </Card>
  );
}

type NameProps = { name: string; taken: (name: string) => boolean; onName: (name: string) => void };

/** The name of a field; while it is typed nothing else is called so yet. */
function NameInput({ name, taken, onName }: NameProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const wanted = text.trim();
  const wrong = wanted !== name && (wanted === '' || taken(wanted));
  return (
    <TextInput
      aria-label={t('unify.fields.name_of', { field: name })}
      value={text}
      error={wrong ? t('unify.fields.taken') : undefined}
      onChange={(e) => setText(e.currentTarget.value)}
      onBlur={() => {
        if (!wrong && wanted !== name) onName(wanted);
        else setText(name);
      }}
    />
  );
}
