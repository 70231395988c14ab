import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useWork } from '../parts/useWork';

export function Password() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { busy, error, work } = useWork();
  const [done, setDone] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const password = String(new FormData(form).get('new-password'));
    setDone(false);
    void work(async () => {
      await send(api.PUT('/api/v1/me/password', { body: { password } }));
      form.reset();
      setDone(true);
      await client.invalidateQueries({ queryKey: ['sessions'] });
    });
  };
  return (
    <Card title={t('account.password.title')}>
      <form onSubmit={submit} className="stack">
        <PasswordInput
          name="new-password"
          label={t('account.password.new')}
          description={t('account.password.ends_sessions')}
          autoComplete="new-password"
          required
          maw={360}
          visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
        />
        {error !== undefined && <ErrorPanel error={error} />}
        {done && <Notice tone="good">{t('account.password.done')}</Notice>}
        <div>
          <Button type="submit" variant="default" loading={busy}>
            {t('account.password.verb')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
