import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Loaded } from '../parts/Loaded';
import { changesQuery } from './queries';

/** Which profiles became one, and which became several, newest first. */
export function Changes() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const query = useInfiniteQuery(changesQuery);
  return (
    <div className="stack">
      <p className="muted">{t('unify.changes.what')}</p>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((p) => p.items).map((c, n) => ({ ...c, n }));
          if (items.length === 0) return <Empty text={t('unify.changes.none')} />;
          const profile = (id: string) => (
            <Link to="/profiles/$id" params={{ id }}>
              {id}
            </Link>
          );
          return (
            <>
              <DataTable
                label={t('unify.tab.changes')}
                rows={items}
                rowKey={(c) => String(c.n)}
                columns={[
                  { id: 'at', header: t('unify.pairs.at'), cell: (c) => dateTime(c.at) },
                  // A merged id is nobody's any more.
                  {
                    id: 'profile',
                    header: t('profiles.id'),
                    cell: (c) => (c.kind === 'merged' ? c.profile : profile(c.profile)),
                  },
                  { id: 'kind', header: t('unify.changes.kind'), cell: (c) => t(`unify.change.${c.kind}`) },
                  { id: 'other', header: t('unify.changes.other'), cell: (c) => profile(c.other) },
                ]}
              />
              {query.hasNextPage && (
                <Button variant="default" w="fit-content" onClick={() => query.fetchNextPage()}>
                  {t('profiles.next')}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
