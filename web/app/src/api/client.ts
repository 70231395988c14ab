import createClient from 'openapi-fetch';
import { ApiError, problemOf, unreachable } from './problem';
import type { components, paths } from './schema.gen';

/** The shapes of the API, by name: `Api['Export']`. */
export type Api = components['schemas'];

/** Calls the API; every path and body is checked against docs/openapi.json. Use it through `send`. */
export const api = createClient<paths>({ fetch: (request) => fetch(request) });

/** The content of an answer; throws an ApiError for everything that is not one. */
export async function send<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer: Awaited<typeof call>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.response, answer.error);
  return answer.data as T;
}

/** Reads all pages of a listing of definitions. Listings of customers are paged on screen instead. */
export async function everything<T>(
  page: (after: string | undefined) => Promise<{ items: T[]; next_cursor?: string }>,
) {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const answer = await page(after);
    all.push(...answer.items);
    after = answer.next_cursor || undefined;
  } while (after);
  return all;
}

export { ApiError };
