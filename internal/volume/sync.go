package volume

import (
	"os"
	"path/filepath"
	"strings"
)

// folders are how folders are called that services synchronise, in lower case. They may go on, behind a space or "-": "OneDrive - Acme",
// "GoogleDrive-ann@example.com".
var folders = []struct{ name, service string }{
	{"onedrive", "OneDrive"},
	{"dropbox", "Dropbox"},
	{"google drive", "Google Drive"}, {"googledrive", "Google Drive"}, {"my drive", "Google Drive"},
	{"mobile documents", "iCloud Drive"}, {"iclouddrive", "iCloud Drive"},
	{"nextcloud", "Nextcloud"}, {"owncloud", "ownCloud"},
	{"box sync", "Box"}, {"box-box", "Box"},
}

// markers are what services leave in the folders that they synchronise.
var markers = []struct{ pattern, service string }{
	{".dropbox.cache", "Dropbox"},
	{".stfolder", "Syncthing"},
	{".tmp.drive[du]*load", "Google Drive"},
	{".sync_*.db", "Nextcloud"}, {".nextcloudsync.log", "Nextcloud"}, {".owncloudsync.log", "ownCloud"},
}

// SyncService returns the name of the service that seems to synchronise the folder path, or nothing. The folder need not exist.
func SyncService(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	if service := syncing(path); service != "" {
		return service
	}
	real, err := filepath.EvalSymlinks(nearest(path)) // a link may lead into such a folder
	if err != nil {
		return ""
	}
	return syncing(real)
}

func syncing(path string) string {
	for ; ; path = filepath.Dir(path) {
		if service := serviceOfName(filepath.Base(path)); service != "" {
			return service
		}
		entries, _ := os.ReadDir(path) // who may not look sees no marker
		for _, e := range entries {
			if service := serviceOfMarker(e.Name()); service != "" {
				return service
			}
		}
		if path == filepath.Dir(path) {
			return ""
		}
	}
}

func serviceOfName(name string) string {
	name = strings.ToLower(name)
	if name == "box" {
		return "Box"
	}
	for _, f := range folders {
		if rest, ok := strings.CutPrefix(name, f.name); ok && (rest == "" || rest[0] == ' ' || rest[0] == '-') {
			return f.service
		}
	}
	return ""
}

func serviceOfMarker(name string) string {
	if !strings.HasPrefix(name, ".") {
		return ""
	}
	for _, m := range markers {
		if ok, _ := filepath.Match(m.pattern, name); ok { // the patterns are well-formed
			return m.service
		}
	}
	return ""
}
