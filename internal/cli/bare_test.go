package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

// asBareLoop makes the test binary post as many messages as it says with nothing but net/http: the yardstick of [BenchmarkRun].
const asBareLoop = "SENDOFF_TEST_AS_BARE_LOOP"

func bareLoop() {
	n, _ := strconv.Atoi(os.Getenv(asBareLoop)) // a number that this file has written
	url := os.Getenv("SINCH_ENDPOINT") + "/v1/projects/" + os.Getenv("SINCH_PROJECT_ID") + "/messages:send"
	body := []byte(fmt.Sprintf(`{"app_id":%q,"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900000"}]}},`+
		`"message":{"text_message":{"text":"Hi Ann 12345"}},"channel_priority_order":["SMS"],"message_metadata":"{\"sendoff\":{\"row\":1}}"}`,
		os.Getenv("SINCH_APP_ID")))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					panic(err)
				}
				req.SetBasicAuth(os.Getenv("SINCH_KEY_ID"), os.Getenv("SINCH_KEY_SECRET"))
				req.Header.Set("Content-Type", "application/json")
				resp, err := client.Do(req)
				if err != nil {
					panic(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
}
