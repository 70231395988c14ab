import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { useNarrow } from '../parts/useNarrow';
import { type Draft, types, withType } from './reading';
import { useReason } from './useReason';

type Props = {
  preview: Api['Preview'];
  columns: Draft['columns'];
  onColumns: (columns: Draft['columns']) => void;
};

/** The columns that were found, with their types, which can be stated instead; the first rows; and what would be put aside. */
export function PreviewTable({ preview, columns, onColumns }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const said = useReason();
  const narrow = useNarrow();
  return (
    <div className="stack">
      <DataTable
        label={t('sources.columns.title')}
        rows={preview.columns.map((c, i) => ({ ...c, i }))}
        rowKey={(c) => c.name}
        columns={[
          { id: 'name', header: t('sources.columns.name'), cell: (c) => c.name },
          {
            id: 'type',
            header: t('sources.columns.type'),
            cell: (c) => (
              <NativeSelect
                aria-label={t('sources.form.type_of', { column: c.name })}
                miw={narrow ? undefined : 210}
                styles={{ input: { textOverflow: 'ellipsis' } }}
                value={columns[c.name]?.type ?? ''}
                data={[
                  { value: '', label: t('sources.form.found', { type: t(`sources.type.${c.type}`) }) },
                  ...types.map((x) => ({ value: x as string, label: t(`sources.type.${x}`) })),
                ]}
                onChange={(e) => {
                  const type = e.currentTarget.value as Api['ColumnOption']['type'] | '';
                  onColumns(withType(columns, c.name, type ? { type } : undefined));
                }}
              />
            ),
          },
          {
            id: 'format',
            header: t('sources.columns.format'),
            cell: (c) => {
              const option = columns[c.name];
              if (option?.type === 'date' || option?.type === 'datetime')
                return (
                  <TextInput
                    aria-label={t('sources.form.format_of', { column: c.name })}
                    placeholder="%d.%m.%Y"
                    value={option.format ?? ''}
                    onChange={(e) =>
                      onColumns(withType(columns, c.name, { ...option, format: e.currentTarget.value || undefined }))
                    }
                  />
                );
              if (option?.type === 'number')
                return (
                  <Checkbox
                    label={t('sources.form.decimal_comma')}
                    checked={option.decimal_comma ?? false}
                    onChange={(e) =>
                      onColumns(
                        withType(columns, c.name, { ...option, decimal_comma: e.currentTarget.checked || undefined }),
                      )
                    }
                  />
                );
              return c.format || t('parts.none');
            },
          },
          {
            id: 'means',
            header: t('sources.form.seems'),
            cell: (c) => (c.semantic_guess ? t(`profiles.semantic.${c.semantic_guess}`) : t('parts.none')),
          },
          {
            id: 'values',
            header: t('sources.form.first_values'),
            cell: (c) =>
              preview.rows
                .slice(0, 3)
                .map((r) => r[c.i])
                .filter(Boolean)
                .join(' · ') || t('parts.none'),
          },
        ]}
      />
      {preview.columns.map(
        (c) =>
          c.almost &&
          !columns[c.name] && (
            <Notice key={c.name} tone="info">
              {t('sources.form.almost', {
                column: c.name,
                line: number(c.almost.line),
                n: number(c.almost.values),
                of: number(c.almost.of),
                what: t(`sources.almost.${c.almost.type as 'number' | 'date' | 'datetime'}`),
              })}
            </Notice>
          ),
      )}
      {preview.quarantined.length > 0 && (
        <>
          <Notice tone="warn">{t('sources.form.aside')}</Notice>
          <DataTable
            label={t('sources.quarantine.title')}
            rows={preview.quarantined.map((r, n) => ({ ...r, n }))}
            rowKey={(r) => String(r.n)}
            columns={[
              {
                id: 'line',
                header: preview.files ? t('sources.quarantine.line') : t('sources.quarantine.row'),
                number: true,
                cell: (r) => number(r.line),
              },
              { id: 'column', header: t('sources.quarantine.column'), cell: (r) => r.column || t('parts.none') },
              { id: 'value', header: t('sources.quarantine.value'), cell: said.value },
              { id: 'reason', header: t('sources.quarantine.reason'), cell: said.reason },
            ]}
          />
        </>
      )}
    </div>
  );
}
