import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './page.module.css';

type Props = {
  title: string;
  /** One sentence that says what this is. */
  sentence?: ReactNode;
  /** Where one came from: a list. */
  back?: { to: string; label: string };
  /** Stands beside the title, such as a status. */
  beside?: ReactNode;
  /** The buttons of the page: at most one of them is the primary one. */
  actions?: ReactNode;
  /** A table that takes all the width there is. */
  wide?: boolean;
  children?: ReactNode;
};

/** A page: its title (of the document as well), what it is, its buttons, and its content. */
export function Page({ title, sentence, back, beside, actions, wide, children }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t('parts.page.title', { page: title });
  }, [title, t]);
  return (
    <div className={classes.page} data-wide={wide}>
      {back && (
        <nav aria-label={t('parts.page.back')} className={classes.back}>
          <Link to={back.to}>{back.label}</Link>
        </nav>
      )}
      <header className={classes.head}>
        <div className="grow">
          <div className="row">
            <h1 className="break">{title}</h1>
            {beside}
          </div>
          {sentence && <p className={classes.sentence}>{sentence}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
