import { Button, Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { Loaded } from '../parts/Loaded';
import { numberOf } from '../parts/numberOf';
import { Page } from '../parts/Page';
import { useLeave } from '../parts/useLeave';
import { useWork } from '../parts/useWork';
import { nameFault } from './draft';
import { connectionQuery, connectionsQuery } from './queries';
import { Who } from './Who';

export default function EditConnection() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(connectionQuery(id));
  return (
    <Page
      title={t('connections.edit.title', { name: query.data?.name ?? '' })}
      back={{ to: `/connections/${id}`, label: query.data?.name ?? t('connections.one') }}
    >
      <Loaded query={query}>{(c) => <Form key={c.id} connection={c} />}</Loaded>
    </Page>
  );
}

/** Edits what was read first: what others save meanwhile must not slip under it. */
function Form({ connection }: { connection: Api['Connection'] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [read, setRead] = useState(connection);
  const [name, setName] = useState(read.name);
  const [shared, setShared] = useState(read.shared);
  const [limit, setLimit] = useState<string | number>(read.contact_limit ?? '');
  const [mirror, setMirror] = useState(read.mirror !== 'off');
  const [clear, setClear] = useState(!!read.clear_empty && read.clear_empty !== 'off');
  const { busy, error, work } = useWork();
  const leave = useLeave(
    name !== read.name ||
      shared !== read.shared ||
      (numberOf(limit) ?? 0) !== (read.contact_limit ?? 0) ||
      mirror !== (read.mirror !== 'off') ||
      clear !== (!!read.clear_empty && read.clear_empty !== 'off'),
  );
  const others = (useQuery(connectionsQuery).data ?? []).filter((c) => c.id !== read.id).map((c) => c.name);
  const fault = nameFault(name, others);
  const take = (c: Api['Connection']) => {
    setRead(c);
    setName(c.name);
    setShared(c.shared);
    setLimit(c.contact_limit ?? '');
    setMirror(c.mirror !== 'off');
    setClear(!!c.clear_empty && c.clear_empty !== 'off');
  };
  const reload = () => work(async () => take(await client.fetchQuery({ ...connectionQuery(read.id), staleTime: 0 })));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fault) return;
    void work(async () => {
      const wasClear = !!read.clear_empty && read.clear_empty !== 'off';
      const now = await send(
        api.PATCH('/api/v1/connections/{id}', {
          params: { path: { id: read.id } },
          body: {
            version: read.version,
            name: name.trim(),
            shared,
            contact_limit: numberOf(limit) ?? 0,
            mirror: mirror ? 'on' : 'off',
            ...(clear !== wasClear && { clear_empty: clear }),
          },
        }),
      );
      leave.saved();
      client.setQueryData(connectionQuery(read.id).queryKey, now);
      await client.invalidateQueries({ queryKey: ['connections'], exact: true });
      await client.invalidateQueries({ queryKey: ['exports'] });
      await navigate({ to: '/connections/$id', params: { id: read.id } });
    });
  };
  return (
    <form onSubmit={submit} className="stack">
      {leave.dialog}
      <Card title={t('connections.edit.general')}>
        <div className="stack">
          <TextInput
            label={t('connections.column.name')}
            value={name}
            onChange={(e) => setName(e.currentTarget.value)}
            error={fault ? t(`connections.fault.${fault}`) : undefined}
            autoComplete="off"
            maw={420}
            required
          />
          <Who shared={shared} onChange={setShared} />
          {read.shared && !shared && <Notice tone="info">{t('connections.edit.unshared')}</Notice>}
          <NumberInput
            label={t('connections.contract.title')}
            description={t('connections.contract.hint')}
            value={limit}
            onChange={setLimit}
            min={0}
            max={1_000_000_000}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            maw={320}
          />
        </div>
      </Card>
      <Card title={t('connections.edit.care')}>
        <div className="stack">
          <Checkbox
            checked={mirror}
            onChange={(e) => setMirror(e.currentTarget.checked)}
            label={t('connections.mirror.title')}
            description={t('connections.mirror.means')}
          />
          {!mirror && <Notice tone="warn">{t('connections.mirror.risk')}</Notice>}
          <Checkbox
            checked={clear}
            onChange={(e) => setClear(e.currentTarget.checked)}
            label={t('connections.clear.title')}
            description={t('connections.clear.means')}
          />
        </div>
      </Card>
      <SaveError error={error} onReload={reload} />
      <div className="row">
        <Button type="submit" loading={busy}>
          {t('connections.save')}
        </Button>
        <Button variant="default" onClick={() => navigate({ to: '/connections/$id', params: { id: read.id } })}>
          {t('parts.cancel')}
        </Button>
      </div>
    </form>
  );
}
