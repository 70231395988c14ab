import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Notice } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { sourceQuery } from './queries';
import { readsDatabase } from './reading';
import { SourceForm } from './SourceForm';

/** A new data source, or one that there is. */
export default function EditSource() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id?: string };
  if (id) return <Existing id={id} />;
  return (
    <Page
      title={t('sources.form.new')}
      sentence={t('sources.form.sentence')}
      back={{ to: '/sources', label: t('sources.title') }}
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
  return (
    <Page
      title={query.data?.name ?? t('sources.one')}
      sentence={database === false ? t('sources.form.sentence') : undefined}
      back={{ to: `/sources/${id}`, label: t('sources.one') }}
    >
      {database ? (
        <Notice tone="info">{t('sources.database.elsewhere')}</Notice>
      ) : read ? (
        <SourceForm
          key={read.version}
          stored={read}
          onReload={async () => setRead((await query.refetch()).data ?? read)}
        />
      ) : (
        <Loaded query={query}>{() => null}</Loaded>
      )}
    </Page>
  );
}
