import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { DataTable } from '../parts/DataTable';
import { RowMenu } from '../parts/ListPage';
import { Loaded } from '../parts/Loaded';
import { useMe } from '../parts/roles';
import { useWho } from '../parts/useWho';
import { BuildNotice } from './BuildNotice';
import { pairsQuery } from './queries';
import { useRowName } from './rows';

/** What people said of pairs of rows. */
export function Pairs() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { may } = useMe();
  const who = useWho();
  const row = useRowName();
  const client = useQueryClient();
  const query = useInfiniteQuery(pairsQuery);
  const [forgetting, setForgetting] = useState<Api['MatchPair']>();
  const [done, setDone] = useState(false);
  const both = (p: Api['RowPair']) => t('unify.pairs.both', { a: row(p.a), b: row(p.b) });
  return (
    <div className="stack">
      <p className="muted">{t('unify.pairs.what')}</p>
      {done && <BuildNotice text={t('unify.say.done')} />}
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((p) => p.items);
          if (items.length === 0) return <Empty text={t('unify.pairs.none')} />;
          return (
            <>
              <DataTable
                label={t('unify.tab.pairs')}
                rows={items}
                rowKey={both}
                columns={[
                  { id: 'a', header: t('unify.compare.first'), cell: (p) => row(p.a) },
                  { id: 'kind', header: t('unify.pairs.kind'), cell: (p) => t(`unify.pair.${p.kind}`) },
                  { id: 'b', header: t('unify.compare.second'), cell: (p) => row(p.b) },
                  { id: 'by', header: t('unify.pairs.by'), cell: (p) => who(p.by) },
                  { id: 'at', header: t('unify.pairs.at'), cell: (p) => dateTime(p.at) },
                  ...(may('contributor')
                    ? [
                        {
                          id: 'menu',
                          header: t('parts.list.actions'),
                          quiet: true,
                          cell: (p: Api['MatchPair']) => (
                            <RowMenu
                              row={p}
                              name={both}
                              rowActions={[{ label: t('unify.say.forget'), run: setForgetting }]}
                            />
                          ),
                        },
                      ]
                    : []),
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
      {forgetting && (
        <Confirm
          opened
          title={t('unify.say.forget')}
          verb={t('unify.say.forget')}
          onClose={() => setForgetting(undefined)}
          onConfirm={async () => {
            const { a, b } = forgetting;
            await send(api.POST('/api/v1/profile/pairs/removal', { body: { a, b } }));
            setDone(true);
            await client.invalidateQueries({ queryKey: ['profiles'] });
          }}
        >
          {both(forgetting)}
        </Confirm>
      )}
    </div>
  );
}
