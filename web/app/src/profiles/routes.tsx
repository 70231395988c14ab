import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const profileRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profiles',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Profiles')),
  }),
] as const;
