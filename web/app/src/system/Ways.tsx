import { Button, NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { useWork } from '../parts/useWork';
import { noticeSettingsQuery } from './queries';
import { type Draft, draftOf, inputOf } from './ways';

/** On which ways messages go out: both are set together, because the server stores them as one. */
export function Ways() {
  return <Loaded query={useQuery(noticeSettingsQuery)}>{(s) => <Form settings={s} />}</Loaded>;
}

function Form({ settings }: { settings: Api['NoticeSettings'] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [read, setRead] = useState(settings);
  const [draft, setDraft] = useState<Draft>(() => draftOf(settings));
  const [saved, setSaved] = useState(false);
  const { busy, error, work } = useWork();
  const set = (change: Partial<Draft>) => {
    setSaved(false);
    setDraft((was) => ({ ...was, ...change }));
  };
  const take = (s: Api['NoticeSettings']) => {
    setRead(s);
    setDraft(draftOf(s));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work(async () => {
      const now = await send(api.PUT('/api/v1/notice-settings', { body: inputOf(draft, read) }));
      client.setQueryData(noticeSettingsQuery.queryKey, now);
      take(now);
      setSaved(true);
    });
  };
  const reload = () => work(async () => take(await client.fetchQuery({ ...noticeSettingsQuery, staleTime: 0 })));
  return (
    <Card title={t('system.notices.title')}>
      <div className="stack">
        <p className="muted">{t('system.notices.sentence')}</p>
        <form onSubmit={submit} className="stack">
          <fieldset className="bare stack">
            <legend>{t('system.notices.mail')}</legend>
            <Switch
              label={t('system.notices.mail_on')}
              checked={draft.mailOn}
              onChange={(e) => set({ mailOn: e.currentTarget.checked })}
            />
            <div className="row wide" style={{ alignItems: 'flex-start' }}>
              <TextInput
                label={t('system.notices.host')}
                value={draft.host}
                onChange={(e) => set({ host: e.currentTarget.value })}
                required={draft.mailOn}
                w={260}
              />
              <Select
                label={t('system.notices.security')}
                value={draft.security}
                onChange={(v) => v && set({ security: v as Draft['security'] })}
                allowDeselect={false}
                data={(['starttls', 'tls', 'none'] as const).map((value) => ({
                  value,
                  label: t(`system.notices.secure.${value}`),
                }))}
                w={220}
              />
              <NumberInput
                label={t('system.notices.port')}
                placeholder={{ starttls: '587', tls: '465', none: '25' }[draft.security]}
                value={draft.port}
                onChange={(port) => set({ port })}
                min={1}
                max={65535}
                allowDecimal={false}
                hideControls
                w={100}
              />
              <TextInput
                label={t('system.notices.from')}
                type="email"
                value={draft.from}
                onChange={(e) => set({ from: e.currentTarget.value })}
                required={draft.mailOn}
                w={260}
              />
              <TextInput
                label={t('system.notices.user')}
                value={draft.user}
                onChange={(e) => set({ user: e.currentTarget.value })}
                autoComplete="off"
                w={260}
              />
              <PasswordInput
                label={t('system.notices.password')}
                description={read.mail.has_password ? t('system.notices.stored') : undefined}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={draft.password}
                onChange={(e) => set({ password: e.currentTarget.value })}
                autoComplete="new-password"
                w={260}
                visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
              />
            </div>
          </fieldset>
          <fieldset className="bare stack">
            <legend>{t('system.notices.webhook')}</legend>
            <Switch
              label={t('system.notices.webhook_on')}
              checked={draft.webhookOn}
              onChange={(e) => set({ webhookOn: e.currentTarget.checked })}
            />
            <div className="row wide" style={{ alignItems: 'flex-start' }}>
              <TextInput
                label={t('system.notices.url')}
                type="url"
                value={draft.url}
                onChange={(e) => set({ url: e.currentTarget.value })}
                required={draft.webhookOn}
                w={400}
                maw="100%"
              />
              <PasswordInput
                label={t('system.notices.secret')}
                description={read.webhook.has_secret ? t('system.notices.stored') : t('system.notices.secret_hint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={draft.secret}
                onChange={(e) => set({ secret: e.currentTarget.value })}
                autoComplete="new-password"
                w={260}
                visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
              />
            </div>
          </fieldset>
          <SaveError error={error} onReload={reload} />
          {saved && <Notice tone="good">{t('system.notices.saved')}</Notice>}
          <div>
            <Button type="submit" loading={busy}>
              {t('connections.save')}
            </Button>
          </div>
        </form>
        <Test read={read} />
      </div>
    </Card>
  );
}

/** Sends a message on a way as it is stored, switched on or not. */
function Test({ read }: { read: Api['NoticeSettings'] }) {
  const { t } = useTranslation();
  const { busy, error, work } = useWork();
  const [sent, setSent] = useState<'mail' | 'webhook'>();
  const [to, setTo] = useState('');
  const test = (channel: 'mail' | 'webhook') => {
    setSent(undefined);
    return work(async () => {
      await send(
        api.POST('/api/v1/notice-settings/test', {
          body: { channel, to: channel === 'mail' && to.trim() ? to.trim() : undefined },
        }),
      );
      setSent(channel);
    });
  };
  if (!read.mail.host && !read.webhook.url) return null;
  return (
    <section className="stack" aria-label={t('system.notices.test.title')}>
      <h3>{t('system.notices.test.title')}</h3>
      <div className="row wide" style={{ alignItems: 'flex-end' }}>
        {read.mail.host && (
          <>
            <TextInput
              label={t('system.notices.test.to')}
              placeholder={t('system.notices.test.yours')}
              type="email"
              value={to}
              onChange={(e) => setTo(e.currentTarget.value)}
              w={260}
            />
            <Button variant="default" loading={busy} onClick={() => test('mail')}>
              {t('system.notices.test.mail')}
            </Button>
          </>
        )}
        {read.webhook.url && (
          <Button variant="default" loading={busy} onClick={() => test('webhook')}>
            {t('system.notices.test.webhook')}
          </Button>
        )}
      </div>
      {error !== undefined && <ErrorPanel error={error} />}
      {sent && <Notice tone="good">{t(`system.notices.test.sent.${sent}`)}</Notice>}
    </section>
  );
}
