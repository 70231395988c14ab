import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { meQuery } from '../api/queries';
import { ErrorPanel } from '../parts/ErrorPanel';
import { type Arrival, safeNext } from './arrival';
import { Frame } from './Frame';

/** Sends the browser to the provider of single sign-on, and finishes what it brings back. */
export default function SignOn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { arrival } = useRouteContext({ strict: false }) as { arrival: Arrival };
  const [error, setError] = useState<unknown>();
  const begun = useRef(false);
  // Whoever was asked again who they are is signed in, and comes back to what they were doing, whatever the provider said.
  const [proof] = useState(() => sessionStorage.getItem('segue.proof') !== null);
  const begin = useCallback(async () => {
    setError(undefined);
    try {
      location.assign((await send(api.POST(proof ? '/api/v1/session/sso-proof' : '/api/v1/sso/start'))).url);
    } catch (e) {
      setError(e);
    }
  }, [proof]);
  const finish = useCallback(
    async (back: NonNullable<Arrival['back']>) => {
      try {
        client.setQueryData(meQuery.queryKey, await send(api.POST('/api/v1/sso/finish', { body: back })));
        const next = safeNext(sessionStorage.getItem('segue.back'));
        sessionStorage.removeItem('segue.back');
        sessionStorage.removeItem('segue.proof');
        void navigate({ href: next, replace: true, state: proof ? { proved: true } : {} });
      } catch (e) {
        setError(e);
      }
    },
    [client, navigate, proof],
  );
  useEffect(() => {
    if (begun.current) return; // what came back counts once
    begun.current = true;
    const back = arrival.back;
    arrival.back = undefined;
    void (back ? finish(back) : begin());
  }, [arrival, begin, finish]);
  return (
    <Frame title={proof ? t('parts.proof.title') : t('entry.sign_in.title')}>
      {error === undefined ? (
        <p role="status">{t('entry.sso.moment')}</p>
      ) : (
        <>
          <ErrorPanel error={error} />
          <Button onClick={begin}>{proof ? t('parts.proof.sso') : t('entry.sso.again')}</Button>
          {proof ? (
            <Link
              to={safeNext(sessionStorage.getItem('segue.back'))}
              onClick={() => sessionStorage.removeItem('segue.proof')}
            >
              {t('entry.sso.back')}
            </Link>
          ) : (
            <Link to="/sign-in">{t('entry.sso.password')}</Link>
          )}
        </>
      )}
    </Frame>
  );
}
