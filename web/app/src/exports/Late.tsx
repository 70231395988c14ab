import { IconClockExclamation } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Says beside a status that no run succeeded for longer than was asked for. */
export function Late() {
  const { t } = useTranslation();
  return (
    <span style={{ color: 'var(--warn)', display: 'inline-flex', gap: 6, alignItems: 'center' }}>
      <IconClockExclamation size={16} aria-hidden />
      {t('exports.freshness.late')}
    </span>
  );
}
