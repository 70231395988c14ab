import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell/root';

const signOn = lazyRouteComponent(() => import('./SignOn'));

export const entryRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    validateSearch: (search: Record<string, unknown>): { next?: string } =>
      typeof search.next === 'string' ? { next: search.next } : {},
    component: lazyRouteComponent(() => import('./SignIn')),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/setup',
    component: lazyRouteComponent(() => import('./Setup')),
  }),
  createRoute({ getParentRoute: () => rootRoute, path: '/sso', component: signOn }),
  createRoute({ getParentRoute: () => rootRoute, path: '/sso/callback', component: signOn }),
] as const;
