import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Draft, Field, Survivorship } from './draft';

type Props = {
  field: Field;
  draft: Draft;
  tableName: (id: string) => string;
  onChange: (s: Survivorship | undefined) => void;
};

const first = 'table ';

/** Which value of several a field gets. */
export function Survives({ field, draft, tableName, onChange }: Props) {
  const { t } = useTranslation();
  const now = draft.survivorship.find((s) => s.field === field.name);
  const order = now?.source_ids ?? [];
  const [trusted] = order;
  const dates = draft.fields.filter((f) => f.type === 'date' || f.type === 'datetime');
  const value =
    !now || (now.method === 'source_order' && order.length === 0)
      ? ''
      : now.method === 'source_order'
        ? order.length === 1
          ? first + trusted
          : 'order'
        : now.method;
  const choose = (chosen: string) => {
    if (chosen === '') onChange(undefined);
    else if (chosen.startsWith(first))
      onChange({ field: field.name, method: 'source_order', source_ids: [chosen.slice(first.length)] });
    else if (chosen === 'most_recent') onChange({ field: field.name, method: 'most_recent', by: dates[0]?.name });
    else if (chosen !== 'order') onChange({ field: field.name, method: chosen as Survivorship['method'] });
  };
  return (
    <div className="stack" style={{ gap: 4 }}>
      <NativeSelect
        aria-label={t('unify.fields.survives_of', { field: field.name })}
        value={value}
        data={[
          { value: '', label: t('unify.method.source_order') },
          ...draft.tables
            .filter((_, i) => i > 0 || value === first + draft.tables[0]?.source_id)
            .map((x) => ({
              value: first + x.source_id,
              label: t('unify.survives.table', { table: tableName(x.source_id) }),
            })),
          ...(value === 'order' ? [{ value: 'order', label: order.map(tableName).join(', ') }] : []),
          ...(['most_recent', 'most_complete', 'most_frequent'] as const)
            .filter((m) => m !== 'most_recent' || dates.length > 0 || now?.method === m)
            .map((m) => ({ value: m as string, label: t(`unify.method.${m}`) })),
        ]}
        onChange={(e) => choose(e.currentTarget.value)}
      />
      {now?.method === 'most_recent' && (
        <NativeSelect
          aria-label={t('unify.survives.by_of', { field: field.name })}
          value={now.by ?? ''}
          data={[
            ...(now.by ? [] : [{ value: '', label: '' }]),
            ...dates.map((f) => ({ value: f.name, label: t('unify.survives.by', { field: f.name }) })),
          ]}
          onChange={(e) => onChange({ ...now, by: e.currentTarget.value || undefined })}
        />
      )}
    </div>
  );
}
