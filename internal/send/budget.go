package send

import (
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
)

// spend takes what a message to a row may cost from the budget, before its intent. Where too little is left it stops the run and returns false.
func (s *sender) spend(meter *forecast.Meter, j *job) (ok bool, err error) {
	if s.Budget == nil {
		return true, nil
	}
	if j.charge, err = s.Budget.Charge(meter, &j.r); err != nil {
		return false, err
	}
	if err := s.Budget.Take(j.charge); err != nil {
		s.halt(&Stop{Brake, err.Error()})
		return false, nil
	}
	j.charged = true
	return true, nil
}

// refund gives back what a message was to cost that Sinch has not taken. What it may have taken stays spent, also when the row is sent to
// again.
func (s *sender) refund(j *job, r ledger.Result) {
	isFree := r.State == ledger.Rejected || r.State == ledger.Released && r.Flags == 0
	if !j.charged || !isFree {
		return
	}
	s.Budget.GiveBack(j.charge)
	j.charged = false
}

// spentBefore says of a row that an earlier start has begun that its charge is spent.
func (s *sender) spentBefore(j *job) (err error) {
	if s.Budget != nil {
		j.charge, err = s.Budget.Charge(s.Budget.Meter(), &j.r)
		j.charged = err == nil
	}
	return err
}
