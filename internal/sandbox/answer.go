package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// answer is what a request gets, before anything of it is on its way. Handlers return one, and faults change it.
type answer struct {
	status       int
	contentType  string // of the body; "": application/json
	authenticate string // the WWW-Authenticate header; "": none
	retryAfter   string // the Retry-After header; "": none
	location     string // the Location header; "": none
	body         []byte

	delay   time.Duration   // before it leaves
	hold    <-chan struct{} // closed when it may leave; nil: it may
	dribble time.Duration   // that its body takes, byte by byte
	cut     cut
}

// cut says how much of an answer arrives.
type cut uint8

const (
	whole cut = iota
	half      // the headers and half of the body
	none      // nothing: the connection is reset
)

// header returns the headers of a, which tell the time on the server's clock.
func (a answer) header(now time.Time) http.Header {
	h := make(http.Header, 5)
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	if a.contentType == "" {
		h.Set("Content-Type", "application/json")
	} else {
		h.Set("Content-Type", a.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.authenticate != "" {
		h.Set("WWW-Authenticate", a.authenticate)
	}
	if a.retryAfter != "" {
		h.Set("Retry-After", a.retryAfter)
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	return h
}

// sent returns the part of the body that arrives.
func (a answer) sent() []byte {
	if a.cut == half {
		return a.body[:len(a.body)/2]
	}
	return a.body
}

// jsonAnswer returns v as the body of an answer with status.
func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic("sandbox: answer: " + err.Error()) // unreachable: our answers are plain structs, and bodies were parsed before
	}
	return answer{status: status, body: body}
}

// errorBody is google.rpc.Status as the API writes it.
type errorBody struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Status  string `json:"status"`
	Details []any  `json:"details"`
}

// badRequest is google.rpc.BadRequest: the detail of a 400 that says which fields are wrong.
type badRequest struct {
	Type            string      `json:"@type"`
	FieldViolations []violation `json:"field_violations"`
}

// violation is one thing that is wrong with a request. It never repeats a value.
type violation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// refuse returns an error answer with the name and text that the API has for status.
func (s *Server) refuse(status int) answer {
	name, message := errorText(status)
	return s.refuseAs(status, name, message)
}

// refuseFields returns the 400 that lists what is wrong.
func (s *Server) refuseFields(violations ...violation) answer {
	name, message := errorText(http.StatusBadRequest)
	return s.refuseAs(http.StatusBadRequest, name, message,
		badRequest{Type: "type.googleapis.com/google.rpc.BadRequest", FieldViolations: violations})
}

// refuseAs returns an error answer in the shape that is configured: nested, as the API answers, or flat, as its schema has it.
func (s *Server) refuseAs(status int, name, message string, details ...any) answer {
	if details == nil {
		details = []any{}
	}
	body := errorBody{Code: status, Message: message, Status: name, Details: details}
	if s.cfg.FlatErrors {
		return jsonAnswer(status, body)
	}
	return jsonAnswer(status, struct {
		Error errorBody `json:"error"`
	}{body})
}

// errorText returns the API's name for an HTTP status, and its message. Where the documentation gives none the name is
// that of google.rpc.Code.
func errorText(status int) (name, message string) {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT", "Invalid argument"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED", "Request had invalid credentials."
	case http.StatusForbidden:
		return "PERMISSION_DENIED", "You do not have access to the requested resource."
	case http.StatusNotFound:
		return "NOT_FOUND", "information not found"
	case http.StatusUnprocessableEntity:
		return "INVALID_ARGUMENT", "Request cannot be processed"
	case http.StatusRequestEntityTooLarge:
		return "INVALID_ARGUMENT", "Request body is too large"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED", "Too many requests"
	case http.StatusInternalServerError:
		return "INTERNAL_ERROR", "There was an internal server error."
	case http.StatusNotImplemented:
		return "UNIMPLEMENTED", "There was an internal server error."
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE", "The service is currently unavailable."
	default:
		return "UNKNOWN", http.StatusText(status)
	}
}

// oauthError returns an error of the OAuth2 server (RFC 6749, section 5.2).
func oauthError(status int, code, description string) answer {
	a := jsonAnswer(status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{code, description})
	if status == http.StatusUnauthorized {
		a.authenticate = `Basic realm="oauth2"`
	}
	return a
}

// gatewayPage returns what a proxy in front of the API answers: HTML.
func gatewayPage(status int) answer {
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n" +
		"<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
	return answer{status: status, contentType: "text/html", body: []byte(page)}
}
