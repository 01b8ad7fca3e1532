package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fiel/db"
	"fiel/pos"
)

// purchases compares purchases that share a commit with purchases that each have their own, both on a file that is synced to the
// disk before anybody is answered.
func (b *bench) purchases() error {
	b.step("purchases, one transaction each")
	alone, alone99, err := b.till("alone", true)
	if err != nil {
		return err
	}
	b.step("purchases, group commit")
	group, group99, err := b.till("group", false)
	if err != nil {
		return err
	}
	b.found(figure{"purchases a second, group commit over one transaction each", group / alone, "x", "at least 4", fmt.Sprintf("%.0f/s over %.0f/s, %d clients", group, alone, b.Clients)})
	b.found(figure{"purchase p99, one transaction each over group commit", alone99.Seconds() / group99.Seconds(), "x", "", fmt.Sprintf("%v over %v", alone99.Round(time.Millisecond), group99.Round(100*time.Microsecond))})
	return nil
}

// till has clients report purchases for a while and says how many a second were credited, and the time 99 of 100 took.
func (b *bench) till(name string, alone bool) (perSecond float64, p99 time.Duration, err error) {
	c, err := b.open(name, 1000, db.Options{NoGroup: alone})
	if c != nil {
		defer c.db.Close()
	}
	if err != nil {
		return 0, 0, err
	}
	desk := &pos.Service{DB: c.db, Key: c.key}
	ctx, cancel := context.WithTimeout(b.app.ctx, b.For)
	defer cancel()
	var n atomic.Int64
	var all sync.WaitGroup
	times, failures := make([][]time.Duration, b.Clients), make([]error, b.Clients)
	begun := time.Now()
	for client := range b.Clients {
		all.Go(func() {
			for i := client; ctx.Err() == nil; i += b.Clients {
				one := time.Now()
				_, err := desk.Record(context.WithoutCancel(ctx), pos.Sale{
					Program: c.program.ID, Till: c.till.ID, Ref: fmt.Sprintf("B-%d", n.Add(1)), Phone: crowdPhone(i % 1000).E164(), Amount: 2500,
				})
				if err != nil {
					failures[client] = err
					return
				}
				times[client] = append(times[client], time.Since(one))
			}
		})
	}
	all.Wait()
	took := time.Since(begun)
	var samples []time.Duration
	for _, t := range times {
		samples = append(samples, t...)
	}
	return float64(len(samples)) / took.Seconds(), percentile(samples, 0.99), errors.Join(failures...)
}
