import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { codeOf } from '../api/problem';
import { meQuery } from '../api/queries';
import { ErrorPanel } from '../parts/ErrorPanel';
import { safeNext } from './arrival';
import classes from './entry.module.css';
import { Frame } from './Frame';

export default function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const [asksCode, setAsksCode] = useState(false);
  const signOn = useQuery({ queryKey: ['sso'], queryFn: () => send(api.GET('/api/v1/sso')) });
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => send(api.GET('/api/v1/setup')) });
  const signIn = useMutation({
    meta: { signsIn: true },
    mutationFn: (body: { email: string; password: string; code?: string }) =>
      send(api.POST('/api/v1/session', { body })),
    onSuccess: (me) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      void navigate({ href: safeNext(next) });
    },
    onError: (error) => {
      if (codeOf(error) === 'code_needed') setAsksCode(true);
    },
  });
  useEffect(() => {
    if (setup.data?.needed) void navigate({ to: '/setup' });
  }, [setup.data, navigate]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const code = String(form.get('code') ?? '').replace(/\s/g, '');
    signIn.mutate({
      email: String(form.get('email')),
      password: String(form.get('password')),
      code: code || undefined,
    });
  };
  return (
    <Frame title={t('entry.sign_in.title')}>
      <form onSubmit={submit} className="stack">
        <TextInput
          name="email"
          type="email"
          label={t('entry.email')}
          autoComplete="username"
          required
          data-autofocus
          autoFocus
        />
        <PasswordInput
          name="password"
          label={t('entry.password')}
          autoComplete="current-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
        />
        {asksCode && (
          <TextInput
            name="code"
            label={t('entry.code')}
            description={t('entry.code_hint')}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
          />
        )}
        {signIn.error && codeOf(signIn.error) !== 'code_needed' && (
          <ErrorPanel
            error={signIn.error}
            said={
              codeOf(signIn.error) === 'unauthenticated'
                ? { what: t('entry.sign_in.wrong'), todo: t('entry.sign_in.wrong_todo') }
                : undefined
            }
          />
        )}
        <Button type="submit" loading={signIn.isPending}>
          {t('entry.sign_in.verb')}
        </Button>
      </form>
      {signOn.data?.enabled && (
        <>
          <div className={classes.or}>{t('entry.or')}</div>
          <Button
            variant="default"
            onClick={() => {
              sessionStorage.setItem('segue.back', safeNext(next));
              sessionStorage.removeItem('segue.proof');
              void navigate({ to: '/sso' });
            }}
          >
            {signOn.data.name ? t('entry.sso.with', { name: signOn.data.name }) : t('entry.sso.verb')}
          </Button>
        </>
      )}
    </Frame>
  );
}
