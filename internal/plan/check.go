package plan

import (
	"context"
	"errors"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/render"
	"sendoff/internal/suppress"
	"sendoff/internal/survey"
	"sendoff/internal/table"
)

// Checked is all that there is to say about a plan to somebody who mends its campaign and its files.
type Checked struct {
	// Problems keep the plan from being sent; where there are none, nothing does. What is wrong with rows that are merely left out stands
	// in the plan's findings alone.
	Problems campaign.Problems
	Plan     *Plan // nil where the rows could not be read to their end
	Columns  []survey.Column
	Uses     []render.Use // what the campaign's message takes from the columns
	Chosen   [][]string   // of each column, the keys of audience by which the campaign chooses people ([filter.Filter.Uses])
}

// Check plans the run as [Build] does, and finds out as much as it can whatever is wrong: rows are read although a list or a placeholder
// is not right, and decided about as if that were not there. Unlike a plan that Build has made, the one that it leaves must not be
// sent: the run is for somebody who looks at it, and then throws it away.
func Check(ctx context.Context, c Config) (*Checked, error) {
	if c.Run.Begun() {
		return nil, errBegun
	}
	checked, err := check(ctx, c)
	if errors.Is(err, table.ErrChanged) {
		checked, err = check(ctx, c)
	}
	if checked == nil {
		checked = &Checked{}
	}
	if !checked.Problems.Collect(err) {
		return nil, err
	}
	return checked, nil
}

func check(ctx context.Context, c Config) (*Checked, error) {
	in, problems, err := open(c)
	defer in.close()
	checked := &Checked{Problems: problems}
	if err != nil || in.numbers == nil {
		return checked, err
	}
	counts := in.lists != nil // how many people there are
	if err := in.standIn(c); err != nil {
		return nil, err
	}
	if err := startOver(c.Run); err != nil {
		return nil, err
	}
	b, err := newBuilder(c, in)
	if err != nil {
		return nil, err
	}
	defer b.close()
	b.survey = true
	if err := b.build(ctx); err != nil {
		return checked, err
	}
	stops := b.remarks.problems(c.audienceName(), subject.refuses)
	if counts {
		stops, _ = b.stops()
	}
	checked.Problems = append(checked.Problems, stops...)
	checked.Problems.Sort()
	for _, other := range b.tallies[1:] {
		b.tallies[0].Merge(other)
	}
	checked.Columns = b.tallies[0].Columns()
	checked.Uses = render.Uses(c.Campaign, in.audience.Columns())
	for i := range checked.Columns {
		checked.Chosen = append(checked.Chosen, in.filter.Uses(i))
	}
	checked.Plan, err = b.commit()
	return checked, err
}

// standIn puts something harmless in the place of lists and of a message that cannot be used.
func (in *inputs) standIn(c Config) (err error) {
	if in.lists == nil {
		if in.lists, err = suppress.Load("", nil, c.Campaign.Audience.Country, nil, c.Now); err != nil {
			return err
		}
		in.lists.AddSent(c.Sent)
	}
	if in.filter == nil {
		in.filter = new(filter.Filter)
	}
	if order := slices.Clone(c.Campaign.ChannelPriorityOrder); in.renderer == nil || len(order) == 0 {
		if len(order) == 0 { // of a campaign of which nobody can say how it reaches people
			order = slices.Clone(campaign.Channels[:])
		}
		columns := in.audience.Columns()
		if columns.OwnOf(campaign.Contact) < 0 {
			order = slices.DeleteFunc(order, func(ch campaign.Channel) bool {
				return columns.OwnOf(ch) < 0 && (!ch.ByPhone() || columns.Phone < 0)
			})
		}
		in.campaign = &campaign.Campaign{ChannelPriorityOrder: order}
		if in.renderer, err = render.New(in.campaign, in.audience.Columns(), c.identity()); err != nil {
			return err
		}
		in.measure(nil)
	}
	return nil
}
