package yugabyte

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The mark of bin/post_install.sh, with the name of the original's: the directory in which it was run.
const installedFile = ".post_install.sh.completed"

// missingLibraries is the dynamic linker's error for a program whose package was unpacked and not installed, or moved
// since: post_install.sh writes the libraries' paths into the programs. Empty if there is no error.
func missingLibraries(program string) string {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return ""
	}
	home := filepath.Dir(filepath.Dir(exe))
	if _, err := os.Stat(filepath.Join(home, "bin", "post_install.sh")); err != nil {
		// The program does not belong to a package.
		return ""
	}
	content, err := os.ReadFile(filepath.Join(home, installedFile))
	if err == nil && strings.TrimSpace(string(content)) == home {
		return ""
	}
	return fmt.Sprintf("%s: error while loading shared libraries: libyb_util.so: cannot open shared object file: No such file or directory", filepath.Join(home, "bin", program))
}

// The exit code of a shell for a program that the dynamic linker refused.
const exitMissingLibraries = 127
