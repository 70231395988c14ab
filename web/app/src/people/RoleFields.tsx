import { Checkbox, Radio } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Role } from '../parts/roles';

type Props = { role: Role; seesPersons: boolean; onChange: (role: Role, seesPersons: boolean) => void };

const roles: Role[] = ['viewer', 'contributor', 'administrator'];

/** What somebody may do: the role, and for viewers whether they see customers. */
export function RoleFields({ role, seesPersons, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Radio.Group label={t('people.column.role')} value={role} onChange={(r) => onChange(r as Role, seesPersons)}>
        {roles.map((r) => (
          <Radio key={r} mt="xs" value={r} label={t(`shell.role.${r}`)} description={t(`people.may.${r}`)} />
        ))}
      </Radio.Group>
      {role === 'viewer' && (
        <Checkbox
          checked={seesPersons}
          onChange={(e) => onChange(role, e.currentTarget.checked)}
          label={t('people.sees_persons')}
          description={t('people.sees_persons_hint')}
        />
      )}
    </>
  );
}
