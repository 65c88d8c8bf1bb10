package plan

import (
	"errors"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/render"
)

// address reads the row's addresses. Where phone numbers are all that the audience has, its finding is about the number.
// Otherwise a cell that cannot be read is a remark: the row goes on with what is good.
func (w *worker) address(f *frame, r *campaign.Recipient) phone.Finding {
	if len(w.columns.Own) == 0 {
		number, finding := w.read(r, w.columns.Phone, w.in.mobiles)
		r.Address = number
		return finding
	}
	r.Address = w.number(f, r, w.columns.Phone, w.in.mobiles)
	for _, own := range w.columns.Own {
		if strings.TrimSpace(r.Field(own.Column)) == "" {
			continue
		}
		if own.Channel.ByPhone() {
			if number := w.number(f, r, own.Column, isForMobiles(own.Channel)); !number.IsZero() {
				r.Others = append(r.Others, campaign.NumberIdentity(own.Channel, number))
			}
			continue
		}
		id, err := campaign.ReadIdentity(own.Channel, r.Field(own.Column))
		var wrong campaign.IdentityError
		if errors.As(err, &wrong) {
			f.unread(r, w.columns.Header[own.Column], wrong.Error(), wrong.Hint())
			continue
		}
		r.Others = append(r.Others, id)
	}
	return phone.OK
}

// number reads the phone number in a column, and remarks on what is wrong with it. The zero Address stands for none.
func (w *worker) number(f *frame, r *campaign.Recipient, column int, forMobiles bool) campaign.Address {
	if strings.TrimSpace(r.Field(column)) == "" {
		return campaign.Address{}
	}
	number, finding := w.read(r, column, forMobiles)
	if finding != phone.OK {
		f.unread(r, w.columns.Header[column], strings.TrimPrefix(finding.String(), "phone: "), finding.Hint())
	}
	return number
}

// read reads the phone number in a column. The zero Address stands for none that can be used. That it is a landline's matters where it is for
// channels that reach mobile phones alone.
func (w *worker) read(r *campaign.Recipient, column int, forMobiles bool) (campaign.Address, phone.Finding) {
	number, finding := w.in.numbers.Read(r.Field(column), r.Field(w.columns.Country))
	switch {
	case finding == phone.Kind && w.in.allowPremium:
		return number, phone.OK
	case finding.IsProblem():
		return campaign.Address{}, finding
	case finding == phone.Landline && !forMobiles:
		return number, phone.OK
	}
	return number, finding
}

// unread remarks on a cell that gives no address, or a doubtful one.
func (f *frame) unread(r *campaign.Recipient, column, why, hint string) {
	f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unread: unread{column, why, hint}}})
}

// unreached leaves out a row that has no address for any channel of the campaign.
func (w *worker) unreached(f *frame, r *campaign.Recipient) {
	no := render.RowError{Reason: render.NoAddress}
	f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unrendered: no}})
	f.skip(r, campaign.Invalid, no.Error(), 0)
}
