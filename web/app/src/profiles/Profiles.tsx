import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import type { ListSearch } from '../parts/listSearch';
import { Page } from '../parts/Page';

/** The customers. What is searched for stays out of the address: it may be somebody's name. */
export default function Profiles() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ListSearch;
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text.trim(), 250);
  const query = useQuery({
    queryKey: ['profiles', settled],
    queryFn: () =>
      settled
        ? send(api.POST('/api/v1/profiles/search', { body: { search: settled, limit: 50 } }))
        : send(api.GET('/api/v1/profiles', { params: { query: { limit: 50 } } })),
    placeholderData: keepPreviousData,
  });
  const items = query.data?.items ?? [];
  const fields = (items[0]?.values ?? []).slice(0, 6).map((v) => v.field);
  return (
    <Page wide title={t('profiles.title')} sentence={t('profiles.sentence')}>
      <TextInput
        type="search"
        aria-label={t('profiles.search')}
        placeholder={t('profiles.search')}
        value={text}
        maw={320}
        onChange={(e) => {
          setText(e.currentTarget.value);
          if (search.q) void navigate({ to: '.', search: {} as never, replace: true });
        }}
      />
      {query.error ? (
        <ErrorPanel error={query.error} onRetry={() => query.refetch()} />
      ) : query.data && items.length === 0 ? (
        <Empty text={settled ? t('profiles.none_found') : t('profiles.empty')} />
      ) : (
        <>
          <DataTable
            label={t('profiles.title')}
            rows={items}
            rowKey={(p) => p.id}
            columns={[
              { id: 'id', header: t('profiles.id'), cell: (p) => p.id },
              ...fields.map((field) => ({
                id: field,
                header: field,
                cell: (p: (typeof items)[number]) => p.values.find((v) => v.field === field)?.value || t('parts.none'),
              })),
            ]}
          />
          {query.data?.next_cursor && <p className="muted">{t('profiles.more', { count: items.length })}</p>}
        </>
      )}
    </Page>
  );
}
