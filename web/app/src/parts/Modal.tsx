import type { DrawerProps, ModalProps } from '@mantine/core';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf } from './focus';

const ModalParts = lazy(() => import('./modalParts')) as ComponentType<ModalProps>;
const DrawerParts = lazy(() => import('./drawerParts')) as ComponentType<DrawerProps>;

/** A dialog. What it is made of is loaded when the first one opens, and once it is closed the focus is where it was. */
export const Modal = (props: ModalProps) => <Opening of={ModalParts} props={props} />;

/** What slides in from an edge of the window. */
export const Drawer = (props: DrawerProps) => <Opening of={DrawerParts} props={props} />;

function Opening<P extends ModalProps | DrawerProps>({ of: Parts, props }: { of: ComponentType<P>; props: P }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(props.opened); // once opened it stays, so that it can close in its own time
  if (props.opened && !wanted) setWanted(true);
  useFocusBack(props.opened);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <Parts {...props} returnFocus={false} closeButtonProps={{ 'aria-label': t('parts.close') }} />
    </Suspense>
  );
}

/** Whoever closes what opened goes on where they were: Mantine does so only for what was there before it opened. */
function useFocusBack(opened: boolean) {
  // Asked while it opens: an item of a menu is gone once it has.
  const place = () => {
    const at = opened ? openerOf(document.activeElement) : null;
    return at && placeOf(at);
  };
  const [was, setWas] = useState(() => ({ opened, back: place() }));
  if (was.opened !== opened) setWas({ opened, back: opened ? place() : was.back });
  useEffect(() => {
    if (!opened) return;
    return () => {
      const page = document; // a page that is gone by then, as after a test, has no focus to move
      const closing = page.activeElement;
      setTimeout(() => {
        const at = page.activeElement;
        // Where something else has the focus meanwhile, such as the next page, it keeps it.
        if (!at || at === page.body || at === closing) was.back?.();
      }, 10);
    };
  }, [opened, was.back]);
}

/** What opens a dialog: of an item of a menu, which is gone by then, the button of the menu. */
function openerOf(at: Element | null): HTMLElement | null {
  const button = at?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return button ? document.getElementById(button) : (at as HTMLElement | null);
}
