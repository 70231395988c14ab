import { useState } from 'react';
import { isGivenUp, useProof } from './Proof';

/** Does something for which the server may ask who one is, and keeps what went wrong. */
export function useWork() {
  const withProof = useProof();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const work = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await withProof(what);
    } catch (e) {
      if (!isGivenUp(e)) setError(e);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, work };
}
