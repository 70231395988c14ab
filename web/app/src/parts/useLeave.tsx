import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Confirm } from './Confirm';

/**
 * Asks before a form is left that holds something unsaved: in a dialog where another page of the application is opened, and as the
 * browser does where the tab is closed or loaded again. `saved` lets one leave, after saving.
 */
export function useLeave(unsaved: boolean): { dialog: ReactNode; saved: () => void } {
  const { t } = useTranslation();
  const free = useRef(false);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved && !free.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => unsaved && !free.current,
    withResolver: true,
  });
  return {
    saved: () => {
      free.current = true;
    },
    dialog: (
      <Confirm
        opened={blocker.status === 'blocked'}
        title={t('parts.leave.title')}
        verb={t('parts.leave.verb')}
        cancel={t('parts.leave.stay')}
        onConfirm={async () => blocker.proceed?.()}
        onClose={() => blocker.reset?.()}
      >
        {t('parts.leave.what')}
      </Confirm>
    ),
  };
}
