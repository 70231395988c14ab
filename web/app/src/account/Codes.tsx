import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { meQuery } from '../api/queries';
import { Card } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useProof } from '../parts/Proof';
import { useWork } from '../parts/useWork';
import { QRCode } from './QRCode';

/** One-time codes beside the password: on only once a code shows that the authenticator has the secret. */
export function Codes({ on }: { on: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const withProof = useProof();
  const { busy, error, work } = useWork();
  const [made, setMade] = useState<Api['OneTimeCodes']>();
  const [removing, setRemoving] = useState(false);
  const again = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  const confirm = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).replace(/\s/g, '');
    void work(async () => {
      await send(api.PUT('/api/v1/me/codes', { body: { secret: made?.secret ?? '', code } }));
      setMade(undefined);
      await again();
    });
  };
  return (
    <Card title={t('account.codes.title')}>
      <div className="stack">
        <p>{on ? t('account.codes.on') : t('account.codes.off')}</p>
        {made && (
          <form onSubmit={confirm} className="stack">
            <p>{t('account.codes.scan')}</p>
            <QRCode text={made.link} label={t('account.codes.picture')} />
            <p>
              {t('account.codes.or_type')} <code className="break">{made.secret}</code>
            </p>
            <TextInput
              name="code"
              label={t('entry.code')}
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              maw={200}
            />
            <div className="row">
              <Button type="submit" loading={busy}>
                {t('account.codes.switch_on')}
              </Button>
              <Button variant="default" onClick={() => setMade(undefined)}>
                {t('parts.cancel')}
              </Button>
            </div>
          </form>
        )}
        {error !== undefined && <ErrorPanel error={error} />}
        <div className="row">
          {!on && !made && (
            <Button
              variant="default"
              loading={busy}
              onClick={() => work(async () => setMade(await send(api.POST('/api/v1/me/codes'))))}
            >
              {t('account.codes.set_up')}
            </Button>
          )}
          {on && (
            <Button variant="default" onClick={() => setRemoving(true)}>
              {t('account.codes.switch_off')}
            </Button>
          )}
        </div>
      </div>
      <Confirm
        opened={removing}
        title={t('account.codes.switch_off')}
        verb={t('account.codes.switch_off')}
        onConfirm={() => withProof(() => send(api.DELETE('/api/v1/me/codes'))).then(again)}
        onClose={() => setRemoving(false)}
      >
        {t('account.codes.off_means')}
      </Confirm>
    </Card>
  );
}
