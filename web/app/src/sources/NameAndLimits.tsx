import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { share } from './reading';

type Named = { name: string; maxBadRows: string; maxShrink: string };
type Props = { draft: Named; onChange: (change: Partial<Named>) => void };

/** Whether a source has a name, and limits that are shares. */
export const namedWithin = (d: Named) =>
  d.name.trim() !== '' && share(d.maxBadRows) !== undefined && share(d.maxShrink) !== undefined;

/** How a source is called, and when its rows are refused. */
export function NameAndLimits({ draft, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="stack" style={{ maxWidth: 560 }}>
      <TextInput
        label={t('sources.column.name')}
        required
        maxLength={200}
        value={draft.name}
        onChange={(e) => onChange({ name: e.currentTarget.value })}
      />
      <TextInput
        label={t('sources.form.max_bad')}
        description={t('sources.form.max_bad_is')}
        inputMode="decimal"
        w={200}
        value={draft.maxBadRows}
        error={share(draft.maxBadRows) === undefined ? t('sources.form.percent') : undefined}
        onChange={(e) => onChange({ maxBadRows: e.currentTarget.value })}
      />
      <TextInput
        label={t('sources.form.max_shrink')}
        description={t('sources.form.max_shrink_is')}
        inputMode="decimal"
        w={200}
        value={draft.maxShrink}
        error={share(draft.maxShrink) === undefined ? t('sources.form.percent') : undefined}
        onChange={(e) => onChange({ maxShrink: e.currentTarget.value })}
      />
    </div>
  );
}
