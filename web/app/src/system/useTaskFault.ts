import type { Api } from '../api/client';
import { ApiError } from '../api/problem';
import { useFault } from '../sources/useFault';
import { useBuildFault } from '../unify/useBuildFault';

/** What is wrong with the data that a task works on and what to do about it, in the language on screen; undefined for what is not known. */
export function useTaskFault() {
  const source = useFault();
  const build = useBuildFault();
  return (kind: Api['Task']['kind'], { code = 'unexpected', message }: { code?: string; message: string }) => {
    if (kind === 'source') return source(new ApiError(code, message));
    if (kind === 'profile') return build(code, message);
    return undefined;
  };
}
