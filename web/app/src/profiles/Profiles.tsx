import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import type { ListSearch } from '../parts/listSearch';
import { Page } from '../parts/Page';
import { fieldsToShow } from './fields';
import { profilesQuery } from './queries';

/** The customers. What is searched for stays out of the address: it may be somebody's name. */
export default function Profiles() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ListSearch;
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text.trim(), 250);
  const query = useInfiniteQuery(profilesQuery(settled));
  const items = query.data?.pages.flatMap((p) => p.items) ?? [];
  const fields = fieldsToShow(items);
  return (
    <Page
      wide
      title={t('profiles.title')}
      sentence={t('profiles.sentence')}
      actions={
        <>
          <Button component={Link} to="/profile/unification" variant="default">
            {t('unify.title')}
          </Button>
          <Button component={Link} to="/profile" variant="default">
            {t('profiles.definition.open')}
          </Button>
        </>
      }
    >
      <TextInput
        type="search"
        aria-label={t('profiles.search')}
        placeholder={t('profiles.search')}
        value={text}
        maw={336}
        onChange={(e) => {
          setText(e.currentTarget.value);
          if (search.q) void navigate({ to: '.', search: {} as never, replace: true });
        }}
      />
      {query.error ? (
        <ErrorPanel error={query.error} onRetry={() => query.refetch()} />
      ) : query.data && items.length === 0 ? (
        <Empty
          text={settled ? t('profiles.none_found') : t('profiles.empty')}
          action={settled ? undefined : <Link to="/profile">{t('profiles.definition.open')}</Link>}
        />
      ) : (
        <>
          <DataTable
            label={t('profiles.title')}
            rows={items}
            rowKey={(p) => p.id}
            values
            columns={[
              {
                id: 'id',
                header: t('profiles.id'),
                cell: (p) => (
                  <Link to="/profiles/$id" params={{ id: p.id }}>
                    {p.id}
                  </Link>
                ),
              },
              ...fields.map((field) => ({
                id: field,
                header: field,
                cell: (p: (typeof items)[number]) => p.values.find((v) => v.field === field)?.value || t('parts.none'),
              })),
            ]}
          />
          {query.hasNextPage && (
            <Button
              variant="default"
              w="fit-content"
              loading={query.isFetchingNextPage}
              onClick={() => query.fetchNextPage()}
            >
              {t('profiles.next')}
            </Button>
          )}
        </>
      )}
    </Page>
  );
}
