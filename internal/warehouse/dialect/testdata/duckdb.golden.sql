-- equals text
SELECT p.profile_id FROM profile_1 p WHERE coalesce((replace(lower(p.ft), 'ς', 'σ') = replace(lower(?::VARCHAR), 'ς', 'σ')), false)
--   Split
-- equals number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn = ?::DOUBLE), false)
--   1.5
-- equals date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd = ?::DATE), false)
--   2024-02-29
-- equals datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs = ?::TIMESTAMP), false)
--   2026-03-29 00:30:00
-- not_equals text
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((replace(lower(p.ft), 'ς', 'σ') = replace(lower(?::VARCHAR), 'ς', 'σ')), false))
--   Split
-- not_equals number
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fn = ?::DOUBLE), false))
--   1.5
-- not_equals date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd = ?::DATE), false))
--   2024-02-29
-- not_equals datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs = ?::TIMESTAMP), false))
--   2026-03-29 00:30:00
-- one_of text
SELECT p.profile_id FROM profile_1 p WHERE coalesce((replace(lower(p.ft), 'ς', 'σ') IN (replace(lower(?::VARCHAR), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ'))), false)
--   Split
--   Šibenik
-- one_of number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn IN (?::DOUBLE, ?::DOUBLE)), false)
--   1.5
--   20
-- one_of date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd IN (?::DATE, ?::DATE)), false)
--   2024-02-29
--   2026-01-31
-- one_of datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs IN (?::TIMESTAMP, ?::TIMESTAMP)), false)
--   2026-03-29 00:30:00
--   2026-10-25 00:00:00
-- not_one_of text
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((replace(lower(p.ft), 'ς', 'σ') IN (replace(lower(?::VARCHAR), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ'))), false))
--   Split
--   Šibenik
-- not_one_of number
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fn IN (?::DOUBLE, ?::DOUBLE)), false))
--   1.5
--   20
-- not_one_of date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd IN (?::DATE, ?::DATE)), false))
--   2024-02-29
--   2026-01-31
-- not_one_of datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs IN (?::TIMESTAMP, ?::TIMESTAMP)), false))
--   2026-03-29 00:30:00
--   2026-10-25 00:00:00
-- contains text
SELECT p.profile_id FROM profile_1 p WHERE coalesce(contains(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false)
--   Split
-- not_contains text
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce(contains(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false))
--   Split
-- starts_with text
SELECT p.profile_id FROM profile_1 p WHERE coalesce(starts_with(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false)
--   Split
-- not_starts_with text
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce(starts_with(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false))
--   Split
-- ends_with text
SELECT p.profile_id FROM profile_1 p WHERE coalesce(ends_with(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false)
--   Split
-- not_ends_with text
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce(ends_with(replace(lower(p.ft), 'ς', 'σ'), replace(lower(?::VARCHAR), 'ς', 'σ')), false))
--   Split
-- less_than number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn < ?::DOUBLE), false)
--   1.5
-- not_less_than number
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fn < ?::DOUBLE), false))
--   1.5
-- less_or_equal number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn <= ?::DOUBLE), false)
--   1.5
-- greater_than number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn > ?::DOUBLE), false)
--   1.5
-- not_greater_than number
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fn > ?::DOUBLE), false))
--   1.5
-- greater_or_equal number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn >= ?::DOUBLE), false)
--   1.5
-- between number
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fn BETWEEN ?::DOUBLE AND ?::DOUBLE), false)
--   1.5
--   20
-- between date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false)
--   2024-02-29
--   2026-01-31
-- between datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs BETWEEN ?::TIMESTAMP AND ?::TIMESTAMP), false)
--   2026-03-29 00:30:00
--   2026-10-25 00:00:00
-- not_between number
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fn BETWEEN ?::DOUBLE AND ?::DOUBLE), false))
--   1.5
--   20
-- not_between date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false))
--   2024-02-29
--   2026-01-31
-- not_between datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs BETWEEN ?::TIMESTAMP AND ?::TIMESTAMP), false))
--   2026-03-29 00:30:00
--   2026-10-25 00:00:00
-- before date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd < ?::DATE), false)
--   2024-02-29
-- before datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs < ?::TIMESTAMP), false)
--   2026-03-29 00:30:00
-- not_before date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd < ?::DATE), false))
--   2024-02-29
-- not_before datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs < ?::TIMESTAMP), false))
--   2026-03-29 00:30:00
-- after date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd > ?::DATE), false)
--   2024-02-29
-- after datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs > ?::TIMESTAMP), false)
--   2026-03-29 00:30:00
-- not_after date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd > ?::DATE), false))
--   2024-02-29
-- not_after datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs > ?::TIMESTAMP), false))
--   2026-03-29 00:30:00
-- in_the_last date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false)
--   2026-08-25
--   2026-11-25
-- in_the_last datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false)
--   2026-08-24 22:00:00
--   2026-11-25 23:00:00
-- not_in_the_last date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false))
--   2026-08-25
--   2026-11-25
-- not_in_the_last datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false))
--   2026-08-24 22:00:00
--   2026-11-25 23:00:00
-- in_the_next date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false)
--   2026-11-25
--   2027-02-25
-- in_the_next datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false)
--   2026-11-24 23:00:00
--   2027-02-25 23:00:00
-- not_in_the_next date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false))
--   2026-11-25
--   2027-02-25
-- not_in_the_next datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false))
--   2026-11-24 23:00:00
--   2027-02-25 23:00:00
-- in_this date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false)
--   2026-10-01
--   2026-12-31
-- in_this datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false)
--   2026-09-30 22:00:00
--   2026-12-31 23:00:00
-- not_in_this date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false))
--   2026-10-01
--   2026-12-31
-- not_in_this datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false))
--   2026-09-30 22:00:00
--   2026-12-31 23:00:00
-- in_the_previous date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false)
--   2026-07-01
--   2026-09-30
-- in_the_previous datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false)
--   2026-06-30 22:00:00
--   2026-09-30 22:00:00
-- not_in_the_previous date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fd BETWEEN ?::DATE AND ?::DATE), false))
--   2026-07-01
--   2026-09-30
-- not_in_the_previous datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.fs >= ?::TIMESTAMP AND p.fs < ?::TIMESTAMP), false))
--   2026-06-30 22:00:00
--   2026-09-30 22:00:00
-- anniversary_in_the_next date
SELECT p.profile_id FROM profile_1 p WHERE coalesce((list_transform([p.fd], lambda day: month(day) * 100 + day(day))[1] BETWEEN ? AND ?), false)
--   1125
--   1202
-- anniversary_in_the_next datetime
SELECT p.profile_id FROM profile_1 p WHERE coalesce((list_transform([timezone(?::VARCHAR, timezone('UTC', p.fs))], lambda day: month(day) * 100 + day(day))[1] BETWEEN ? AND ?), false)
--   Europe/Zagreb
--   1125
--   1202
-- not_anniversary_in_the_next date
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((list_transform([p.fd], lambda day: month(day) * 100 + day(day))[1] BETWEEN ? AND ?), false))
--   1125
--   1202
-- not_anniversary_in_the_next datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((list_transform([timezone(?::VARCHAR, timezone('UTC', p.fs))], lambda day: month(day) * 100 + day(day))[1] BETWEEN ? AND ?), false))
--   Europe/Zagreb
--   1125
--   1202
-- is_true boolean
SELECT p.profile_id FROM profile_1 p WHERE coalesce(p.fb, false)
-- is_not_true boolean
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce(p.fb, false))
-- is_false boolean
SELECT p.profile_id FROM profile_1 p WHERE coalesce((NOT p.fb), false)
-- is_not_false boolean
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((NOT p.fb), false))
-- is_empty text
SELECT p.profile_id FROM profile_1 p WHERE (p.ft IS NULL)
-- is_empty number
SELECT p.profile_id FROM profile_1 p WHERE (p.fn IS NULL)
-- is_empty date
SELECT p.profile_id FROM profile_1 p WHERE (p.fd IS NULL)
-- is_empty datetime
SELECT p.profile_id FROM profile_1 p WHERE (p.fs IS NULL)
-- is_empty boolean
SELECT p.profile_id FROM profile_1 p WHERE (p.fb IS NULL)
-- is_not_empty text
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.ft IS NULL))
-- is_not_empty number
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.fn IS NULL))
-- is_not_empty date
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.fd IS NULL))
-- is_not_empty datetime
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.fs IS NULL))
-- is_not_empty boolean
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.fb IS NULL))
-- has related
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0 FROM (SELECT t0.cn AS k0 FROM rows_1 t0 WHERE t0.cn IS NOT NULL AND (NOT coalesce((replace(lower(t0.ct), 'ς', 'σ') = replace(lower(?::VARCHAR), 'ς', 'σ')), false)) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE (g0.k0 IS NOT NULL)
--   web
-- has_not related
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0 FROM (SELECT t0.cn AS k0 FROM rows_1 t0 WHERE t0.cn IS NOT NULL AND (NOT coalesce((replace(lower(t0.ct), 'ς', 'σ') = replace(lower(?::VARCHAR), 'ς', 'σ')), false)) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE (NOT (g0.k0 IS NOT NULL))
--   web
-- member_of 
WITH s0 AS MATERIALIZED (SELECT m.profile_id AS k FROM members_1 m) SELECT p.profile_id FROM profile_1 p LEFT JOIN s0 ON s0.k = p.profile_id WHERE (s0.k IS NOT NULL)
-- member_of 
WITH s0 AS MATERIALIZED (SELECT p.profile_id AS k FROM profile_1 p WHERE ((p.ft IS NULL) AND NOT coalesce(p.fb, false))) SELECT p.profile_id FROM profile_1 p LEFT JOIN s0 ON s0.k = p.profile_id WHERE (s0.k IS NOT NULL)
-- not_member_of 
WITH s0 AS MATERIALIZED (SELECT m.profile_id AS k FROM members_1 m) SELECT p.profile_id FROM profile_1 p LEFT JOIN s0 ON s0.k = p.profile_id WHERE (NOT (s0.k IS NOT NULL))
-- not_member_of 
WITH s0 AS MATERIALIZED (SELECT p.profile_id AS k FROM profile_1 p WHERE ((p.ft IS NULL) AND NOT coalesce(p.fb, false))) SELECT p.profile_id FROM profile_1 p LEFT JOIN s0 ON s0.k = p.profile_id WHERE (NOT (s0.k IS NOT NULL))
-- id_one_of 
SELECT p.profile_id FROM profile_1 p WHERE (p.profile_id IN (?::VARCHAR, ?::VARCHAR))
--   ana@example.com
--   ivo@example.com
-- not_id_one_of 
SELECT p.profile_id FROM profile_1 p WHERE (NOT (p.profile_id IN (?::VARCHAR, ?::VARCHAR)))
--   ana@example.com
--   ivo@example.com
-- address_one_of 
SELECT p.profile_id FROM profile_1 p WHERE coalesce((p.a0 IN (?::VARCHAR, ?::VARCHAR)), false)
--   ana@example.com
--   ivo@example.com
-- not_address_one_of 
SELECT p.profile_id FROM profile_1 p WHERE (NOT coalesce((p.a0 IN (?::VARCHAR, ?::VARCHAR)), false))
--   ana@example.com
--   ivo@example.com
-- in_query 
SELECT p.profile_id FROM profile_1 p LEFT JOIN queried_2330_20261125 ON queried_2330_20261125.profile_id = p.profile_id WHERE (queried_2330_20261125.profile_id IS NOT NULL)
-- not_in_query 
SELECT p.profile_id FROM profile_1 p LEFT JOIN queried_2330_20261125 ON queried_2330_20261125.profile_id = p.profile_id WHERE (NOT (queried_2330_20261125.profile_id IS NOT NULL))
-- greater_than related count
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, count(*)::DOUBLE AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((coalesce(g0.v0, 0) > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related sum
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, sum(round(t1.cn * 1e6)::HUGEINT)::DOUBLE / 1e6 AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related average
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, sum(round(t1.cn * 1e6)::HUGEINT)::DOUBLE / (count(t1.cn)::DOUBLE * 1e6) AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related min
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, min(t1.cn) AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related max
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, max(t1.cn) AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related first
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, (min({'o': t1.cd, 'v': t1.cn}) FILTER (WHERE t1.cd IS NOT NULL AND t1.cn IS NOT NULL)).v AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related last
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, (max({'o': t1.cd, 'v': t1.cn}) FILTER (WHERE t1.cd IS NOT NULL AND t1.cn IS NOT NULL)).v AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((g0.v0 > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
-- greater_than related distinct
WITH g0 AS MATERIALIZED (SELECT text(k0) AS k0, v0 FROM (SELECT t0.cn AS k0, count(DISTINCT t1.cn)::DOUBLE AS v0 FROM rows_1 t0 JOIN rows_2 t1 ON t0.ct = t1.ct AND text(t0.ct) = text(t1.cn) WHERE t0.cn IS NOT NULL AND coalesce((t1.cd BETWEEN ?::DATE AND ?::DATE), false) GROUP BY 1)) SELECT p.profile_id FROM profile_1 p LEFT JOIN g0 ON g0.k0 = text(p.profile_id) WHERE coalesce((coalesce(g0.v0, 0) > ?::DOUBLE), false)
--   2026-08-27
--   2026-11-25
--   1
