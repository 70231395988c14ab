import { ActionIcon } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconMenu2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/queries';
import { Notice } from '../parts/Card';
import { useKeptFocus } from '../parts/focus';
import { Drawer } from '../parts/Modal';
import { ProofProvider } from '../parts/Proof';
import { Logo } from './Logo';
import { Navigation } from './Navigation';
import classes from './shell.module.css';
import { UserMenu } from './UserMenu';

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const [narrow, setNarrow] = useLocalStorage({
    key: 'segue.navigation',
    defaultValue: 'wide',
    getInitialValueInEffect: false,
  });
  const [sheet, { open, close }] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const seen = useRef(path);
  const proved = useRouterState({ select: (s) => s.location.state.proved });

  useEffect(() => {
    if (me === null) void navigate({ to: '/sign-in', search: { next: location.pathname + location.search } });
  }, [me, navigate]);
  useEffect(() => {
    close();
    if (seen.current !== path) main.current?.focus({ preventScroll: true }); // screen readers begin to read the new page
    seen.current = path;
  }, [path, close]);
  useKeptFocus(main, !!me);

  if (!me) return null;
  const collapsed = narrow === 'narrow';
  return (
    <ProofProvider>
      <div className={classes.shell} data-collapsed={collapsed}>
        <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
          {t('shell.skip')}
        </button>
        <section className={classes.bar} aria-label={t('shell.menu')}>
          <Logo />
          <span className="grow" />
          <ActionIcon
            variant="subtle"
            size="lg"
            c="var(--ink)"
            aria-label={t('shell.menu')}
            aria-expanded={sheet}
            onClick={open}
          >
            <IconMenu2 size={20} aria-hidden />
          </ActionIcon>
        </section>
        <aside className={classes.side}>
          <div className={classes.top}>
            <Logo small={collapsed} />
            {!collapsed && <span className="grow" />}
            <ActionIcon
              variant="subtle"
              c="var(--muted)"
              aria-label={collapsed ? t('shell.expand') : t('shell.collapse')}
              aria-expanded={!collapsed}
              onClick={() => setNarrow(collapsed ? 'wide' : 'narrow')}
            >
              {collapsed ? (
                <IconLayoutSidebarLeftExpand size={18} aria-hidden />
              ) : (
                <IconLayoutSidebarLeftCollapse size={18} aria-hidden />
              )}
            </ActionIcon>
          </div>
          <Navigation collapsed={collapsed} />
          <UserMenu collapsed={collapsed} />
        </aside>
        <Drawer opened={sheet} onClose={close} position="bottom" size="auto" title={t('shell.menu')}>
          <Navigation collapsed={false} onGo={close} />
          <UserMenu collapsed={false} onGo={close} />
        </Drawer>
        <main id="content" ref={main} tabIndex={-1} className={classes.main}>
          {proved && (
            <Notice tone="good">
              <p>{t('shell.proved')}</p>
            </Notice>
          )}
          <Outlet />
        </main>
      </div>
    </ProofProvider>
  );
}
