package consents

import (
	"context"
	"slices"
	"strings"

	"sendoff/internal/phone"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// Read reads some of the app's consent lists as one. Each page is asked for by way of patiently, which may try more than once; behind each, progress
// is told how many entries there are by now. When it was read is for the caller to say. Errors are those of [sinch.Client.Consents].
func Read(ctx context.Context, c *sinch.Client, lists []string, patiently func(ask func() error) error, progress func(entries int)) (*suppress.OptOuts, error) {
	numbers, err := phone.New("")
	if err != nil {
		return nil, err
	}
	o := &suppress.OptOuts{Lists: lists, Texts: map[string]bool{}}
	for _, list := range lists {
		err := c.Consents(ctx, list, patiently, func(identities []string) error {
			for _, identity := range identities {
				add(o, numbers, identity)
			}
			progress(o.People())
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(o.Keys)
	o.Keys = slices.Clone(slices.Compact(o.Keys)) // in no more memory than they need
	return o, nil
}

// add takes over an identity. A number is its digits, from the country code on, without a plus sign. Where it is read as another, without a
// national zero, it stays in the list as it is written too: it may be an id on another channel, which nobody writes otherwise.
func add(o *suppress.OptOuts, numbers *phone.Reader, identity string) {
	identity = strings.TrimSpace(identity)
	digits := strings.TrimPrefix(identity, "+")
	if strings.Trim(digits, "0123456789") == "" {
		if address, _ := numbers.Read("+"+digits, ""); !address.IsZero() {
			o.Keys = append(o.Keys, address.Key())
			if address.Reveal() == "+"+digits {
				return
			}
		}
		identity = digits
	}
	o.Texts[identity] = true
}
