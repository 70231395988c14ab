import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { AddPerson, EditPerson, ResetPassword, SignOnLink, SwitchOff } from './dialogs';
import { peopleQuery } from './queries';

const dialogs = { edit: EditPerson, reset: ResetPassword, switch: SwitchOff, link: SignOnLink };
type Open = { what: keyof typeof dialogs; person: Api['Person'] };

export default function People() {
  const { t } = useTranslation();
  const { date } = useFormats();
  const { me } = useMe();
  const signOn = useQuery({ queryKey: ['sso'], queryFn: () => send(api.GET('/api/v1/sso')) }).data?.enabled ?? false;
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<Open>();
  const shows = (what: Open['what']) => (person: Api['Person']) => setOpen({ what, person });
  const Shown = open && dialogs[open.what];
  return (
    <ListPage
      title={t('people.title')}
      sentence={t('people.sentence')}
      query={useQuery(peopleQuery)}
      actions={<Button onClick={() => setAdding(true)}>{t('people.add.verb')}</Button>}
      rowActions={[
        { label: t('people.edit.verb'), run: shows('edit') },
        { label: t('people.reset.verb'), run: shows('reset') },
        ...(signOn ? [{ label: t('people.link.menu'), run: shows('link') }] : []),
        { label: t('people.switch.off'), run: shows('switch'), disabled: (p) => p.off || p.id === me?.id },
        { label: t('people.switch.on'), run: shows('switch'), disabled: (p) => !p.off },
      ]}
      rowKey={(p) => p.id}
      name={(p) => p.name}
      text={(p) => `${p.name} ${p.email}`}
      empty={{ text: t('people.empty') }}
      columns={[
        { id: 'name', header: t('people.column.name'), value: (p) => p.name, cell: (p) => p.name },
        { id: 'email', header: t('people.column.email'), value: (p) => p.email, cell: (p) => p.email },
        {
          id: 'role',
          header: t('people.column.role'),
          value: (p) => t(`shell.role.${p.role}`),
          cell: (p) =>
            p.role === 'viewer' && p.sees_persons
              ? t('people.viewer_sees', { role: t('shell.role.viewer') })
              : t(`shell.role.${p.role}`),
        },
        {
          id: 'state',
          header: t('people.column.state'),
          value: (p) => p.off,
          cell: (p) => (p.off ? t('people.off') : t('people.on')),
        },
        {
          id: 'signs',
          header: t('people.column.signs_in'),
          cell: (p) =>
            [
              p.has_password && t('people.by.password'),
              p.has_one_time_codes && t('people.by.codes'),
              p.has_single_sign_on && t('people.by.sso'),
            ]
              .filter(Boolean)
              .join(', ') || t('parts.none'),
        },
        {
          id: 'since',
          header: t('people.column.since'),
          value: (p) => p.created_at,
          cell: (p) => date(p.created_at),
        },
      ]}
    >
      {adding && <AddPerson signOn={signOn} onClose={() => setAdding(false)} />}
      {open && Shown && <Shown person={open.person} onClose={() => setOpen(undefined)} />}
    </ListPage>
  );
}
