import { Menu, UnstyledButton } from '@mantine/core';
import { IconChevronUp, IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { meQuery } from '../api/queries';
import { useMe } from '../parts/roles';
import { Appearance, LanguageSwitch } from './Preferences';
import classes from './shell.module.css';

type Props = { collapsed: boolean; onGo?: () => void };

/** Who is signed in, what they like, and the way out. */
export function UserMenu({ collapsed, onGo }: Props) {
  const { t } = useTranslation();
  const { me } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => send(api.DELETE('/api/v1/session')),
    onSettled: () => {
      client.clear(); // nothing of one person is shown to the next
      client.setQueryData(meQuery.queryKey, null);
      void navigate({ to: '/sign-in' });
    },
  });
  if (!me) return null;
  return (
    <div className={classes.user}>
      {!collapsed && (
        <>
          <LanguageSwitch />
          <Appearance />
        </>
      )}
      <Menu position="top-start" width={208} withinPortal>
        <Menu.Target>
          <UnstyledButton
            className={classes.person}
            aria-label={collapsed ? t('shell.user_menu', { name: me.name }) : undefined}
          >
            <IconUserCircle size={20} aria-hidden />
            {!collapsed && (
              <span className="grow">
                <span className={classes.name}>{me.name}</span>
                <span className="muted">{t(`shell.role.${me.role}`)}</span>
              </span>
            )}
            {!collapsed && <IconChevronUp size={16} aria-hidden />}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => {
              onGo?.();
              void navigate({ to: '/account' });
            }}
          >
            {t('shell.account')}
          </Menu.Item>
          <Menu.Item onClick={() => signOut.mutate()}>{t('shell.sign_out')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
