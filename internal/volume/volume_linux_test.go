package volume

import "testing"

func TestMountType(t *testing.T) {
	const mounts = `21 28 0:19 / /sys rw,nosuid shared:7 - sysfs sysfs rw
212 28 0:77 / /home/ann/remote\040disk rw,nosuid,nodev - fuse.sshfs ann@example.com: rw,user_id=1000
21 28 0:78 / /host rw - virtiofs host rw
`
	for id, want := range map[string]string{"212": "fuse.sshfs", "21": "sysfs", "12": "", "": ""} {
		if got := mountType("pos:\t0\nflags:\t012000000\nmnt_id:\t"+id+"\nino:\t1\n", mounts); got != want {
			t.Errorf("mountType(%s) = %q, want %q", id, got, want)
		}
	}
	if got := mountType("", mounts); got != "" {
		t.Errorf("mountType of nothing = %q", got)
	}
}
