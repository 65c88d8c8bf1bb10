package scaffold

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/durable"
	"sendoff/internal/render"
)

// Answers are what somebody has said of a new campaign.
type Answers struct {
	Name        string
	ContentType string // as the API names it
	Channels    []campaign.Channel
	Sender      string // of SMS, MMS and Viber; empty: the app's own
	TimeZone    string // empty: not known
	Profile     string // empty: the campaign names none
	Audience    Audience
	Params      []Param

	Kind Kind
	Text string // the kind's main text, or what stands in its place; see [Kind.Question]

	Request *Request // in the place of kind and text; nil: there is none
}

// File is a file of a campaign: its name in the campaign's folder, and what is in it.
type File struct {
	Name  string
	About string // what it is for
	Data  []byte
}

// Names of the files.
const (
	CampaignFile = "campaign.yaml"
	AudienceFile = "audience.csv"
	OptOutsFile  = "optouts.csv"
	SeedsFile    = "seeds.csv"
)

// Files makes the files of a campaign, or says what is wrong with the answers. The problems are [campaign.Problems] as [campaign.Load] and planning
// would find them, warnings included, and their lines those of a file that is not there: show the messages alone.
func (a Answers) Files() ([]File, error) {
	if !utf8.ValidString(a.Name + a.Sender + a.Text + a.Audience.File) {
		return nil, campaign.Problems{{File: CampaignFile, Message: "a text is not in UTF-8"}}
	}
	if a.Audience.File != "" {
		c, err := a.parse()
		if err != nil {
			return nil, err
		}
		return a.withParams(c).files(a.Audience.Header)
	}
	// What people have depends on what the campaign asks for, and how the campaign names it on what they have.
	a.Audience.File = AudienceFile
	a.Audience.FirstName = firstName
	c, err := a.parse()
	if err != nil {
		return nil, err
	}
	rows := a.exampleAudience(c)
	header := rows[0]
	proposal, err := audience.Propose(header, c.ChannelPriorityOrder)
	if err != nil {
		return nil, err
	}
	a.Audience.Rows = len(rows) - 1
	if proposal.Columns.Phone != 0 || len(proposal.Doubtful) > 0 {
		a.Audience.Columns = map[string]string{"phone": header[0]}
		for role, names := range proposal.Doubtful {
			if role != "phone" {
				a.Audience.Columns[role] = names[0]
			}
		}
		for _, channel := range c.ChannelPriorityOrder {
			if !channel.ByPhone() {
				a.Audience.Columns[channel.Role()] = channel.Role()
			}
		}
	}
	proposal.Columns.Phone = 0
	files, err := a.files(proposal.Columns)
	return append(files, File{AudienceFile, "three people who do not exist: put your own list in its place", csvFile(rows...)}), err
}

// files makes the files whose audience has these columns.
func (a Answers) files(columns campaign.Columns) ([]File, error) {
	c, err := a.parse()
	if err != nil {
		return nil, err
	}
	if _, err := render.New(c, columns, render.Identity{}); err != nil {
		return nil, err
	}
	if len(c.Warnings) > 0 && a.Request == nil {
		return nil, c.Warnings
	}
	return []File{
		{CampaignFile, "what is sent, to whom and how; every line is explained", a.campaignFile()},
		{OptOutsFile, "who must not get it; it begins with a number that nobody has", csvFile([]string{"phone", "note"}, []string{unlisted, "an example that nobody has"})},
		{SeedsFile, "your own phones, for tests", csvFile([]string{"phone", "name"}, []string{exampleNumber, "an example that nobody has"})},
	}, nil
}

// Unanswered returns the names of placeholders, as they are written, that nothing answers to: no param, no role, no column of the audience.
func (a Answers) Unanswered() ([]string, error) {
	c, err := a.parse()
	if err != nil {
		return nil, err
	}
	known := []string{campaign.Fold("phone")}
	for _, p := range c.Params {
		known = append(known, campaign.Fold(p.Name))
	}
	var names []string
	visit(c, func(_ string, t campaign.Text, _ bool) {
		for _, p := range t {
			if p.Name != "" && a.columnOf(p.Name) == "" && !slices.Contains(known, campaign.Fold(p.Name)) {
				known = append(known, campaign.Fold(p.Name))
				names = append(names, strings.TrimSpace(p.Name))
			}
		}
	})
	return names, nil
}

// parse reads the campaign file back, as it would be read from the disk.
func (a Answers) parse() (*campaign.Campaign, error) {
	return campaign.Parse(CampaignFile, []campaign.Source{{Name: CampaignFile, Data: a.campaignFile()}})
}

// taken returns those of the files that are there in a folder, or others that would be taken for the campaign.
func taken(dir string, files []string) (there []string) {
	for _, name := range append(files, "campaign.yml", "campaign.json") {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			there = append(there, filepath.Join(dir, name))
		}
	}
	return there
}

// ExistError says which files are there already.
type ExistError struct{ Files []string }

func (e *ExistError) Error() string {
	verb := "is"
	if len(e.Files) > 1 {
		verb = "are"
	}
	return fmt.Sprintf("%s %s there already", strings.Join(e.Files, ", "), verb)
}

// Look returns an [*ExistError] where a folder has one of the files that every campaign gets.
func Look(dir string) error { return look(dir, []string{CampaignFile, OptOutsFile, SeedsFile}) }

func look(dir string, files []string) error {
	if there := taken(dir, files); there != nil {
		return &ExistError{there}
	}
	return nil
}

// Write writes the files into a folder, which it makes. Where one of them is there it returns an [*ExistError], and where anything fails nothing of
// them is left.
func Write(dir string, files []File) (err error) {
	var names, written []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if err := look(dir, slices.Clone(names)); err != nil {
		return err
	}
	if err := durable.MakeDir(dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, path := range written {
				_ = os.Remove(path) // what went wrong before is what the caller needs to know
			}
		}
	}()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := durable.WriteFile(path, func(w io.Writer) error {
			_, err := w.Write(f.Data)
			return err
		}); err != nil {
			return err
		}
		written = append(written, path)
	}
	return nil
}
