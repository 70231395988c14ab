import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconHandStop,
  IconLoader,
  IconPlayerSkipForward,
  IconPlugOff,
  IconRefreshAlert,
  IconUserQuestion,
} from '@tabler/icons-react';
import type { ComponentType, CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import type { Token } from '../theme/tokens';

export type Status = Api['Export']['status'];

type Look = { icon: ComponentType<{ size?: number; style?: CSSProperties; 'aria-hidden'?: boolean }>; tone: Token };

/** Every status with its icon and colour; the word comes from `parts.status`. */
export const looks: Record<Status, Look> = {
  not_started: { icon: IconCircleDashed, tone: 'muted' },
  queued: { icon: IconClock, tone: 'info' },
  running: { icon: IconLoader, tone: 'info' },
  waiting_for_brevo: { icon: IconClock, tone: 'info' },
  held: { icon: IconHandStop, tone: 'warn' },
  successful: { icon: IconCircleCheck, tone: 'good' },
  successful_with_rejects: { icon: IconCircleCheck, tone: 'good' },
  failed_retrying: { icon: IconRefreshAlert, tone: 'warn' },
  failed_permanent: { icon: IconCircleX, tone: 'bad' },
  canceled: { icon: IconBan, tone: 'muted' },
  skipped: { icon: IconPlayerSkipForward, tone: 'muted' },
  no_connection: { icon: IconPlugOff, tone: 'warn' },
  needs_export_user: { icon: IconUserQuestion, tone: 'warn' },
};

/** A status: an icon and a word, never colour alone. A status of a newer server is shown as it is called there. */
export function StatusBadge({ status }: { status: string }) {
  const { t, i18n } = useTranslation();
  const known = Object.hasOwn(looks, status) && i18n.exists(`parts.status.${status}`);
  const { icon: Icon, tone } = known ? looks[status as Status] : { icon: IconAlertTriangle, tone: 'muted' as const };
  return (
    <span
      style={{
        color: `var(--${tone})`,
        display: 'inline-flex',
        gap: 6,
        overflowWrap: 'break-word',
        verticalAlign: 'top',
      }}
    >
      <Icon size={16} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      {known ? t(`parts.status.${status}`) : status}
    </span>
  );
}

/** Whether somebody has to do something. */
export const needsSomebody = (status: string) =>
  ['held', 'failed_permanent', 'no_connection', 'needs_export_user'].includes(status);

/** Whether a run in this status goes on by itself. */
export const goesOn = (status: string) =>
  ['queued', 'running', 'waiting_for_brevo', 'failed_retrying'].includes(status);
