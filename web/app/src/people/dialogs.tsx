import { Button, Checkbox, Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Notice } from '../parts/Card';
import type { Role } from '../parts/roles';
import { Dialog } from './Dialog';
import { FirstPassword } from './FirstPassword';
import { RoleFields } from './RoleFields';

type Person = Api['Person'];
type OfPerson = { person: Person; onClose: () => void };

const change = (p: Person, body: Omit<Api['PersonChange'], 'version'>) =>
  send(api.PATCH('/api/v1/people/{id}', { params: { path: { id: p.id } }, body: { ...body, version: p.version } }));

export function AddPerson({ signOn, onClose }: { signOn: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [sees, setSees] = useState(false);
  const [way, setWay] = useState<'password' | 'sso'>('password');
  const [password, setPassword] = useState('');
  return (
    <Dialog
      title={t('people.add.title')}
      verb={t('people.add.verb')}
      onClose={onClose}
      run={() =>
        send(
          api.POST('/api/v1/people', {
            body: {
              name: name.trim(),
              email: email.trim(),
              role,
              sees_persons: role === 'viewer' && sees,
              password: way === 'password' ? password : undefined,
            },
          }),
        )
      }
    >
      <TextInput
        label={t('people.column.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        maxLength={120}
        autoComplete="off"
        required
        data-autofocus
      />
      <TextInput
        label={t('people.column.email')}
        type="email"
        value={email}
        onChange={(e) => setEmail(e.currentTarget.value)}
        autoComplete="off"
        required
      />
      <RoleFields
        role={role}
        seesPersons={sees}
        onChange={(r, s) => {
          setRole(r);
          setSees(s);
        }}
      />
      {signOn && (
        <Radio.Group label={t('people.column.signs_in')} value={way} onChange={(w) => setWay(w as typeof way)}>
          <Radio mt="xs" value="password" label={t('people.by.password')} />
          <Radio mt="xs" value="sso" label={t('people.by.sso')} description={t('people.add.sso_hint')} />
        </Radio.Group>
      )}
      {way === 'password' && <FirstPassword value={password} onChange={setPassword} />}
    </Dialog>
  );
}

export function EditPerson({ person: p, onClose }: OfPerson) {
  const { t } = useTranslation();
  const [name, setName] = useState(p.name);
  const [email, setEmail] = useState(p.email);
  const [role, setRole] = useState<Role>(p.role);
  const [sees, setSees] = useState(p.sees_persons);
  return (
    <Dialog
      title={t('people.edit.title', { name: p.name })}
      verb={t('connections.save')}
      onClose={onClose}
      run={() => change(p, { name: name.trim(), email: email.trim(), role, sees_persons: sees })}
    >
      <TextInput
        label={t('people.column.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        maxLength={120}
        autoComplete="off"
        required
        data-autofocus
      />
      <TextInput
        label={t('people.column.email')}
        type="email"
        value={email}
        onChange={(e) => setEmail(e.currentTarget.value)}
        autoComplete="off"
        required
      />
      <RoleFields
        role={role}
        seesPersons={sees}
        onChange={(r, s) => {
          setRole(r);
          setSees(s);
        }}
      />
      {p.has_single_sign_on && <p className="muted">{t('people.edit.role_by_groups')}</p>}
      {p.role === 'administrator' && role !== 'administrator' && (
        <Notice tone="warn">{t('people.edit.no_administrator')}</Notice>
      )}
    </Dialog>
  );
}

export function ResetPassword({ person: p, onClose }: OfPerson) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [codes, setCodes] = useState(false);
  return (
    <Dialog
      title={t('people.reset.title', { name: p.name })}
      verb={t('people.reset.verb')}
      onClose={onClose}
      run={() =>
        send(
          api.POST('/api/v1/people/{id}/password', {
            params: { path: { id: p.id } },
            body: { password, remove_one_time_codes: codes },
          }),
        )
      }
    >
      <p>{t('people.reset.means')}</p>
      <FirstPassword value={password} onChange={setPassword} />
      {p.has_one_time_codes && (
        <Checkbox
          checked={codes}
          onChange={(e) => setCodes(e.currentTarget.checked)}
          label={t('people.reset.codes')}
          description={t('people.reset.codes_hint')}
        />
      )}
    </Dialog>
  );
}

export function SwitchOff({ person: p, onClose }: OfPerson) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={p.off ? t('people.switch.on_title', { name: p.name }) : t('people.switch.off_title', { name: p.name })}
      verb={p.off ? t('people.switch.on') : t('people.switch.off')}
      onClose={onClose}
      run={() => change(p, { off: !p.off })}
    >
      <p>{p.off ? t('people.switch.on_means') : t('people.switch.off_means')}</p>
    </Dialog>
  );
}

export function SignOnLink({ person: p, onClose }: OfPerson) {
  const { t } = useTranslation();
  const [subject, setSubject] = useState('');
  const [unlink, setUnlink] = useState(false);
  return (
    <Dialog
      title={t('people.link.title', { name: p.name })}
      verb={unlink ? t('people.link.unlink') : t('people.link.verb')}
      onClose={onClose}
      run={() => change(p, unlink ? { remove_single_sign_on: true } : { single_sign_on_subject: subject.trim() })}
    >
      <p>{p.has_single_sign_on ? t('people.link.is') : t('people.link.means')}</p>
      {unlink ? (
        <Notice tone="warn">{t('people.link.unlink_means')}</Notice>
      ) : (
        <TextInput
          label={t('people.link.subject')}
          description={t('people.link.subject_hint')}
          value={subject}
          onChange={(e) => setSubject(e.currentTarget.value)}
          autoComplete="off"
          required
          data-autofocus
        />
      )}
      {p.has_single_sign_on && !unlink && (
        <div>
          <Button size="compact-sm" variant="default" onClick={() => setUnlink(true)}>
            {t('people.link.unlink')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
