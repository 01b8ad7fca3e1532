// Package campaigns knows what is said to whom and when: recipes, audiences, calendars, and the runs that turn them into texts.
//
// [Service.Tick] is the only clock hand: once a minute it asks every active campaign's [Calendar] for the local times that have
// passed since the last tick, makes a run of each, and plans it: the audience becomes rows of the outbox, rendered and counted,
// in chunks that a crash can interrupt anywhere. The rows of a run are its audience, also those who get no text and why.
package campaigns
