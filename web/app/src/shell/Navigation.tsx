import { Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../parts/roles';
import { placesFor } from './places';
import classes from './shell.module.css';

type Props = { collapsed: boolean; onGo?: () => void };

/** The places that the person has a use for. */
export function Navigation({ collapsed, onGo }: Props) {
  const { t } = useTranslation();
  const { may, seesPersons } = useMe();
  return (
    <nav aria-label={t('shell.navigation')} className={classes.nav}>
      {placesFor(may, seesPersons).map((group) => (
        <div key={group.id}>
          {group.id !== 'start' &&
            (collapsed ? (
              <hr className={classes.rule} />
            ) : (
              <h2 className={classes.group}>{t(`shell.group.${group.id}`)}</h2>
            ))}
          <ul>
            {group.places.map(({ to, id, icon: Icon }) => {
              const word = t(`shell.nav.${id}`);
              return (
                <li key={to}>
                  <Tooltip label={word} position="right" disabled={!collapsed}>
                    <Link
                      to={to}
                      onClick={onGo}
                      className={classes.place}
                      activeOptions={{ exact: to === '/', includeSearch: false }}
                      aria-label={collapsed ? word : undefined}
                    >
                      <Icon size={18} aria-hidden />
                      {!collapsed && word}
                    </Link>
                  </Tooltip>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
