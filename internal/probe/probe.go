// Package probe opens addresses to see whether anybody can, and what is there. It sends no credentials and keeps nothing. It asks for as
// little as it can: the header of the answer, and where a server refuses that, the first byte.
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	atOnce       = 8
	patience     = 10 * time.Second // for one address, with all redirects
	mostRedirect = 5
)

// Target is an address to be opened.
type Target struct {
	URL      string
	HeadOnly bool // its page is never asked for, which might count as somebody's visit
}

// Answer is what came of it.
type Answer struct {
	Problem string // why it could not be opened; empty: it could
	Type    string // of what is there, without parameters; empty: the server does not say
	Size    int64  // in bytes; -1: the server does not say
}

// All opens addresses, and returns the answers in their order. When ctx ends it returns its error.
func All(ctx context.Context, targets []Target) ([]Answer, error) {
	client := &http.Client{
		Timeout: patience,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > mostRedirect {
				return errRedirects
			}
			return nil
		},
	}
	answers := make([]Answer, len(targets))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, t := range targets {
		g.Go(func() error {
			if ctx.Err() == nil {
				answers[i] = open(ctx, client, t)
			}
			return ctx.Err()
		})
	}
	return answers, g.Wait()
}

var errRedirects = fmt.Errorf("more than %d redirects", mostRedirect)

func open(ctx context.Context, client *http.Client, t Target) Answer {
	answer, status, err := ask(ctx, client, http.MethodHead, t.URL)
	switch {
	case err == nil && status < http.StatusBadRequest:
		return answer
	case err == nil && t.HeadOnly && (status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented):
		return answer // somebody is there
	case err == nil && !t.HeadOnly: // many servers refuse HEAD in many ways
		answer, status, err = ask(ctx, client, http.MethodGet, t.URL)
	}
	switch {
	case err != nil:
		answer.Problem = explain(err)
	case status >= http.StatusBadRequest:
		answer.Problem = strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
	}
	return answer
}

// ask sends one request, and follows redirects.
func ask(ctx context.Context, client *http.Client, method, address string) (Answer, int, error) {
	answer := Answer{Size: -1}
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return answer, 0, err
	}
	request.Header.Set("User-Agent", "sendoff")
	if method == http.MethodGet {
		request.Header.Set("Range", "bytes=0-0")
	}
	response, err := client.Do(request)
	if err != nil {
		return answer, 0, err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 1) // what else there is nobody needs
	answer.Type, _, _ = strings.Cut(strings.ToLower(response.Header.Get("Content-Type")), ";")
	answer.Type = strings.TrimSpace(answer.Type)
	answer.Size = response.ContentLength
	if response.StatusCode == http.StatusPartialContent {
		answer.Size = -1
		if _, whole, ok := strings.Cut(response.Header.Get("Content-Range"), "/"); ok {
			if size, err := strconv.ParseInt(whole, 10, 64); err == nil {
				answer.Size = size
			}
		}
	}
	return answer, response.StatusCode, nil
}

// explain says why there was no answer, without the address: it may have somebody's data in it.
func explain(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		if failed.Timeout() {
			return "no answer within " + patience.String()
		}
		err = failed.Err
	}
	switch {
	case errors.Is(err, errRedirects):
		return errRedirects.Error()
	case strings.Contains(err.Error(), "certificate"):
		return "its certificate is not trusted"
	case strings.Contains(err.Error(), "no such host"):
		return "there is no such host"
	case strings.Contains(err.Error(), "refused"):
		return "connection refused"
	}
	return "no answer"
}
