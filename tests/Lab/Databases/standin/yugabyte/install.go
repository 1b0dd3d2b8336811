package yugabyte

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What bin/post_install.sh leaves behind: the directory it was run in.
const installedFile = ".post_install_complete"

// missingLibraries is what the dynamic linker says of a program whose package was unpacked and not installed, or moved since: the
// libraries' paths are written into the programs by post_install.sh. Empty when all is well.
func missingLibraries(program string) string {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return ""
	}
	home := filepath.Dir(filepath.Dir(exe))
	if _, err := os.Stat(filepath.Join(home, "bin", "post_install.sh")); err != nil {
		// Not from a package.
		return ""
	}
	content, err := os.ReadFile(filepath.Join(home, installedFile))
	if err == nil && strings.TrimSpace(string(content)) == home {
		return ""
	}
	return fmt.Sprintf("%s: error while loading shared libraries: libyb_util.so: cannot open shared object file: No such file or directory", filepath.Join(home, "bin", program))
}

// What a shell reports of a program the dynamic linker gave up on.
const exitMissingLibraries = 127
