import { IconHistory } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Says beside a status that the list is not as its segments say. */
export function Behind() {
  const { t } = useTranslation();
  return (
    <span style={{ color: 'var(--muted)', display: 'inline-flex', gap: 6, alignItems: 'center' }}>
      <IconHistory size={16} aria-hidden />
      {t('exports.behind.mark')}
    </span>
  );
}
