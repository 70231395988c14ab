import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { BuildNotice } from './BuildNotice';
import { ClusterView } from './ClusterView';
import { clustersQuery } from './queries';

/** The profiles of several rows, as last built. */
export function Clusters({ rules }: { rules: string[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [rule, setRule] = useState('');
  const [separated, setSeparated] = useState(false);
  const query = useInfiniteQuery(clustersQuery({ rule: rule || undefined }));
  return (
    <div className="stack">
      {separated && <BuildNotice text={t('unify.separate.done')} />}
      <NativeSelect
        label={t('unify.cluster.by_rule')}
        value={rule}
        maw={336}
        data={[
          { value: '', label: t('unify.cluster.any_rule') },
          ...rules.map((r) => ({ value: r, label: r })),
          { value: 'always', label: t('unify.pair.always') },
        ]}
        onChange={(e) => setRule(e.currentTarget.value)}
      />
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((p) => p.items);
          if (items.length === 0) return <Empty text={t('unify.cluster.none')} />;
          return (
            <>
              {items.map((c) => (
                <ClusterView
                  key={c.profile}
                  cluster={c}
                  onSeparated={() => {
                    setSeparated(true);
                    void client.invalidateQueries({ queryKey: ['profiles', 'unify'] });
                  }}
                />
              ))}
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
          );
        }}
      </Loaded>
    </div>
  );
}
