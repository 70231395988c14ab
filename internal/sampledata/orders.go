package sampledata

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

var (
	ordersHeader = [...]string{"order_id", "customer_id", "ordered_on", "channel", "amount"}
	channels     = [...]string{"web", "shop", "app"}
)

const mostOrders = 4 // of one customer

// WriteOrders writes what customers bought within 400 days before AsOf: none to four orders of each customer of a file that WriteCSV has
// written. It returns how many there are. The same customers order the same.
func WriteOrders(w io.Writer, customers io.Reader, config Config) (orders int, err error) {
	in, out := csv.NewReader(customers), csv.NewWriter(w)
	in.ReuseRecord = true
	if _, err := in.Read(); err != nil {
		return 0, fmt.Errorf("read the header of the customers: %w", err)
	}
	if err := out.Write(ordersHeader[:]); err != nil {
		return 0, err
	}
	chance := rand.New(rand.NewPCG(config.Seed, uint64(config.Customers)))
	for {
		customer, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return orders, fmt.Errorf("read the customers: %w", err)
		}
		for range chance.IntN(mostOrders + 1) {
			orders++
			on := config.AsOf.AddDate(0, 0, -chance.IntN(400)).Format(time.DateOnly)
			amount := strconv.FormatFloat(float64(500+chance.IntN(25_000))/100, 'f', 2, 64)
			if err := out.Write([]string{"O" + strconv.Itoa(100_000+orders), customer[0], on, channels[chance.IntN(len(channels))], amount}); err != nil {
				return orders, err
			}
		}
	}
	out.Flush()
	return orders, out.Error()
}
