import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../shell/Logo';
import { LanguageSwitch } from '../shell/Preferences';
import classes from './entry.module.css';

/** What stands around the pages of somebody who is not signed in. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t('parts.page.title', { page: title });
  }, [title, t]);
  return (
    <div className={classes.frame}>
      <main className={classes.card}>
        <Logo />
        <h1>{title}</h1>
        {children}
      </main>
      <footer className={classes.language}>
        <LanguageSwitch />
      </footer>
    </div>
  );
}
