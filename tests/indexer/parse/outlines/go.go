// Package store keeps jobs.
package store

import (
	"fmt"
	str "strings"
)

// Limit is how many there may be.
const Limit = 10

const (
	first = iota
	second
)

var ErrFull = fmt.Errorf("full")

// Job is a piece of work.
type Job struct {
	ID   int
	Next *Job
}

type (
	// Runner runs.
	Runner interface {
		Run(j Job) error
	}
	Handler func(Job) error
)

// Run does it.
func (j *Job) Run(r Runner) error {
	inner := func() error { return r.Run(*j) }
	return inner()
}

func (q Queue[T]) Len() int { return len(q.jobs) }

func New(name string) *Job {
	return &Job{ID: len(str.TrimSpace(name))}
}
