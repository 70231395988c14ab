import { useTranslation } from 'react-i18next';
import { Card, Facts } from '../parts/Card';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { Codes } from './Codes';
import { NoticeChoice } from './NoticeChoice';
import { Password } from './Password';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

export default function Account() {
  const { t } = useTranslation();
  const { me } = useMe();
  if (!me) return null;
  return (
    <Page title={t('account.title')} sentence={t('account.sentence')}>
      <Card title={t('account.you')}>
        <Facts
          facts={[
            [t('entry.name'), me.name],
            [t('entry.email'), me.email],
            [t('account.role'), t(`shell.role.${me.role}`)],
            [
              t('account.sees'),
              me.role === 'viewer' && (me.sees_persons ? t('account.sees_yes') : t('account.sees_no')),
            ],
          ]}
        />
      </Card>
      {me.has_password && <Password />}
      {me.has_password && <Codes on={me.has_one_time_codes} />}
      {me.role !== 'viewer' && <NoticeChoice on={me.gets_notices} />}
      <Sessions />
      <Tokens role={me.role} />
    </Page>
  );
}
