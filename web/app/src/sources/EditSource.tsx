import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Notice } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { DatabaseForm } from './DatabaseForm';
import { sourceQuery } from './queries';
import { readsDatabase } from './reading';
import { SourceForm } from './SourceForm';

/** A new data source, or one that there is. */
export default function EditSource() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { id } = useParams({ strict: false }) as { id?: string };
  if (id) return <Existing id={id} />;
  return (
    <Page
      title={t('sources.form.new')}
      sentence={t('sources.form.sentence')}
      back={{ to: '/sources', label: t('sources.title') }}
      actions={
        may('administrator') && (
          <Button component={Link} variant="default" to="/sources/new/database">
            {t('sources.database.to_database')}
          </Button>
        )
      }
    >
      <SourceForm />
    </Page>
  );
}

function Existing({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(sourceQuery(id));
  // What is edited stays what was read; the newest state comes when asked for.
  const [read, setRead] = useState<Api['Source']>();
  if (!read && query.data && !query.isFetching) setRead(query.data);
  const database = query.data && readsDatabase(query.data);
  const reload = async () => setRead((await query.refetch()).data ?? read);
  return (
    <Page
      title={query.data?.name ?? t('sources.one')}
      sentence={query.data && (database ? t('sources.database.sentence') : t('sources.form.sentence'))}
      back={{ to: `/sources/${id}`, label: t('sources.one') }}
    >
      {!read ? (
        <Loaded query={query}>{() => null}</Loaded>
      ) : !readsDatabase(read) ? (
        <SourceForm key={read.version} stored={read} onReload={reload} />
      ) : read.database ? (
        <DatabaseForm key={read.version} stored={read} onReload={reload} />
      ) : (
        // Where a database lies is told to administrators only.
        <Notice tone="info">{t('sources.database.administrators')}</Notice>
      )}
    </Page>
  );
}
