package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
	"sendoff/internal/sinch"
)

func profileCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "profile",
		Usage: "keep project, app, region and access key by a name; whom and how many people it may reach",
		Description: "Profiles stand in profiles.yaml in your configuration folder, or where SENDOFF_PROFILES says. They are used by\n" +
			"run, doctor, plan and others with --profile NAME, or with profile: NAME in the campaign. What SINCH_* say besides must be the same.",
		ArgsUsage: "add|list|show|check",
		Action:    noCommand,
		Subcommands: []*cli.Command{
			{
				Name: "add", Usage: "write a profile, after asking Sinch about its app; on a terminal it asks for what no flag says", ArgsUsage: "NAME",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "project-id", Usage: "`ID` of the project"},
					&cli.StringFlag{Name: "app-id", Usage: "`ID` of the Conversation app"},
					&cli.StringFlag{Name: "region", Usage: "`REGION` in which the app was created: us, eu or br"},
					&cli.StringFlag{Name: "key-id", Usage: "`ID` of the access key"},
					&cli.StringFlag{Name: "key-secret-file", Usage: "`FILE` that holds the key's secret"},
					&cli.StringFlag{Name: "key-secret-command", Usage: "`COMMAND` that prints the key's secret, such as that of a password manager"},
					&cli.StringFlag{Name: "endpoint", Usage: "`URL` instead of Sinch's own hosts", DefaultText: "$SINCH_ENDPOINT"},
					&cli.StringFlag{Name: "only-to", Usage: "`FILE` of the people who alone may get anything, whatever the audience"},
					&cli.IntFlag{Name: "max-recipients", Usage: "a run has at most `N` recipients", DefaultText: "no limit"},
					&cli.BoolFlag{Name: "replace", Usage: "write a profile anew that is there; everything in its entry is lost, comments too"},
					&cli.BoolFlag{Name: "no-check", Usage: "do not ask Sinch"},
					timeoutFlag(),
				},
				Action: s.onProfile(s.addProfile),
			},
			{
				Name: "list", Usage: "show all profiles, a line each",
				Action: func(c *cli.Context) error {
					if c.NArg() > 0 {
						return inputErrorf("profile list takes no argument")
					}
					return s.listProfiles()
				},
			},
			{
				Name: "show", Usage: "show a profile; of its secret only where it comes from", ArgsUsage: "NAME",
				Action: s.onProfile(func(_ *cli.Context, name string) error { return s.showProfile(name) }),
			},
			{
				Name: "check", Usage: "say what doctor says about a profile", ArgsUsage: "NAME", Flags: []cli.Flag{timeoutFlag()},
				Action: s.onProfile(func(c *cli.Context, name string) error { return s.runDoctor(c, "", name) }),
			},
		},
	}
}

// onProfile makes an action of a command whose argument is the name of a profile.
func (s *session) onProfile(do func(c *cli.Context, name string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		name, err := oneArgument(c, "NAME")
		if err != nil {
			return err
		}
		return do(c, name)
	}
}

func (s *session) listProfiles() error {
	path, all, err := s.findProfiles()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		s.say("there are no profiles in %s; sendoff profile add NAME writes one", path)
		return nil
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tPROJECT\tAPP\tREGION\tONLY TO\tMAX RECIPIENTS")
	for _, p := range all {
		most := "-"
		if p.MaxRecipients > 0 {
			most = prose.Thousands(p.MaxRecipients)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, cmp.Or(prose.Shorten(p.ProjectID), "-"), cmp.Or(prose.Shorten(p.AppID), "-"),
			cmp.Or(p.Region, "-"), cmp.Or(p.OnlyTo, "everybody"), most)
	}
	return w.Flush()
}

func (s *session) showProfile(name string) error {
	p, err := s.findProfile(name)
	if err != nil {
		return err
	}
	most, keep, approval := "", "", ""
	if p.MaxRecipients > 0 {
		most = strconv.Itoa(p.MaxRecipients)
	}
	if p.Keep > 0 {
		keep = campaign.FormatAge(p.Keep)
	}
	if p.Approval {
		approval = "required"
	}
	fmt.Fprintf(s.Stdout, "%s, line %d of %s\n", p.Name, p.Line, p.File)
	for _, line := range [][2]string{
		{"project_id", p.ProjectID}, {"app_id", p.AppID}, {"region", p.Region}, {"endpoint", p.Endpoint}, {"key_id", p.KeyID},
		{"secret from", p.SecretFrom()}, {"only_to", p.OnlyTo}, {"max_recipients", most}, {"keep", keep}, {"approval", approval},
	} {
		if line[1] != "" {
			fmt.Fprintf(s.Stdout, "  %-14s %s\n", line[0], line[1])
		}
	}
	return nil
}

// addition is a profile that is about to be written.
type addition struct {
	*runner    // it can ask
	path, name string
	entry      []profile.Setting
	typed      string // the secret, where it was typed in
}

// addProfile writes a profile. Until Sinch has told us of the app nothing is written.
func (s *session) addProfile(c *cli.Context, name string) error {
	ctx, release := untilSignal(c.Context)
	defer release()
	err := s.add(ctx, c, name)
	if errors.Is(err, context.Canceled) {
		return &outcomeError{code: exitUnfinished, reason: "stopped; nothing was written"}
	}
	return err
}

func (s *session) add(ctx context.Context, c *cli.Context, name string) error {
	if err := profile.CheckName(name); err != nil {
		return inputErrorf("%v", err)
	}
	path, all, err := s.findProfiles()
	if err != nil {
		return err
	}
	if p := profile.Find(all, name); p != nil && !c.Bool("replace") {
		return inputErrorf("there is a profile %s already, in %s, line %d", name, path, p.Line).
			hint("--replace writes it anew; everything in its entry is lost, comments too")
	}
	a := &addition{runner: &runner{session: s}, path: path, name: name}
	if err := a.gather(ctx, c); err != nil {
		return err
	}
	made, err := profile.Make(path, name, a.entry)
	if err != nil {
		return refuseMade(err)
	}
	if err := a.examine(ctx, c, made); err != nil {
		return err
	}
	if err := a.write(c.Bool("replace")); err != nil {
		return err
	}
	s.say("profile %s is written to %s", name, path)
	s.say("next: sendoff run CAMPAIGN --profile %s, or profile: %s in the campaign", name, name)
	return nil
}

// refuseMade leaves out where a problem would stand in a file that is not written.
func refuseMade(err error) error {
	var problems campaign.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		return err
	}
	return inputErrorf("%s. Nothing was written", problems[0].Message)
}

// gather takes what the flags say, and asks for the rest where somebody can answer; for the secret last, when all else is good.
func (a *addition) gather(ctx context.Context, c *cli.Context) error {
	guard, err := a.gatherGuard(c)
	if err != nil {
		return err
	}
	endpoint := c.String("endpoint")
	if !c.IsSet("endpoint") {
		if endpoint = a.Getenv("SINCH_ENDPOINT"); endpoint != "" {
			a.say("the endpoint is %s, as SINCH_ENDPOINT says; --endpoint names another", endpoint)
		}
	}
	var missing []string
	for _, q := range []struct{ flag, key, question string }{
		{"project-id", "project_id", "Project id: "},
		{"app-id", "app_id", "App id: "},
		{"region", "region", "Region of the app (us, eu or br): "},
		{"endpoint", "endpoint", ""},
		{"key-id", "key_id", "Access key id: "},
	} {
		answer := c.String(q.flag)
		if q.flag == "endpoint" {
			answer = endpoint
		}
		if wanted := q.question != "" && (q.flag != "region" || endpoint == ""); answer == "" && wanted {
			if !isTerminal(a.Stdin) {
				missing = append(missing, "--"+q.flag)
				continue
			}
			line, err := a.ask(ctx, q.question)
			if err != nil {
				return err
			}
			answer = strings.TrimSpace(line)
		}
		a.entry = append(a.entry, profile.Setting{Key: q.key, Value: answer})
	}
	switch {
	case c.String("key-secret-file") != "" && c.String("key-secret-command") != "":
		return inputErrorf("--key-secret-file and --key-secret-command are both given").hint("leave one of them out")
	case c.String("key-secret-file") == "" && c.String("key-secret-command") == "" && !isTerminal(a.Stdin):
		missing = append(missing, "--key-secret-file or --key-secret-command")
	}
	if missing != nil {
		return inputErrorf("this is no terminal, so nobody can be asked for what is missing: %s. Nothing was written", strings.Join(missing, ", "))
	}
	if _, err := profile.Make(a.path, a.name, slices.Concat(a.entry, guard)); err != nil {
		return refuseMade(err)
	}
	err = a.gatherSecret(ctx, c)
	a.entry = append(a.entry, guard...)
	return err
}

func (a *addition) gatherSecret(ctx context.Context, c *cli.Context) error {
	if command := c.String("key-secret-command"); command != "" {
		a.entry = append(a.entry, profile.Setting{Key: "key_secret_command", Value: command})
		return nil
	}
	if file := c.String("key-secret-file"); file != "" {
		secret, err := pathSetting("key_secret_file", file)
		a.entry = append(a.entry, secret)
		return err
	}
	file := profile.KeyFile(a.path, a.name)
	if fileExists(file) && !c.Bool("replace") {
		return inputErrorf("%s is there already, and the secret would go there. Nothing was written", file).
			hint("remove it, or name it with --key-secret-file")
	}
	var err error
	a.typed, err = a.askHidden(ctx, "Access key secret (not shown): ")
	if err == nil && a.typed == "" {
		err = inputErrorf("no secret was typed. Nothing was written")
	}
	a.entry = append(a.entry, profile.Setting{Key: "key_secret_file", Value: filepath.Base(file)})
	return err
}

// gatherGuard returns what the flags say of whom and how many people the profile lets messages out to. The list must be good.
func (a *addition) gatherGuard(c *cli.Context) (guard []profile.Setting, err error) {
	if c.String("only-to") != "" {
		list, err := pathSetting("only_to", c.String("only-to"))
		if err != nil {
			return nil, err
		}
		if _, err := readOnlyTo(plan.Guard{OnlyTo: list.Value}, "", false); err != nil {
			return nil, fmt.Errorf("nothing was written: %w", err)
		}
		guard = append(guard, list)
	}
	if c.IsSet("max-recipients") {
		guard = append(guard, profile.Setting{Key: "max_recipients", Value: strconv.Itoa(c.Int("max-recipients"))})
	}
	return guard, nil
}

// pathSetting is a path, of a file that is there, as it is found from every folder.
func pathSetting(key, path string) (profile.Setting, error) {
	path, err := filepath.Abs(path)
	if err == nil && !fileExists(path) {
		err = errors.New("there is no " + path)
	}
	if err != nil {
		return profile.Setting{}, inputErrorf("%v. Nothing was written", err)
	}
	return profile.Setting{Key: key, Value: path}, nil
}

// askHidden reads a line from the terminal that is not shown while it is typed.
func (s *session) askHidden(ctx context.Context, question string) (string, error) {
	terminal, ok := s.Stdin.(*os.File)
	if !ok {
		return "", inputErrorf("this is no terminal")
	}
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("ask for the secret: %w", err)
	}
	fmt.Fprint(s.Stderr, question)
	typed := make(chan string, 1)
	go func() {
		line, _ := term.ReadPassword(fd) // an end without a line is an empty secret, which is refused
		typed <- strings.TrimSpace(string(line))
	}()
	defer fmt.Fprintln(s.Stderr)
	select {
	case line := <-typed:
		return line, nil
	case <-ctx.Done():
		_ = term.Restore(fd, before) // or what is typed next would stay hidden
		return "", ctx.Err()
	}
}

// examine asks Sinch for the app, unless that is not wanted.
func (a *addition) examine(ctx context.Context, c *cli.Context, made *profile.Profile) (err error) {
	through := &settings{destination: sinch.Destination{ProjectID: made.ProjectID, AppID: made.AppID, Region: made.Region, Endpoint: made.Endpoint}}
	if c.Bool("no-check") {
		if err := through.destination.Validate(); err != nil {
			return inputErrorf("%v. Nothing was written", err)
		}
		return nil
	}
	secret := a.typed
	if secret == "" {
		if secret, err = made.Secret(ctx, a.Stdin, a.Stderr); err != nil {
			return refuseMade(err)
		}
	}
	through.credentials = sinch.Credentials{KeyID: made.KeyID, KeySecret: sinch.NewSecret(secret)}
	client, err := through.client(tuning{httpTimeout: c.Duration("http-timeout"), maxInFlight: 1})
	if err != nil {
		return err
	}
	defer client.Close()
	app, err := client.App(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isAccess(err):
		return fmt.Errorf("nothing was written: %w", explainInWordsOf(made, err))
	case err != nil:
		return accessErrorf("nothing was written: Sinch could not be reached: %v\n    hint: --no-check writes the profile all the same", err)
	}
	fmt.Fprintln(a.Stdout, describeDestination(through.pinned(app.DisplayName)))
	return nil
}

// write puts secret and profile into their files.
func (a *addition) write(replace bool) error {
	if a.typed != "" {
		if err := profile.PutSecret(a.path, a.name, a.typed); err != nil {
			return err
		}
	}
	err := profile.Put(a.path, a.name, a.entry)
	if err != nil && a.typed != "" && !replace {
		_ = os.Remove(profile.KeyFile(a.path, a.name)) // it would be in the way of the next try
	}
	return err
}
