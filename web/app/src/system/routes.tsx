import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../shell/root';

export const systemRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/status',
    component: lazyRouteComponent(() => import('./Status')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/schedule',
    component: lazyRouteComponent(() => import('./Schedule')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/general',
    component: lazyRouteComponent(() => import('./General')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/about',
    component: lazyRouteComponent(() => import('./About')),
  }),
] as const;
