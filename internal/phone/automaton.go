package phone

import (
	"fmt"
	"math"
	"regexp/syntax"
	"slices"
)

// automaton says in one pass over a number which of several regular expressions match the whole of it.
// State 0 is the one from which nothing matches any more.
type automaton struct {
	next    [][10]uint16
	matches []uint16 // per state, a bit for each expression
}

// match returns a bit for each expression that matches all digits, which have to be ASCII digits.
func (a *automaton) match(digits string) uint16 {
	state := uint16(1)
	for i := 0; i < len(digits) && state != 0; i++ {
		state = a.next[state][digits[i]-'0']
	}
	return a.matches[state]
}

// newPrefixAutomaton makes an automaton that matches what begins with the expression; nil where there is none.
func newPrefixAutomaton(expression string) (*automaton, error) {
	if expression == "" {
		return nil, nil
	}
	return newAutomaton("(?:" + expression + `)\d*`)
}

// newAutomaton builds the automaton by subset construction from the programs of regexp/syntax: a state stands for the set of
// instructions at which the expressions can be after the same digits.
func newAutomaton(expressions ...string) (*automaton, error) {
	programs, err := compilePrograms(expressions)
	if err != nil {
		return nil, err
	}
	b := automatonBuilder{
		programs:  programs,
		states:    map[string]uint16{"": 0}, // nothing matches from no position at all
		automaton: &automaton{next: make([][10]uint16, 1), matches: make([]uint16, 1)},
	}
	var start []position
	for i, p := range programs {
		start = b.follow(start, position{program: uint16(i), instruction: uint16(p.Start)})
	}
	b.state(start)
	for len(b.waiting) > 0 {
		from := b.waiting[0]
		b.waiting = b.waiting[1:]
		for digit := range 10 {
			to := b.state(b.step(from.set, rune('0'+digit)))
			b.automaton.next[from.state][digit] = to
		}
	}
	if len(b.automaton.next) > 1<<16 {
		return nil, fmt.Errorf("pattern needs %d states", len(b.automaton.next))
	}
	return b.automaton, nil
}

func compilePrograms(expressions []string) ([]*syntax.Prog, error) {
	programs := make([]*syntax.Prog, len(expressions))
	for i, expression := range expressions {
		parsed, err := syntax.Parse(expression, syntax.Perl)
		if err != nil {
			return nil, fmt.Errorf("parse pattern: %w", err)
		}
		program, err := syntax.Compile(parsed.Simplify())
		if err != nil {
			return nil, fmt.Errorf("compile pattern: %w", err)
		}
		if len(program.Inst) > math.MaxUint16 {
			return nil, fmt.Errorf("pattern needs %d instructions", len(program.Inst))
		}
		for _, instruction := range program.Inst {
			if instruction.Op == syntax.InstEmptyWidth && syntax.EmptyOp(instruction.Arg) != syntax.EmptyEndText {
				return nil, fmt.Errorf("pattern has a condition other than that the number ends")
			}
		}
		programs[i] = program
	}
	return programs, nil
}

// position is a place in one of the programs.
type position struct{ program, instruction uint16 }

type automatonBuilder struct {
	programs  []*syntax.Prog
	states    map[string]uint16 // the key of a set of positions → its state
	waiting   []stateSet        // states whose transitions are not known yet
	automaton *automaton
}

type stateSet struct {
	state uint16
	set   []position
}

// follow adds p to a set, and everything that can be reached from it without reading a digit.
func (b *automatonBuilder) follow(set []position, p position) []position {
	if slices.Contains(set, p) {
		return set
	}
	set = append(set, p)
	to := func(instruction uint32) position { return position{p.program, uint16(instruction)} }
	switch instruction := b.programs[p.program].Inst[p.instruction]; instruction.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		set = b.follow(set, to(instruction.Out))
		set = b.follow(set, to(instruction.Arg))
	case syntax.InstCapture, syntax.InstNop:
		set = b.follow(set, to(instruction.Out))
	}
	return set
}

// step returns the positions after one more digit.
func (b *automatonBuilder) step(set []position, digit rune) []position {
	var after []position
	for _, p := range set {
		instruction := &b.programs[p.program].Inst[p.instruction]
		switch instruction.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if instruction.MatchRune(digit) {
				after = b.follow(after, position{p.program, uint16(instruction.Out)})
			}
		}
	}
	return after
}

// matchesAtEnd reports whether an expression matches from p on without reading a digit.
func (b *automatonBuilder) matchesAtEnd(p position) bool {
	for _, p := range b.follow(nil, p) {
		if b.programs[p.program].Inst[p.instruction].Op == syntax.InstMatch {
			return true
		}
	}
	return false
}

// state returns the state that stands for a set, a new one where the set has not been seen.
// Only what reads a digit, asks for the end or matches tells sets apart.
func (b *automatonBuilder) state(set []position) uint16 {
	var matches uint16
	var key []byte
	kept := set[:0]
	for _, p := range set {
		switch instruction := b.programs[p.program].Inst[p.instruction]; instruction.Op {
		case syntax.InstMatch:
			matches |= 1 << p.program
		case syntax.InstEmptyWidth:
			if b.matchesAtEnd(position{p.program, uint16(instruction.Out)}) {
				matches |= 1 << p.program
			}
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		default:
			continue
		}
		kept = append(kept, p)
	}
	slices.SortFunc(kept, func(x, y position) int {
		return int(x.program)<<16 + int(x.instruction) - int(y.program)<<16 - int(y.instruction)
	})
	for _, p := range kept {
		key = append(key, byte(p.program), byte(p.program>>8), byte(p.instruction), byte(p.instruction>>8))
	}
	state, known := b.states[string(key)]
	if !known {
		state = uint16(len(b.automaton.next))
		b.states[string(key)] = state
		b.automaton.next = append(b.automaton.next, [10]uint16{})
		b.automaton.matches = append(b.automaton.matches, matches)
		b.waiting = append(b.waiting, stateSet{state, kept})
	}
	return state
}
