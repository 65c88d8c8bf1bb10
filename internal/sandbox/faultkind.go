package sandbox

import "net/http"

// Kind is what goes wrong.
type Kind uint8

// The kinds of faults, with their names in the text form. Those from ServerErrorAfter on strike when the request has been carried
// out: a message that was accepted, and its sender cannot know. One that is refused anyway gets its refusal.
const (
	noFault         Kind = iota
	BadRequest           // 400: refused as invalid
	Expired              // 401: the token is expired
	PaymentRequired      // 402
	CreditLimit          // 403: the credit limit is reached
	NotFound             // 404: as in the wrong region
	RequestTimeout       // 408, HTML
	TooLarge             // 413
	Unprocessable        // 422
	TooManyRequests      // 429
	ServerError          // 500, with the API's own error
	ServerErrorPage      // 500-html, from something before the API
	NotImplemented       // 501
	BadGateway           // 502, HTML
	Unavailable          // 503, with the API's own error
	UnavailablePage      // 503-html
	GatewayTimeout       // 504, HTML
	Moved                // 301, to where the request went
	Redirect             // 307, to where the request went
	Reset                // reset: the connection breaks, and nothing was done
	Stall                // delay: nothing for [Fault.Delay], then a broken connection, and nothing was done

	ServerErrorAfter     // 500-after
	ServerErrorPageAfter // 500-html-after
	BadGatewayAfter      // 502-after
	UnavailableAfter     // 503-after
	GatewayTimeoutAfter  // 504-after
	RequestTimeoutAfter  // 408-after
	ResetAfter           // reset-after
	DelayAfter           // delay-after: the answer takes [Fault.Delay] longer
	SlowAfter            // slow-after: the body comes byte by byte, and takes [Fault.Delay]
	TruncatedAfter       // truncated: half of the answer arrives
	PageAfter            // html-after: the status is that of success, the body a page of HTML
	TypeAfter            // type-after: the right answer, as text/plain
	EmptyAfter           // empty-after: the body is empty
	NoIDAfter            // no-id-after: the answer without the id, or the token, in it
	CreatedAfter         // 201-after: the right answer with another status
	AcceptedAfter        // 202-after: likewise
	LateAfter            // late-after: the connection breaks now, and the message is accepted [Fault.Delay] later; [Send] only

	ShortPage   // short-page: a page has the first half of its messages, and the next page goes on there; look-ups of many only
	MissingPage // missing-page: a page has the second half of its messages, and the first is on none
	EndPage     // last-page-missing: a page says that it is the last
)

// kinds are the names of the kinds and how they answer.
var kinds = [...]struct {
	name   string
	status int  // if it is not that of the request
	page   bool // HTML, from something before the API
	delay  bool // it takes [Fault.Delay]
}{
	BadRequest:      {name: "400", status: http.StatusBadRequest},
	Expired:         {name: "401", status: http.StatusUnauthorized},
	PaymentRequired: {name: "402", status: http.StatusPaymentRequired},
	CreditLimit:     {name: "403", status: http.StatusForbidden},
	NotFound:        {name: "404", status: http.StatusNotFound},
	RequestTimeout:  {name: "408", status: http.StatusRequestTimeout, page: true},
	TooLarge:        {name: "413", status: http.StatusRequestEntityTooLarge},
	Unprocessable:   {name: "422", status: http.StatusUnprocessableEntity},
	TooManyRequests: {name: "429", status: http.StatusTooManyRequests},
	ServerError:     {name: "500", status: http.StatusInternalServerError},
	ServerErrorPage: {name: "500-html", status: http.StatusInternalServerError, page: true},
	NotImplemented:  {name: "501", status: http.StatusNotImplemented},
	BadGateway:      {name: "502", status: http.StatusBadGateway, page: true},
	Unavailable:     {name: "503", status: http.StatusServiceUnavailable},
	UnavailablePage: {name: "503-html", status: http.StatusServiceUnavailable, page: true},
	GatewayTimeout:  {name: "504", status: http.StatusGatewayTimeout, page: true},
	Moved:           {name: "301", status: http.StatusMovedPermanently, page: true},
	Redirect:        {name: "307", status: http.StatusTemporaryRedirect, page: true},
	Reset:           {name: "reset"},
	Stall:           {name: "delay", delay: true},

	ServerErrorAfter:     {name: "500-after", status: http.StatusInternalServerError},
	ServerErrorPageAfter: {name: "500-html-after", status: http.StatusInternalServerError, page: true},
	BadGatewayAfter:      {name: "502-after", status: http.StatusBadGateway, page: true},
	UnavailableAfter:     {name: "503-after", status: http.StatusServiceUnavailable},
	GatewayTimeoutAfter:  {name: "504-after", status: http.StatusGatewayTimeout, page: true},
	RequestTimeoutAfter:  {name: "408-after", status: http.StatusRequestTimeout, page: true},
	ResetAfter:           {name: "reset-after"},
	DelayAfter:           {name: "delay-after", delay: true},
	SlowAfter:            {name: "slow-after", delay: true},
	TruncatedAfter:       {name: "truncated"},
	PageAfter:            {name: "html-after"},
	TypeAfter:            {name: "type-after"},
	EmptyAfter:           {name: "empty-after"},
	NoIDAfter:            {name: "no-id-after"},
	CreatedAfter:         {name: "201-after", status: http.StatusCreated},
	AcceptedAfter:        {name: "202-after", status: http.StatusAccepted},
	LateAfter:            {name: "late-after", delay: true},

	ShortPage:   {name: "short-page"},
	MissingPage: {name: "missing-page"},
	EndPage:     {name: "last-page-missing"},
}

// after reports whether k strikes when the request has been carried out.
func (k Kind) after() bool { return k >= ServerErrorAfter }

// String returns the name of k in the text form.
func (k Kind) String() string { return kinds[k].name }

// suits returns what is wrong with k for requests of op, or "".
func (k Kind) suits(op Operation) string {
	switch {
	case k == LateAfter && op != Send:
		return "late-after is about on=send only"
	case k >= ShortPage && op != List && op != FetchLast:
		return k.String() + " wants on=list or on=fetch-last"
	}
	return ""
}
