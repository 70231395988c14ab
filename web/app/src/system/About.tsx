import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { versionQuery } from './queries';

export default function About() {
  const { t } = useTranslation();
  return (
    <Page title={t('system.about.title')} sentence={t('system.about.sentence')}>
      <Loaded query={useQuery(versionQuery)}>
        {(v) => (
          <Facts
            facts={[
              [t('system.about.version'), v.version],
              [t('system.about.commit'), v.commit && <code>{v.commit}</code>],
              [t('system.about.go'), v.go],
              [t('system.about.license'), t('system.about.apache')],
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}
