package lint

import (
	"sendoff/campaign"
)

// Judge looks at rows, one after the other. Each goroutine needs its own.
type Judge struct {
	*Linter
	// Found is what the last row has, and Addresses what is in it to be opened, where that is asked for.
	Found     []Found
	Addresses []Address

	facts []fact
	text  []byte // of all values of the row
}

// Judge returns a judge.
func (l *Linter) Judge() *Judge { return &Judge{Linter: l} }

// Row looks at the message of a recipient, which can be rendered.
func (j *Judge) Row(r *campaign.Recipient) Measure {
	p := j.page(r)
	j.Found, j.Addresses = j.Found[:0], j.Addresses[:0]
	j.look(p, r)
	tried := j.renderer.Reached(r)
	for i := range p.values {
		j.lookAtValue(&p.values[i], &j.facts[i])
	}
	for _, g := range p.gaps {
		if j.facts[g.value].flags&blankFlag != 0 {
			j.find(g.found)
		}
	}
	for i := range p.lengths {
		l := &p.lengths[i]
		n := l.literals
		for _, v := range l.values {
			n += j.facts[v].characters
		}
		if n > l.most && l.channels&tried != 0 {
			j.find(l.found)
		}
	}
	for i := range p.parameters {
		j.lookAtParameter(&p.parameters[i], tried)
	}
	for _, e := range p.empty {
		if e.channels&tried != 0 && j.areBlank(e.values) {
			j.find(j.nothing)
			break
		}
	}
	for i := range p.links {
		j.lookAtLink(&p.links[i])
	}
	var m Measure
	if p.sms != nil && tried.Has(campaign.SMS) {
		m = p.sms.measure(j.facts, 0)
		if j.mostSMS > 0 && m.Parts > j.mostSMS {
			j.find(p.sms.long)
		}
	}
	for i := range p.marketing {
		j.lookAtMarketing(p, &p.marketing[i], tried, m)
	}
	return m
}

// Measure returns what the SMS of a recipient takes, as Row does, and looks at nothing else.
func (j *Judge) Measure(r *campaign.Recipient) Measure {
	p := j.page(r)
	if p.sms == nil || !j.renderer.Tries(r, campaign.SMS) {
		return Measure{}
	}
	j.look(p, r)
	return p.sms.measure(j.facts, 0)
}

// look fills the placeholders of a page and finds out about the values.
func (j *Judge) look(p *page, r *campaign.Recipient) {
	j.facts, j.text = j.facts[:0], j.text[:0]
	for i := range p.values {
		start := len(j.text)
		filled, err := p.values[i].line.Append(j.text, r)
		if err == nil { // it has been rendered, so there is none
			j.text = filled
		}
		j.facts = append(j.facts, look(j.text[start:len(j.text):len(j.text)]))
	}
}

// find notes a finding, once for each row.
func (j *Judge) find(f *Finding) {
	for i := range j.Found {
		if j.Found[i].Finding == f {
			return
		}
	}
	j.Found = append(j.Found, Found{Finding: f})
}

func (j *Judge) areBlank(values []int) bool {
	for _, v := range values {
		if j.facts[v].flags&blankFlag == 0 {
			return false
		}
	}
	return true
}

func (j *Judge) lookAtValue(v *value, f *fact) {
	if v.nothing == nil {
		return
	}
	if f.flags&braceFlag != 0 && leftOver.Match(f.text) {
		j.find(v.leftOver)
	}
	if isNothing(f.text) && string(f.text) != v.fallback {
		j.find(v.nothing)
	}
	if f.flags&colonFlag != 0 && v.address.none != nil {
		j.lookForLinks(v, f)
	}
}

func (j *Judge) lookAtParameter(p *parameter, tried campaign.ChannelSet) {
	if !tried.Has(campaign.WhatsApp) {
		return
	}
	n, any := p.literals, flags(0)
	for _, v := range p.values {
		n += j.facts[v].characters
		any |= j.facts[v].flags
	}
	if p.blank && j.areBlank(p.values) {
		j.find(p.empty)
	}
	if any&brokenFlags != 0 {
		j.find(p.broken)
	}
	if n > mostParameter {
		j.find(p.long)
	}
}

// lookAtMarketing looks in the values for what the text lacks.
func (j *Judge) lookAtMarketing(p *page, m *marketing, tried campaign.ChannelSet, size Measure) {
	if !tried.Has(m.channel) {
		return
	}
	const shortest = 10 // of a value that could say it
	for _, v := range m.values {
		if text := j.facts[v].text; len(text) >= shortest && m.named(string(text)) {
			return
		}
	}
	found := Found{Finding: m.found}
	if m.costs && p.sms != nil {
		found.Parts = p.sms.measure(j.facts, stopLine).Parts - size.Parts
	}
	j.Found = append(j.Found, found)
}
