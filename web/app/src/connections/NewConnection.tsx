import { Button, Checkbox, NumberInput, PasswordInput, Radio, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, ApiError, api, send } from '../api/client';
import { settingsQuery } from '../api/settings';
import { useFormats } from '../languages/format';
import { Card, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { numberOf } from '../parts/numberOf';
import { Page } from '../parts/Page';
import { useProof } from '../parts/Proof';
import { useMe } from '../parts/roles';
import { type Section, Sections } from '../parts/Sections';
import { useLeave } from '../parts/useLeave';
import { useWork } from '../parts/useWork';
import { AccountFacts } from './Account';
import { nameFault } from './draft';
import { connectionsQuery } from './queries';
import { Statement } from './Statement';
import { Who } from './Who';

export default function NewConnection() {
  const { t } = useTranslation();
  const settings = useQuery(settingsQuery);
  return (
    <Page
      title={t('connections.add.title')}
      sentence={t('connections.add.sentence')}
      back={{ to: '/connections', label: t('connections.title') }}
    >
      <Loaded query={settings}>{(s) => <Wizard settings={s} />}</Loaded>
    </Page>
  );
}

type Checked = { key: string; url: string; account: Api['Account'] };

function Wizard({ settings }: { settings: Api['Settings'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { me } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const withProof = useProof();
  const taken = (useQuery(connectionsQuery).data ?? []).map((c) => c.name);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [key, setKey] = useState('');
  const [url, setUrl] = useState('');
  const [agree, setAgree] = useState(false);
  const [limit, setLimit] = useState<string | number>('');
  const [checked, setChecked] = useState<Checked>();
  const [proved, setProved] = useState(false);
  const leave = useLeave(name !== '' || shared || key !== '' || url !== '' || agree || limit !== '');
  const connect = useWork();
  const prove = useWork();
  const save = useWork();
  const fault = nameFault(name, taken);
  const account = checked && checked.key === key && checked.url === url ? checked.account : undefined;
  // Whoever proves by the provider leaves this page for it, and what was typed with it: they confirm on the connection's page.
  const confirmsHere = me?.has_password ?? true;

  const check = () =>
    connect.work(async () => {
      const body = { type: 'brevo' as const, api_key: key, base_url: url || undefined };
      setChecked({ key, url, account: await send(api.POST('/api/v1/connections/check', { body })) });
    });
  const confirm = () => {
    let asked = false;
    return prove.work(async () => {
      if (!asked) {
        asked = true;
        throw new ApiError('proof_needed', ''); // asks, whatever was proved before
      }
      setProved(true);
    });
  };
  const create = () =>
    save.work(async () => {
      const made = await send(
        api.POST('/api/v1/connections', {
          body: {
            type: 'brevo',
            name: name.trim(),
            shared,
            api_key: key,
            agree,
            base_url: url || undefined,
            contact_limit: numberOf(limit),
          },
        }),
      );
      leave.saved();
      setKey('');
      if (confirmsHere) {
        // Where this fails the connection is saved all the same: its page says that an export user is missing, and offers it.
        await withProof(() =>
          send(api.PUT('/api/v1/connections/{id}/export-user', { params: { path: { id: made.id } } })),
        ).catch(() => undefined);
      }
      await client.invalidateQueries({ queryKey: ['connections'] });
      await navigate({ to: '/connections/$id', params: { id: made.id } });
    });

  const sections: Section[] = [
    {
      id: 'type',
      title: t('connections.column.type'),
      complete: true,
      summary: t('connections.type.brevo'),
      content: (
        <Radio.Group value="brevo" label={t('connections.add.type_label')}>
          <Radio mt="xs" value="brevo" label={t('connections.type.brevo')} />
        </Radio.Group>
      ),
    },
    {
      id: 'name',
      title: t('connections.column.name'),
      complete: !fault,
      summary: name.trim(),
      content: (
        <TextInput
          label={t('connections.column.name')}
          description={t('connections.add.name_hint')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          error={fault === 'taken' || fault === 'long' ? t(`connections.fault.${fault}`) : undefined}
          autoComplete="off"
          maw={420}
          required
        />
      ),
    },
    {
      id: 'who',
      title: t('connections.column.who'),
      complete: true,
      summary: shared ? t('connections.who.shared') : t('connections.who.administrators'),
      content: <Who shared={shared} onChange={setShared} />,
    },
    {
      id: 'key',
      title: t('connections.key.title'),
      complete: key.length > 0,
      summary: key && t('connections.key.tail', { tail: key.slice(-4) }),
      content: (
        <div className="stack">
          <PasswordInput
            label={t('connections.key.title')}
            description={t('connections.key.hint')}
            value={key}
            onChange={(e) => setKey(e.currentTarget.value.trim())}
            autoComplete="off"
            maw={520}
            required
            visibilityToggleButtonProps={{ 'aria-label': t('connections.key.show') }}
          />
          <details open={url !== ''}>
            <summary className="muted">{t('connections.add.other_address')}</summary>
            <TextInput
              mt="xs"
              label={t('connections.account.address')}
              description={t('connections.add.address_hint', { url: settings.destination_urls.brevo ?? '' })}
              type="url"
              value={url}
              onChange={(e) => setUrl(e.currentTarget.value.trim())}
              maw={520}
            />
          </details>
        </div>
      ),
    },
    {
      id: 'consent',
      title: t('connections.consent.title'),
      complete: agree,
      summary: t('connections.consent.agreed_by_you'),
      content: (
        <div className="stack">
          <Statement statement={settings.consent_statement} />
          <Checkbox
            checked={agree}
            onChange={(e) => setAgree(e.currentTarget.checked)}
            label={t('connections.consent.agree')}
            description={t('connections.consent.recorded')}
          />
        </div>
      ),
    },
    {
      id: 'connect',
      title: t('connections.connect.title'),
      complete: !!account,
      summary: account?.company,
      content: (
        <div className="stack">
          <p>{t('connections.connect.means')}</p>
          <div>
            <Button variant={account ? 'default' : 'filled'} loading={connect.busy} onClick={check}>
              {t('connections.connect.verb')}
            </Button>
          </div>
          {connect.error !== undefined && <ErrorPanel error={connect.error} />}
          {account && (
            <>
              <Card title={t('connections.account.title')}>
                <AccountFacts account={account} />
              </Card>
              <NumberInput
                label={t('connections.contract.title')}
                description={t('connections.contract.hint')}
                value={limit}
                onChange={setLimit}
                min={1}
                max={1_000_000_000}
                allowDecimal={false}
                allowNegative={false}
                hideControls
                maw={320}
              />
            </>
          )}
        </div>
      ),
    },
    {
      id: 'export-user',
      title: t('connections.export_user.add'),
      complete: proved || !confirmsHere,
      summary: confirmsHere
        ? t('connections.export_user.you', { name: me?.name ?? '' })
        : t('connections.export_user.later'),
      content: (
        <div className="stack">
          <p>{t('connections.export_user.means')}</p>
          {!confirmsHere && <Notice tone="info">{t('connections.export_user.after_saving')}</Notice>}
          {confirmsHere && proved && (
            <Notice tone="good">{t('connections.export_user.you', { name: me?.name ?? '' })}</Notice>
          )}
          {confirmsHere && !proved && (
            <div>
              <Button loading={prove.busy} onClick={confirm}>
                {t('connections.export_user.add')}
              </Button>
            </div>
          )}
          {prove.error !== undefined && <ErrorPanel error={prove.error} />}
        </div>
      ),
    },
  ];
  return (
    <>
      {leave.dialog}
      <Sections
        sections={sections}
        end={
          <Card title={t('connections.add.summary')}>
            <div className="stack">
              <p className="break">
                <strong>{name.trim()}</strong>:{' '}
                {t('connections.add.says', { company: account?.company ?? '', plan: account?.plan ?? t('parts.none') })}{' '}
                {shared ? t('connections.add.says_shared') : t('connections.add.says_administrators')}{' '}
                {confirmsHere
                  ? t('connections.add.says_export_user', { name: me?.name ?? '' })
                  : t('connections.add.says_no_export_user')}{' '}
                {numberOf(limit) !== undefined &&
                  t('connections.contract.limit', { limit: number(numberOf(limit) ?? 0) })}
              </p>
              {save.error !== undefined && <ErrorPanel error={save.error} />}
              <div>
                <Button loading={save.busy} onClick={create}>
                  {t('connections.save')}
                </Button>
              </div>
            </div>
          </Card>
        }
      />
    </>
  );
}
