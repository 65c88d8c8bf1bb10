package scaffold

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth is how deep a request may be nested, as in campaign files.
const maxDepth = 100

// readJSON reads a JSON document into the values of a YAML file, in its own order. What says nothing is left out: null, and lists without elements.
func readJSON(data []byte) (any, error) {
	r := jsonReader{json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))}
	r.UseNumber()
	v, err := r.next(0)
	if err == nil {
		if _, more := r.Token(); !errors.Is(more, io.EOF) {
			err = fmt.Errorf("something follows it, at its byte %d", r.InputOffset())
		}
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("it breaks at its byte %d", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, errors.New("it breaks off before its end")
	}
	return v, err
}

type jsonReader struct{ *json.Decoder }

// next reads a value; nil is one that says nothing.
func (r jsonReader) next(depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(depth)
		}
		return r.list(depth)
	case string:
		return text(token), nil
	case nil:
		return nil, nil
	}
	return word(fmt.Sprint(token)), nil // a number as it is written, true or false
}

func (r jsonReader) object(depth int) (any, error) {
	o := object{}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return nil, err
		}
		v, err := r.next(depth + 1)
		if err != nil {
			return nil, err
		}
		if v != nil {
			o = append(o, member{key: fmt.Sprint(key), value: v})
		}
	}
	_, err := r.Token()
	return o, err
}

func (r jsonReader) list(depth int) (any, error) {
	var l list
	for r.More() {
		v, err := r.next(depth + 1)
		if err != nil {
			return nil, err
		}
		if v != nil {
			l = append(l, item{value: v})
		}
	}
	_, err := r.Token()
	if l == nil {
		return nil, err
	}
	return l, err
}

// get returns the value of a key, or nil.
func (o object) get(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}
