/** What the address brought along that must not stay in it. */
export type Arrival = {
  /** The secret of the one-time link to the first set-up: browsers send what stands after # nowhere. */
  secret: string;
  /** What the provider of single sign-on sent along; it is used once and shown nowhere. */
  back?: { state: string; code?: string; error?: string };
};

/** Takes secrets out of the address, before anything else reads it. */
export function arrive(
  location: Pick<Location, 'pathname' | 'hash' | 'search'>,
  clean: (path: string) => void,
): Arrival {
  if (location.pathname === '/setup') {
    const secret = location.hash.slice(1);
    if (secret) clean('/setup');
    return { secret };
  }
  if (location.pathname === '/sso/callback') {
    const search = new URLSearchParams(location.search);
    clean('/sso/callback');
    return {
      secret: '',
      back: {
        state: search.get('state') ?? '',
        code: search.get('code') ?? undefined,
        error: search.get('error') ?? undefined,
      },
    };
  }
  return { secret: '' };
}

/** Where to go after signing in: a place in this application, never another host. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || /^\/[/\\]/.test(next)) return '/';
  return ['/sign-in', '/setup', '/sso'].some((p) => next === p || next.startsWith(`${p}/`) || next.startsWith(`${p}?`))
    ? '/'
    : next;
}
