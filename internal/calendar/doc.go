// Package calendar says beforehand when the people of a campaign will be sent to: place by place and hour by hour, and who comes too late. It is
// pure: counts and times go in, rows come out, and it reads no clock.
//
// # The model
//
// People are taken for a fluid, and those of each place are taken to be spread evenly over the audience. Whoever may get a message now gets it in the
// order of the file: a place that opens first catches up with the others that are open, alone, and then they go on together. In between everything
// goes at a steady pace. That somebody who is sent to waits for some seconds in the app's queue is left out.
//
// Who never may get a message, and whose hours open only when it is too late, is known exactly. Whom the pace does not reach in time is estimated.
package calendar
