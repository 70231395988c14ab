import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { codeOf } from '../api/problem';
import { Empty } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { Changes } from './Changes';
import { Clusters } from './Clusters';
import { Compare } from './Compare';
import { Editor } from './Editor';
import { Pairs } from './Pairs';
import { joins, unificationQuery } from './queries';

const tabs = ['definition', 'joined', 'compare', 'pairs', 'changes'] as const;

/** How the rows of several tables become profiles: the definition, what came of it, and what people said of rows. */
export default function Unify() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { seesPersons } = useMe();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const query = useQuery(unificationQuery);
  const shown = tabs.filter((x) => x === 'definition' || seesPersons);
  return (
    <Page
      wide
      title={t('unify.title')}
      sentence={t('unify.sentence')}
      back={{ to: '/profiles', label: t('profiles.title') }}
    >
      {codeOf(query.error) === 'not_found' ? (
        <Empty text={t('unify.no_profile')} action={<Link to="/profile">{t('unify.to_definition')}</Link>} />
      ) : (
        <Loaded query={query}>
          {(u) => (
            <Tabs
              value={shown.find((x) => x === tab) ?? 'definition'}
              onChange={(value) =>
                void navigate({
                  to: '.',
                  search: { tab: value === 'definition' ? undefined : value } as never,
                  replace: true,
                })
              }
              keepMounted={false}
            >
              <Tabs.List mb="md">
                {shown.map((x) => (
                  <Tabs.Tab key={x} value={x}>
                    {t(`unify.tab.${x}`)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="definition">
                <Editor key={u.version} stored={u} onReload={() => void query.refetch()} />
              </Tabs.Panel>
              <Tabs.Panel value="joined">
                {joins(u) ? <Clusters rules={u.rules.map((r) => r.name)} /> : <Empty text={t('unify.one_table')} />}
              </Tabs.Panel>
              <Tabs.Panel value="compare">{joins(u) ? <Compare /> : <Empty text={t('unify.one_table')} />}</Tabs.Panel>
              <Tabs.Panel value="pairs">
                <Pairs />
              </Tabs.Panel>
              <Tabs.Panel value="changes">
                <Changes />
              </Tabs.Panel>
            </Tabs>
          )}
        </Loaded>
      )}
    </Page>
  );
}
