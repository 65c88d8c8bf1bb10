package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
)

// entryRequest returns the body of messages:send for one recipient of a batch. Without an id nothing is added to its metadata.
func entryRequest(root any, index int, id string) map[string]any {
	batch, _ := root.(map[string]any)
	entries, _ := batch["recipient_and_params"].([]any)
	entry := entries[index]
	request := map[string]any{"recipient": at(entry, "recipient")}
	for _, key := range []string{"app_id", "processing_strategy", "message_content_type", "callback_url", "channel_priority_order",
		"channel_properties", "ttl", "correlation_id"} {
		if batch[key] != nil {
			request[key] = batch[key]
		}
	}
	var pairs []string
	for key, value := range mapAt(entry, "parameters") {
		pairs = append(pairs, "${"+key+"}", value)
	}
	request["message"] = substitute(batch["message"], strings.NewReplacer(pairs...))
	request["message_metadata"] = string(encodeJSON(merged(batch, entry, "message_metadata", id)))
	request["conversation_metadata"] = merged(batch, entry, "conversation_metadata", id)
	return request
}

// merged returns a key's object of the batch with that of an entry over it, and the batch's id.
func merged(batch, entry any, key, id string) map[string]any {
	all := map[string]any{}
	for _, from := range []any{batch, entry} {
		object, _ := at(from, key).(map[string]any)
		maps.Copy(all, object)
	}
	if id != "" {
		all["_batch_id"] = id
	}
	return all
}

// substitute returns v with its parameters in all strings. One that has no value stands as it is.
func substitute(v any, values *strings.Replacer) any {
	switch v := v.(type) {
	case string:
		return values.Replace(v)
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = substitute(v[i], values)
		}
		return all
	case map[string]any:
		all := make(map[string]any, len(v))
		for key := range v {
			all[key] = substitute(v[key], values)
		}
		return all
	}
	return v
}

// mapAt returns the strings of an object at a key of v.
func mapAt(v any, key string) map[string]string {
	texts := map[string]string{}
	object, _ := at(v, key).(map[string]any)
	for key := range object {
		texts[key] = textAt(object, key)
	}
	return texts
}

// encodeJSON returns v as JSON without the escapes for HTML.
func encodeJSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("sandbox: encode: " + err.Error()) // unreachable: plain structs, and what was decoded from JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
