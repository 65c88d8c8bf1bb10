// Package calendar says beforehand when the people of a campaign will be sent to: place by place and hour by hour, and who comes too late. It is
// pure: counts and times go in, rows come out, and it reads no clock.
//
// # The model
//
// People are taken for a fluid. At any time the rate is shared by the places that are open and not done, in proportion to how many are left of
// each, since the people of a place stand anywhere in the audience. So all places that are open together are done together, and between two
// openings or closings everything goes at a steady pace. That somebody who is sent to waits for some seconds in the app's queue is left out.
//
// Who never may get a message, and whose hours open only when it is too late, is known exactly. Whom the pace does not reach in time is estimated.
package calendar
