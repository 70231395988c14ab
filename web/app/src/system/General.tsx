import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsQuery } from '../api/settings';
import { Statement } from '../connections/Statement';
import { Card, Empty, Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { Notices } from './Notices';
import { Ways } from './Ways';

export default function General() {
  const { t } = useTranslation();
  return (
    <Page title={t('system.general.title')} sentence={t('system.general.sentence')}>
      <Loaded query={useQuery(settingsQuery)}>
        {(s) => (
          <>
            <Card title={t('system.general.folders')}>
              {s.source_dirs.length ? (
                <ul className="plain">
                  {s.source_dirs.map((d) => (
                    <li key={d} className="break">
                      <code>{d}</code>
                    </li>
                  ))}
                </ul>
              ) : (
                <Empty text={t('system.general.no_folders')} />
              )}
            </Card>
            <Card title={t('system.general.destinations')}>
              <Facts
                facts={Object.entries(s.destination_urls).map(([type, url]): [string, string] => [
                  t(`connections.type.${type}`, { defaultValue: type }),
                  url,
                ])}
              />
            </Card>
            <Card title={t('system.general.consent', { version: s.consent_statement.version })}>
              <Statement statement={s.consent_statement} />
            </Card>
          </>
        )}
      </Loaded>
      <Ways />
      <Notices />
    </Page>
  );
}
