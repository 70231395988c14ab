import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/Card';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { DatabaseForm } from './DatabaseForm';

/** A new data source whose rows lie in a database. */
export default function NewDatabase() {
  const { t } = useTranslation();
  const { me, may } = useMe();
  return (
    <Page
      title={t('sources.database.new')}
      sentence={t('sources.database.sentence')}
      back={{ to: '/sources', label: t('sources.title') }}
      actions={
        <Button component={Link} variant="default" to="/sources/new">
          {t('sources.database.to_file')}
        </Button>
      }
    >
      {may('administrator') ? (
        <DatabaseForm />
      ) : (
        me && <Notice tone="info">{t('sources.database.administrators')}</Notice>
      )}
    </Page>
  );
}
