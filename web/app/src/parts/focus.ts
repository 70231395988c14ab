import { type RefObject, useEffect } from 'react';

const usable = (x: Element) => x.isConnected && !x.matches(':disabled');

/**
 * Remembers where somebody is, and answers what brings them back: to the element itself, or, once it is gone or cannot be used any more,
 * to what is nearest around it, which is a table or the heading of the part of the page that it stood in.
 */
export function placeOf(at: HTMLElement): () => void {
  const around: HTMLElement[] = [];
  for (let x = at.parentElement; x; x = x.parentElement) around.push(x);
  return () => {
    if (usable(at)) return at.focus({ preventScroll: true });
    for (const x of around.filter((x) => x.isConnected)) {
      if (x.tabIndex === 0) return x.focus({ preventScroll: true });
      const heading = x.querySelector<HTMLElement>('h1, h2, h3');
      if (!heading) continue;
      heading.tabIndex = -1;
      return heading.focus({ preventScroll: true });
    }
  };
}

/**
 * Whoever has the focus on something that goes by itself, such as the button that stops a run when the run has ended, goes on near to
 * it: the focus would fall to the beginning of the page.
 */
export function useKeptFocus(part: RefObject<HTMLElement | null>, shown: boolean) {
  useEffect(() => {
    const page = part.current;
    if (!shown || !page) return;
    let last: { at: HTMLElement; back: () => void } | undefined;
    const came = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && target !== page) last = { at: target, back: placeOf(target) };
    };
    const went = ({ relatedTarget }: FocusEvent) => {
      const left = last;
      const away = () => !!left && usable(left.at) && document.activeElement !== left.at;
      if (relatedTarget) last = undefined;
      else
        setTimeout(() => {
          // What is removed loses the focus first: whether somebody went away or it was taken from them is seen after that.
          if (left === last && away()) last = undefined;
        });
    };
    const gone = new MutationObserver(() => {
      if (!last || last.at.isConnected) return;
      const { back } = last;
      last = undefined;
      setTimeout(() => {
        const at = document.activeElement; // what takes its place may have taken the focus as well
        if (!at || at === document.body) back();
      }, 20);
    });
    page.addEventListener('focusin', came);
    page.addEventListener('focusout', went);
    gone.observe(page, { childList: true, subtree: true });
    return () => {
      page.removeEventListener('focusin', came);
      page.removeEventListener('focusout', went);
      gone.disconnect();
    };
  }, [part, shown]);
}
