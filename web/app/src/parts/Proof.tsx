import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useRef, useState } from 'react';
import { ApiError, codeOf } from '../api/problem';

const ProofDialog = lazy(() => import('./ProofDialog'));

type WithProof = <T>(work: () => Promise<T>) => Promise<T>;

const Context = createContext<WithProof>((work) => work());

/** Gives a function that does something for which the server may ask who one is: it asks, then does it again. */
export const useProof = () => useContext(Context);

/** Whoever closed the dialog did not want it done after all. */
export const isGivenUp = (error: unknown) => codeOf(error) === 'given_up';

/** Holds the dialog that asks again who one is. */
export function ProofProvider({ children }: { children: ReactNode }) {
  const waiting = useRef<{ done: () => void; failed: (e: unknown) => void } | undefined>(undefined);
  const [opened, setOpened] = useState(false);
  const withProof: WithProof = useCallback(async (work) => {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== 'proof_needed') throw error;
      await new Promise<void>((done, failed) => {
        waiting.current = { done, failed };
        setOpened(true);
      });
      return work();
    }
  }, []);
  const end = (proved: boolean) => {
    setOpened(false);
    const w = waiting.current;
    waiting.current = undefined;
    if (proved) w?.done();
    else w?.failed(new ApiError('given_up', ''));
  };
  return (
    <Context.Provider value={withProof}>
      {children}
      {opened && (
        <Suspense fallback={null}>
          <ProofDialog onProved={() => end(true)} onClose={() => end(false)} />
        </Suspense>
      )}
    </Context.Provider>
  );
}
