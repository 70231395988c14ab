import { Button, Select, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty, Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { atLeast, type Role } from '../parts/roles';
import { useWork } from '../parts/useWork';
import { tokensQuery } from './queries';

const roles: Role[] = ['viewer', 'contributor', 'administrator'];
const lives = [30, 90, 365];

export function Tokens({ role }: { role: Role }) {
  const { t } = useTranslation();
  const { dateTime, date } = useFormats();
  const client = useQueryClient();
  const [made, setMade] = useState<Api['NewToken']>();
  const [deleting, setDeleting] = useState<Api['Token']>();
  const again = () => client.invalidateQueries({ queryKey: ['tokens'] });
  return (
    <Card title={t('account.tokens.title')}>
      <div className="stack">
        <p className="muted">{t('account.tokens.sentence')}</p>
        {made && <Made token={made} />}
        <Loaded query={useQuery(tokensQuery)}>
          {(list) =>
            list.length === 0 ? (
              <Empty text={t('account.tokens.none')} />
            ) : (
              <DataTable
                label={t('account.tokens.title')}
                rows={list}
                rowKey={(k) => k.id}
                columns={[
                  { id: 'name', header: t('account.tokens.name'), cell: (k) => k.name },
                  { id: 'tail', header: t('account.tokens.tail'), cell: (k) => <code>…{k.tail}</code> },
                  { id: 'role', header: t('account.role'), cell: (k) => t(`shell.role.${k.role}`) },
                  { id: 'expires', header: t('account.tokens.expires'), cell: (k) => date(k.expires_at) },
                  {
                    id: 'used',
                    header: t('account.tokens.used'),
                    cell: (k) => (k.used_at ? dateTime(k.used_at) : t('parts.none')),
                  },
                  {
                    id: 'delete',
                    header: t('parts.list.actions'),
                    cell: (k) => (
                      <Button size="compact-sm" variant="default" onClick={() => setDeleting(k)}>
                        {t('account.tokens.delete')}
                      </Button>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
        <NewToken
          role={role}
          onMade={(token) => {
            setMade(token);
            void again();
          }}
        />
      </div>
      <Confirm
        opened={!!deleting}
        title={t('account.tokens.delete_title', { name: deleting?.name ?? '' })}
        verb={t('account.tokens.delete')}
        onConfirm={() =>
          send(api.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id: deleting?.id ?? '' } } })).then(again)
        }
        onClose={() => setDeleting(undefined)}
      >
        {t('account.tokens.delete_means')}
      </Confirm>
    </Card>
  );
}

function Made({ token }: { token: Api['NewToken'] }) {
  const { t } = useTranslation();
  const clipboard = useClipboard();
  return (
    <Notice tone="good">
      <p>{t('account.tokens.shown_once', { name: token.name })}</p>
      <p>
        <code className="break">{token.secret}</code>
      </p>
      <Button mt="sm" size="compact-sm" variant="default" onClick={() => clipboard.copy(token.secret)}>
        {clipboard.copied ? t('parts.error.copied') : t('account.tokens.copy')}
      </Button>
    </Notice>
  );
}

function NewToken({ role, onMade }: { role: Role; onMade: (token: Api['NewToken']) => void }) {
  const { t } = useTranslation();
  const { busy, error, work } = useWork();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const days = Number(values.get('days'));
    void work(async () => {
      const body = {
        name: String(values.get('name')),
        role: String(values.get('role')) as Role,
        expires_at: new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString(),
      };
      onMade(await send(api.POST('/api/v1/me/tokens', { body })));
      form.reset();
    });
  };
  return (
    <form onSubmit={submit} className="stack" aria-label={t('account.tokens.new')}>
      <div className="row wide" style={{ alignItems: 'flex-end' }}>
        <TextInput name="name" label={t('account.tokens.name')} required maxLength={100} />
        <Select
          name="role"
          label={t('account.role')}
          defaultValue="viewer"
          allowDeselect={false}
          data={roles.filter((r) => atLeast(role, r)).map((value) => ({ value, label: t(`shell.role.${value}`) }))}
        />
        <Select
          name="days"
          label={t('account.tokens.lives')}
          defaultValue="90"
          allowDeselect={false}
          data={lives.map((n) => ({ value: String(n), label: t('account.tokens.days', { count: n }) }))}
        />
        <Button type="submit" variant="default" loading={busy}>
          {t('account.tokens.verb')}
        </Button>
      </div>
      {error !== undefined && <ErrorPanel error={error} />}
    </form>
  );
}
