// Package hours says when people may get a message: the campaign's window, on the clock of whoever gets it, less the days off. It is pure: times
// go in and come out, and it reads no clock.
//
// It fails closed. Who may be in several time zones gets a message when all of them allow it; of whom nothing is known, in all of the world; and
// a holiday in one of somebody's zones is one. Where that leaves no time at all, it says so, and whoever asks leaves the person out.
//
// # Where somebody is
//
// In the zone of the time_zone column; else where the phone number can be, which is where its area code is, or anywhere in its country; else
// anywhere in the country of the country column. Zones whose clocks have agreed since 2025 and will until 2045 are one.
//
// # Public holidays
//
// They are those of github.com/rickar/cal (BSD licence), which has the countries as functions of the year, with substitute days and tests; what it does
// not have, or not yet, stands in public.go. Where a holiday has a substitute, both days are off.
package hours
