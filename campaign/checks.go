package campaign

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// The checks that the rules' tree cannot express. Each is called with a node that the tree has accepted as to its kind, and its value.

func checkTimeZone(n *node, _ Value, label string) {
	if zone, err := time.LoadLocation(n.text); err != nil || zone == time.Local || n.text == "" {
		n.fail("such as Europe/London or America/New_York", "%s: no time zone has this name", label)
	}
}

func checkChannelOrder(n *node, _ Value, label string) {
	seen := make(map[string]bool)
	for _, item := range n.items {
		if seen[item.text] {
			item.fail("", "%s: %s stands here twice", label, shown(item.text))
		}
		seen[item.text] = true
	}
}

// checkTTL holds the range that the API documents.
func checkTTL(n *node, v Value, label string) {
	literal, _ := v.Text.literal()
	seconds, err := strconv.ParseInt(strings.TrimSuffix(literal, "s"), 10, 64)
	if err == nil && (seconds < 3 || seconds > 315576000000) {
		n.fail("", "%s: 3 to 315576000000 seconds are possible", label)
	}
}

func checkConversationMetadata(n *node, v Value, label string) {
	const most = 2048
	if length := v.jsonLen(); length > most {
		n.fail("", "%s: %d characters as JSON are too many; at most %d are possible", label, length, most)
	}
}

func checkTranslations(n *node, _ Value, label string) {
	for i, m := range n.members {
		for _, earlier := range n.members[:i] {
			if sameTag(earlier.key, m.key) {
				n.doc.fail(m.pos, "keep one of the two", "%s: %s is the same language as %s", label, shown(m.key), shown(earlier.key))
			}
		}
	}
}

// checkLanguages refuses a word that stands there twice, and a tag that is none.
func checkLanguages(n *node, _ Value, label string) {
	seen := make(map[string]string)
	for _, m := range n.members {
		if earlier, ok := seen[Fold(m.key)]; ok {
			n.doc.fail(m.pos, `case, spaces, "_" and "-" make no difference here`, "%s: %s is the same as %s", label, shown(m.key), shown(earlier))
		}
		seen[Fold(m.key)] = m.key
		if _, err := language.Raw.Parse(m.value.text); err != nil && languageFormat().pattern.MatchString(m.value.text) {
			m.value.fail("such as sv, en-GB or zh-Hant", "%s: no language has the tag %s", label, shown(m.value.text))
		}
	}
}

func checkDefault(n *node, v Value, label string) {
	if _, ok := v.Text.literal(); !ok {
		n.fail(`a "${" that is meant as text is written "$${"`, "%s: placeholders are not filled in here", label)
	}
}

// checkParam refuses a default together with on_empty: where there is a default, no value is empty. And it refuses two sources of one value.
func checkParam(n *node, _ Value, label string) {
	if expr := n.get("expr"); expr != nil && n.get("column") != nil {
		expr.fail("keep one of the two; an expression names columns itself", "%s has both a column and an expr", label)
	}
	if onEmpty := n.get("on_empty"); onEmpty != nil && n.get("default") != nil {
		onEmpty.fail("keep one of the two", "%s has both a default and on_empty", label)
	}
}

func checkParams(n *node, _ Value, label string) {
	seen := make(map[string]string)
	for _, m := range n.members {
		if earlier, ok := seen[Fold(m.key)]; ok {
			n.doc.fail(m.pos, `case, spaces, "_" and "-" make no difference in names`, "%s: %s is the same name as %s", label, shown(m.key), shown(earlier))
		}
		seen[Fold(m.key)] = m.key
	}
}

func checkLimits(n *node, _ Value, label string) {
	least, most := n.get("min_recipients"), n.get("max_recipients")
	if least == nil || most == nil {
		return
	}
	if whole(least) > whole(most) {
		most.fail("", "%s: max_recipients is less than min_recipients", label)
	}
}

// checkMost refuses a limit of nothing: somebody is always rejected, and the run would stop at that person again and again.
func checkMost(n *node, _ Value, label string) {
	if shareFormat().pattern.MatchString(n.text) && share(n) == (Share{}) {
		n.fail("such as 10 or 5%", "%s: more than 0 is wanted", label)
	}
}

func checkCampaign(n *node, v Value, label string) {
	checkDispatch(n, v, label)
	checkClock(n)
	checkKeep(n)
	checkAddresses(n)
	if most := n.get("limits").get("max_cost"); most != nil && n.get("prices") == nil {
		most.fail("name the price list: prices: prices.csv", "limits.max_cost needs prices: without them nobody knows what the messages cost")
	}
}

// checkAddresses refuses a channel on which nobody has an address, as far as the columns are named here, and contacts where Sinch knows none.
func checkAddresses(n *node) {
	audience := n.get("audience")
	columns := audience.get("columns")
	contacts := columns.get(Contact.Role())
	if contacts != nil && n.get("processing_strategy").string() == "DISPATCH_ONLY" {
		contacts.fail("address these people by phone or on their channels, or remove processing_strategy",
			"audience.columns: %s is not possible with processing_strategy: DISPATCH_ONLY, which knows no contacts", Contact.Role())
	}
	if columns == nil || contacts != nil || audience.get("run") != nil {
		return
	}
	for _, item := range n.get("channel_priority_order").list() {
		if c := Channel(item.text); c.Index() >= 0 && !c.ByPhone() && columns.get(c.Role()) == nil {
			item.fail("audience: {columns: {"+c.Role()+": NAME OF THE COLUMN}}", "channel_priority_order: no column gives an address on %s", c)
		}
	}
}

// checkKeep refuses to ask for the people of runs when they may have been erased: nobody could say any more whom to leave out.
func checkKeep(n *node) {
	keep := n.get("keep")
	if age(keep.string()) == 0 { // there is none, or it has been refused
		return
	}
	for _, item := range n.get("suppress").list() {
		within := item.get("within")
		switch {
		case item.get("runs") == nil:
		case within == nil:
			item.fail("within: "+keep.text, "suppress: runs: within is missing: people's data is erased after %s (keep)", shown(keep.text))
		case age(within.text) > age(keep.text):
			item.fail("", "suppress: within %s is longer than keep %s, after which people's data is erased", shown(within.text), shown(keep.text))
		}
	}
}

// checkClock refuses days and times of which nobody could say where they begin and end, and those that leave no time between them.
func checkClock(n *node) {
	if expires := n.get("expires"); expires != nil && n.get("ttl") != nil {
		expires.fail("keep one of the two: expires is sent as ttl", "the campaign has both ttl and expires")
	}
	if n.get("time_zone") != nil {
		checkOrder(n.get("not_before"), n.get("not_after"))
		return
	}
	for _, key := range []string{"run_key", "name"} {
		if k := n.get(key); k != nil && hasDay(k.text) {
			k.fail("time_zone: Europe/London", "%s has a date, so time_zone is wanted too", key)
			return
		}
	}
	for _, key := range []string{"not_after", "not_before", "expires"} {
		if moment := n.get(key); moment != nil && moment.text != neverTooLate && age(moment.text) == 0 {
			moment.fail("time_zone: Europe/London", "%s is a time, so time_zone is wanted too", key)
		}
	}
	if zone := n.get("window").get("zone"); zone != nil && zone.text == campaignZone {
		zone.fail("time_zone: Europe/London", "window: zone: campaign is that of time_zone, which is missing")
	}
}

// checkOrder refuses a not_before that is not before not_after, as far as the file alone tells: where both have a day, or neither.
func checkOrder(first, last *node) {
	if first == nil || last == nil || last.text == neverTooLate || len(first.text) != len(last.text) {
		return
	}
	if strings.Replace(first.text, "T", " ", 1) >= strings.Replace(last.text, "T", " ", 1) {
		first.fail("", "not_before is not before not_after: nothing could be sent")
	}
}

// checkQueueAhead holds what may wait at Sinch to what can be measured, and recalled by waiting.
func checkQueueAhead(n *node, _ Value, label string) {
	if d := duration(n.text); durationFormat().pattern.MatchString(n.text) && (d < 2*time.Second || d > time.Hour) {
		n.fail("", "%s: 2s to 1h are possible", label)
	}
}

func checkDeadline(n *node, _ Value, label string) {
	if day, _, dated := strings.Cut(strings.Replace(n.text, "T", " ", 1), " "); dated {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			n.fail("", "%s: there is no such day", label)
		}
	}
}

// checkAudience holds what an audience of another run's people needs, and what makes no sense of one.
func checkAudience(n *node, _ Value, label string) {
	run, state := n.get("run"), n.get("state")
	switch {
	case run != nil && !NamesOneRun(run.text):
		run.fail("name one run by its key or its folder", "%s: run: a pattern is not possible here", label)
	case run == nil && state != nil:
		state.fail("", "%s: state goes with run, and there is none", label)
	case run != nil && state == nil:
		n.fail("such as state: accepted", "%s: which of the run's people are meant? state is missing", label)
	case run != nil:
		if phone := n.get("columns").get("phone"); phone != nil {
			phone.fail("remove it", "%s: the people of a run keep the numbers that they have there", label)
		}
		for _, c := range OwnChannels() {
			if own := n.get("columns").get(c.Role()); own != nil {
				own.fail("remove it", "%s: the people of a run keep the addresses that they have there", label)
			}
		}
		for _, key := range []string{"max_age", "encoding", "delimiter", "sheet", "hidden_rows"} {
			if m := n.get(key); m != nil {
				m.fail("", "%s: %s goes with file", label, key)
			}
		}
	}
}

// checkSuppression holds keys to the kind of list that they belong to, and a pattern of runs to its syntax.
func checkSuppression(n *node, _ Value, label string) {
	runs := n.get("runs")
	for _, key := range [...]struct{ name, kinds string }{{"within", "runs"}, {"max_age", "file or sinch"}, {"unreadable", "file"}, {"encoding", "file"}, {"delimiter", "file"}, {"sheet", "file"}} {
		belongs := slices.ContainsFunc(strings.Split(key.kinds, " or "), func(kind string) bool { return n.get(kind) != nil })
		if m := n.get(key.name); m != nil && !belongs {
			m.fail("", "%s: %s goes with %s", label, key.name, key.kinds)
		}
	}
	if runs != nil && !IsRunPattern(runs.text) {
		runs.fail(`"*" stands for any characters; "\" before a "[" or a "?" takes them for themselves`, "%s: runs: this is no pattern", label)
	}
}

// checkOptOuts refuses Sinch's lists a second time: there is one age that their copy may have.
func checkOptOuts(n *node, _ Value, label string) {
	seen := false
	for _, item := range n.list() {
		sinch := item.get("sinch")
		if sinch != nil && seen {
			sinch.fail("keep one of them", "%s: sinch stands here twice", label)
		}
		seen = seen || sinch != nil
	}
}

// checkDispatch warns of what Sinch does not keep for messages outside conversations.
func checkDispatch(n *node, _ Value, _ string) {
	if n.get("processing_strategy").string() != "DISPATCH_ONLY" {
		return
	}
	for _, key := range []string{"conversation_metadata", "correlation_id"} {
		if label := n.get(key); label != nil {
			label.warn("put labels under metadata", "%s is not supported by Sinch with processing_strategy: DISPATCH_ONLY", key)
		}
	}
}

// checkCard warns of a card with nothing on it. The API's schema allows it, and no channel can show it.
func checkCard(n *node, _ Value, label string) {
	if n.get("title") == nil && n.get("description") == nil && n.get("media_message") == nil {
		n.warn("give it a title, a description or a media_message", "%s: the card has nothing on it", label)
	}
}

// checkList holds what the API asks of a list as a whole: all items of one kind, a catalogue for products, 10 choices in all.
func checkList(n *node, _ Value, label string) {
	const most = 10
	first, choices := "", 0
	for _, section := range n.get("sections").list() {
		for _, item := range section.get("items").list() {
			kind := "choice"
			if item.get("product") != nil {
				kind = "product"
			}
			if first == "" {
				first = kind
			}
			if kind != first {
				item.fail("", "%s: a list holds choices or products, not both", label)
				return
			}
			if choices++; kind == "choice" && choices == most+1 {
				item.fail("", "%s: at most %d choices are possible in all sections together", label, most)
			}
		}
	}
	if first == "product" && n.get("message_properties").get("catalog_id") == nil {
		n.fail(`message_properties: {catalog_id: "…"}`, "%s: a list of products needs its catalog_id", label)
	}
}

// list returns the items of a list. A nil node has none.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// whole returns the value of a whole number that has been checked, and 0 for anything else.
func whole(n *node) int {
	number, err := strconv.Atoi(n.string())
	if err != nil {
		return 0
	}
	return number
}
