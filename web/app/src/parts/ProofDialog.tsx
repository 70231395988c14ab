import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { meQuery } from '../api/queries';
import { ErrorPanel } from './ErrorPanel';
import { Modal } from './Modal';

/** Asks who one is by password and code, or by single sign-on. */
export default function ProofDialog({ onProved, onClose }: { onProved: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useQuery(meQuery).data?.person;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const byPassword = me?.has_password ?? true;
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { password: String(form.get('password')), code: String(form.get('code') ?? '') || undefined };
    void attempt(async () => {
      client.setQueryData(meQuery.queryKey, await send(api.POST('/api/v1/session/proof', { body })));
      onProved();
    });
  };
  const bySignOn = () =>
    attempt(async () => {
      const { url } = await send(api.POST('/api/v1/session/sso-proof'));
      sessionStorage.setItem('segue.back', location.pathname + location.search);
      sessionStorage.setItem('segue.proof', '1');
      location.assign(url);
    });
  return (
    <Modal opened onClose={onClose} title={t('parts.proof.title')}>
      <div className="stack">
        <p>{t('parts.proof.why')}</p>
        {byPassword && (
          <form onSubmit={submit} className="stack">
            <input type="text" name="username" autoComplete="username" value={me?.email ?? ''} readOnly hidden />
            <PasswordInput
              name="password"
              label={t('parts.proof.password')}
              autoComplete="current-password"
              required
              data-autofocus
              visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
            />
            {me?.has_one_time_codes && (
              <TextInput
                name="code"
                label={t('parts.proof.code')}
                inputMode="numeric"
                autoComplete="one-time-code"
                required
              />
            )}
            <div className="row" style={{ justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                {t('parts.cancel')}
              </Button>
              <Button type="submit" loading={busy}>
                {t('parts.proof.confirm')}
              </Button>
            </div>
          </form>
        )}
        {me?.has_single_sign_on && (
          <>
            <p className="muted">{t('parts.proof.sso_means')}</p>
            <div className="row" style={{ justifyContent: 'flex-end' }}>
              {!byPassword && (
                <Button variant="default" onClick={onClose}>
                  {t('parts.cancel')}
                </Button>
              )}
              <Button variant={byPassword ? 'default' : 'filled'} onClick={bySignOn} loading={busy && !byPassword}>
                {t('parts.proof.sso')}
              </Button>
            </div>
          </>
        )}
        {!byPassword && !me?.has_single_sign_on && <p>{t('parts.proof.none')}</p>}
        {error !== undefined && <ErrorPanel error={error} />}
      </div>
    </Modal>
  );
}
