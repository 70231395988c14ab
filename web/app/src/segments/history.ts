import { useCallback, useState } from 'react';

/** What was, is and may come back. `mark` names what the last change was about. */
export type History<T> = { past: T[]; now: T; future: T[]; mark?: string };

const most = 200;

/** Adds a change. Changes with the same mark in a row, such as typing into one field, are taken back as one. */
export function changed<T>(h: History<T>, next: T, mark?: string): History<T> {
  if (next === h.now) return h;
  if (mark !== undefined && mark === h.mark) return { ...h, now: next, future: [] };
  return { past: [...h.past, h.now].slice(-most), now: next, future: [], mark };
}

export function undone<T>(h: History<T>): History<T> {
  const before = h.past.at(-1);
  if (before === undefined) return h;
  return { past: h.past.slice(0, -1), now: before, future: [h.now, ...h.future] };
}

export function redone<T>(h: History<T>): History<T> {
  const [next, ...rest] = h.future;
  if (next === undefined) return h;
  return { past: [...h.past, h.now], now: next, future: rest };
}

/** Keeps a value with everything that it was. */
export function useHistory<T>(first: T) {
  const [h, setH] = useState<History<T>>({ past: [], now: first, future: [] });
  return {
    now: h.now,
    set: useCallback((change: (now: T) => T, mark?: string) => setH((x) => changed(x, change(x.now), mark)), []),
    undo: useCallback(() => setH(undone), []),
    redo: useCallback(() => setH(redone), []),
    reset: useCallback((value: T) => setH({ past: [], now: value, future: [] }), []),
    canUndo: h.past.length > 0,
    canRedo: h.future.length > 0,
  };
}
