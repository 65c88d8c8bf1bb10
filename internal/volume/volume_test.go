package volume

import (
	"os"
	"path/filepath"
	"testing"
)

func TestKindOf(t *testing.T) {
	for name, want := range map[string]Kind{
		"": Local, "ext4": Local, "apfs": Local, "overlay": Local, "fuseblk": Local, // an NTFS disk under Linux
		"nfs": Network, "nfs4": Network, "cifs": Network, "smb2": Network, "smbfs": Network, "afs": Network, "ceph": Network, "lustre": Network,
		"9p": Network, "virtiofs": Network, "vboxsf": Network, "vmhgfs": Network, "remote": Network, "webdav": Network,
		"fuse.sshfs": Network, "fuse.glusterfs": Network, "fuse.rclone": Network, "fuse.vmhgfs-fuse": Network,
		"fuse": UserSpace, "fuse.bindfs": UserSpace, "fuse.gocryptfs": UserSpace, "macfuse": UserSpace,
	} {
		if got := kindOf(name); got != want {
			t.Errorf("kindOf(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestOfWhatDoesNotExistYet(t *testing.T) {
	dir := t.TempDir()
	want, err := Of(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Of(filepath.Join(dir, "runs", "spring"))
	if err != nil || got.Kind != want.Kind || got.FileSystem != want.FileSystem || got.Free == 0 {
		t.Errorf("Of = %+v, %v; its parent is %+v", got, err, want)
	}
}

func TestSyncService(t *testing.T) {
	dir := t.TempDir()
	for _, marked := range []string{"work/.stfolder", "team/.dropbox.cache", "cloud/.sync_0123abcd.db", "home/.dropbox"} {
		if err := os.MkdirAll(filepath.Join(dir, marked), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "OneDrive - Acme", "sale"), 0o700); err != nil {
		t.Fatal(err)
	}
	linked := os.Symlink(filepath.Join(dir, "OneDrive - Acme", "sale"), filepath.Join(dir, "sale")) == nil // Windows asks for a right
	for path, want := range map[string]string{
		"OneDrive/sale/runs/x": "OneDrive", "OneDrive - Acme/x": "OneDrive", "OneDrive-Personal": "OneDrive", "OneDriven/x": "",
		"Dropbox (Acme)/x": "Dropbox", "team/a/b": "Dropbox", "home/x": "", // ~/.dropbox is where the client keeps its settings
		"GoogleDrive-ann@example.com/My Drive": "Google Drive", "Mobile Documents/com~apple~CloudDocs/x": "iCloud Drive",
		"Nextcloud/x": "Nextcloud", "cloud/x": "Nextcloud", "work/runs/x": "Syncthing", "Box/x": "Box", "Box office/x": "",
		"sale/runs/x": map[bool]string{true: "OneDrive"}[linked],
		"plain/runs":  "",
	} {
		if got := SyncService(filepath.Join(dir, path)); got != want {
			t.Errorf("SyncService(%s) = %q, want %q", path, got, want)
		}
	}
}
