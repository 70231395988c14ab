import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { codeOf } from '../api/problem';
import { Notice } from './Card';
import { ErrorPanel } from './ErrorPanel';

/**
 * What is said where saving failed. An update names the version that was read; where somebody else saved meanwhile
 * (`conflict`) nothing is overwritten: the newest state can be loaded, and one's own changes made again.
 */
export function SaveError({ error, onReload }: { error: unknown; onReload: () => void }) {
  const { t } = useTranslation();
  if (error === undefined || error === null) return null;
  if (codeOf(error) !== 'conflict') return <ErrorPanel error={error} />;
  return (
    <Notice tone="warn">
      <p>{t('parts.conflict.what')}</p>
      <Button mt="sm" size="compact-sm" variant="default" onClick={onReload}>
        {t('parts.conflict.reload')}
      </Button>
    </Notice>
  );
}
