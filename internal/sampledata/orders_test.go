package sampledata_test

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/sampledata"
)

func TestOrdersBelongToTheCustomersOfTheFile(t *testing.T) {
	t.Parallel()
	config := sampledata.Config{Seed: 3, Customers: 500, AsOf: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	var customers bytes.Buffer
	_, err := sampledata.WriteCSV(&customers, config)
	require.NoError(t, err)
	write := func() (int, string) {
		var out bytes.Buffer
		n, err := sampledata.WriteOrders(&out, bytes.NewReader(customers.Bytes()), config)
		require.NoError(t, err)
		return n, out.String()
	}
	n, text := write()
	_, again := write()
	require.Equal(t, text, again, "the same customers order the same")

	known := map[string]bool{}
	people, err := csv.NewReader(&customers).ReadAll()
	require.NoError(t, err)
	for _, p := range people[1:] {
		known[p[0]] = true
	}
	rows, err := csv.NewReader(bytes.NewBufferString(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, n+1)
	ids, buyers, large := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, r := range rows[1:] {
		require.False(t, ids[r[0]], "the id of an order is its own")
		ids[r[0]] = true
		require.True(t, known[r[1]])
		require.LessOrEqual(t, r[2], "2026-11-24")
		amount, err := strconv.ParseFloat(r[4], 64)
		require.NoError(t, err)
		require.Positive(t, amount)
		buyers[r[1]]++
		if amount >= 100 {
			large[r[1]]++
		}
	}
	require.Less(t, len(buyers), len(known), "some bought nothing")
	twice := 0
	for customer, n := range large {
		require.LessOrEqual(t, n, buyers[customer])
		if n >= 2 {
			twice++
		}
	}
	require.Positive(t, twice, "some bought at least twice for 100 or more")
	require.Less(t, twice, len(buyers))

	_, err = sampledata.WriteOrders(&bytes.Buffer{}, bytes.NewReader(nil), config)
	require.Error(t, err, "a file without customers")
}
