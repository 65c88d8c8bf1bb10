package campaign

// OptOut says how people can stop the messages, and by what that is seen in a text.
type OptOut struct {
	Elsewhere bool     // the texts need not say it
	Words     []string // beside the usual ones
	Links     []string // how addresses begin
}

func optOut(n *node) OptOut {
	return OptOut{Elsewhere: n.get("said") != nil, Words: words(n.get("words")), Links: words(n.get("link"))}
}

// words returns the items of a list of texts. A nil node has none.
func words(n *node) []string {
	var all []string
	for _, item := range n.list() {
		all = append(all, item.text)
	}
	return all
}
