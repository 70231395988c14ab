// Package where owns the small language in which a segment's rule can be typed on the command line: its parser and its
// printer. It knows no server and no command; what it makes is checked by the server like any other rule.
//
// Parse turns text into the rule that it means, Format a rule into text that means it: Parse(Format(r)) is r.
package where

// Help describes the language, for documents.
const Help = `A rule is one or more conditions joined by ` + "`and`, `or` and `not`" + ` and grouped by parentheses; ` + "`and`" + ` binds closer than ` + "`or`" + `. Words
of the language may be written in any case.

| condition | holds when |
|---|---|
| ` + "`country = HR`, `country != HR`" + ` | the value is, or is not, this one (text: without regard to case) |
| ` + "`country in (HR, DE)`, `country not in (HR, DE)`" + ` | it is, or is not, one of these |
| ` + "`city contains grad`, `city starts with Za`, `city ends with eb`" + ` | the text does; each also with ` + "`not`" + ` before it |
| ` + "`points < 5`, `<=`, `>`, `>=`" + ` | the number, day or instant is below, at most, above, at least |
| ` + "`points between 1 and 5`, `points not between 1 and 5`" + ` | it lies, or does not lie, between these two, both included |
| ` + "`joined before 2026-01-31`, `joined after 2026-01-31`" + ` | the day or instant does; each also with ` + "`not`" + ` |
| ` + "`joined in the last 30 days`, `joined in the next 2 weeks`" + ` | it lies in that span up to, or from, today; days, weeks, months, quarters, years; each also with ` + "`not`" + ` |
| ` + "`joined in this month`, `joined in the previous quarter`" + ` | it lies in that day, week, month, quarter or year of the calendar; each also with ` + "`not`" + ` |
| ` + "`born anniversary in the next 7 days`" + ` | the day's anniversary does; also with ` + "`not`" + ` |
| ` + "`vip is true`, `vip is false`, `vip is not true`" + ` | the boolean is, or is not |
| ` + "`phone is empty`, `phone is not empty`" + ` | there is no value, or there is one |
| ` + "`has {orders}`, `has not {orders where channel = web}`" + ` | there is, or is no, related row, for which a rule holds |
| ` + "`{sum amount of orders within bought in the last 90 days} >= 500`" + ` | what is worked out of related rows does, as a field would |
| ` + "`member of Buyers`, `not member of 'Good ones'`" + ` | the customer is, or is not, in that segment |
| ` + "`customer id in (c1, c2)`, `customer address in (ana@example.com)`" + ` | it is one of these; each also with ` + "`not in`" + ` |

A condition with a negation (` + "`!=`, `not`" + `) holds exactly where its twin does not, missing values included; so does ` + "`not (...)`" + `. Names and
values with spaces or signs are quoted: ` + "`'first name' = 'O''Brien'`" + `; a quote inside is doubled.

In braces stands what is worked out of related rows: ` + "`count of`, or `sum`, `average`, `min`, `max`, `first`, `last` or `distinct`" + `, a column and ` + "`of`" + `; the relationships
from the customer on, with ` + "`>`" + ` between (` + "`orders > lines`" + `); after ` + "`where`" + ` a rule about columns of the last table; after ` + "`within`" + ` one condition on a column of days or instants;
after ` + "`by`" + ` the column that first and last go by: ` + "`{last channel of orders by bought} = web`" + `. All of it but the path can be left out after ` + "`has`" + `.
What it means is said in [rules.md](rules.md). Lists of rules that are combined are given as JSON (` + "`--file`" + `), queries with ` + "`--sql`" + `.
`
