import { expect, test } from 'vitest';
import { atLeast, type Role } from '../parts/roles';
import { placesFor } from './places';

const shown = (role: Role, sees = false) =>
  placesFor((least) => atLeast(role, least), sees || role !== 'viewer').flatMap((g) => g.places.map((p) => p.id));

test('an administrator has every place', () => {
  expect(shown('administrator')).toEqual([
    'home',
    'sources',
    'profiles',
    'segments',
    'exports',
    'connections',
    'people',
    'audit',
    'status',
    'schedule',
    'general',
    'about',
  ]);
});

test('a viewer has no administration, and customers only where an administrator allows it', () => {
  expect(shown('viewer')).toEqual(['home', 'sources', 'segments', 'exports', 'status', 'schedule', 'about']);
  expect(shown('viewer', true)).toContain('profiles');
});

test('a contributor sees connections, but neither people nor the audit log', () => {
  const places = shown('contributor');
  expect(places).toContain('connections');
  expect(places).not.toContain('people');
  expect(places).not.toContain('audit');
});
