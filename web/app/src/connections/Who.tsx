import { Radio } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Who may use a connection. */
export function Who({ shared, onChange }: { shared: boolean; onChange: (shared: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('connections.column.who')}
      description={t('connections.who.hint')}
      value={shared ? 'shared' : 'administrators'}
      onChange={(v) => onChange(v === 'shared')}
    >
      <Radio mt="xs" value="administrators" label={t('connections.who.administrators')} />
      <Radio mt="xs" value="shared" label={t('connections.who.shared')} />
    </Radio.Group>
  );
}
