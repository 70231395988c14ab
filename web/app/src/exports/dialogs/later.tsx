import { type ComponentType, lazy, Suspense } from 'react';

// The dialogs of an export, which are loaded when somebody opens one: their fields are half as much again as its page.

export const AttachDialog = later(async () => (await import('./AttachDialog')).AttachDialog);
export const DuplicateDialog = later(async () => (await import('./DuplicateDialog')).DuplicateDialog);
export const FreshnessDialog = later(async () => (await import('./FreshnessDialog')).FreshnessDialog);
export const RemoveDialog = later(async () => (await import('./RemoveDialog')).RemoveDialog);
export const ScheduleDialog = later(async () => (await import('./ScheduleDialog')).ScheduleDialog);

function later<P extends object>(load: () => Promise<ComponentType<P>>) {
  const Dialog = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return (props: P) => (
    <Suspense fallback={null}>
      <Dialog {...props} />
    </Suspense>
  );
}
