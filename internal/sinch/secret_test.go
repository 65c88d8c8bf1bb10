package sinch_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sendoff/internal/sinch"
)

// TestSecretShowsNothing prints secrets, and whatever holds one, in every way that somebody may print them by mistake.
func TestSecretShowsNothing(t *testing.T) {
	a := new(api)
	c := serve(t, a)
	o := c.Send(t.Context(), message) // now the client holds a token as well
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	secret := sinch.NewSecret(keySecret)
	things := []any{
		secret, &secret, []sinch.Secret{secret}, map[string]sinch.Secret{"a": secret}, map[sinch.Secret]int{secret: 1},
		struct{ S sinch.Secret }{secret}, struct{ s sinch.Secret }{secret}, &struct{ s *sinch.Secret }{&secret},
		credentials(), sinch.Options{Credentials: credentials()}, c, *c, o,
	}
	var out bytes.Buffer
	text, js := slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))
	for _, thing := range things {
		for _, verb := range "vsdqxXtTpbceEfgGoOU" {
			for _, flags := range []string{"", "+", "#", "-40"} {
				fmt.Fprintf(&out, "%"+flags+string(verb)+"\n", thing)
			}
		}
		fmt.Fprintln(&out, thing)
		text.Info("thing", "thing", thing)
		js.Info("thing", "thing", thing)
		if b, err := json.Marshal(thing); err == nil {
			out.Write(b)
		}
	}
	pair := base64.StdEncoding.EncodeToString([]byte(keyID + ":" + keySecret))
	for _, never := range []string{keySecret, "horse", pair, fmt.Sprintf("%x", keySecret), fmt.Sprintf("%X", keySecret), "ey.token"} {
		if strings.Contains(out.String(), never) {
			t.Errorf("%q was printed", never)
		}
	}
	if got := secret.String() + fmt.Sprint(secret) + fmt.Sprintf("%+v", credentials()); strings.Count(got, "[secret]") != 3 {
		t.Errorf("printed %s, want [secret] three times", got)
	}
	if secret.Reveal() != keySecret || (sinch.Secret{}).Reveal() != "" {
		t.Error("Reveal() does not give the text")
	}
}
