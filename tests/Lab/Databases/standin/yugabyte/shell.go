package yugabyte

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

// runShell is ysqlsh, psql by another name, for one statement: -h HOST -p PORT -U USER -d DATABASE -c STATEMENT, the password in PGPASSWORD.
// It prints rows of one column as -A -t does. 2 is no connection, 1 a statement that failed.
func runShell(p common.Process) int {
	if text := missingLibraries(p.Program); text != "" {
		fmt.Fprintln(os.Stderr, text)
		return exitMissingLibraries
	}
	values := map[byte]string{'h': "localhost", 'p': "5433", 'U': "yugabyte", 'd': "yugabyte"}
	for i := 0; i < len(p.Args); i++ {
		arg := p.Args[i]
		switch {
		case len(arg) == 2 && arg[0] == '-' && strings.IndexByte("hpUdc", arg[1]) >= 0 && i+1 < len(p.Args):
			i++
			values[arg[1]] = p.Args[i]
		case len(arg) > 1 && arg[0] == '-' && strings.Trim(arg[1:], "wXqAt") == "":
		default:
			fmt.Fprintf(os.Stderr, "%s: invalid option -- '%s'\n", p.Program, arg)
			return 1
		}
	}
	if values['c'] == "" {
		fmt.Fprintf(os.Stderr, "%s: a stand-in wants one statement, by -c\n", p.Program)
		return 1
	}
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(values['h'], values['p']), sqlPatience)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: could not connect to server: Connection refused\n\tIs the server running on host \"%s\" and accepting\n\tTCP/IP connections on port %s?\n", p.Program, values['h'], values['p'])
		return 2
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(sqlPatience))
	asked := sqlRequest{User: values['U'], Password: os.Getenv("PGPASSWORD"), Database: values['d'], Statement: values['c']}
	var answer sqlAnswer
	if json.NewEncoder(connection).Encode(asked) != nil || json.NewDecoder(connection).Decode(&answer) != nil {
		fmt.Fprintf(os.Stderr, "%s: server closed the connection unexpectedly\n", p.Program)
		return 2
	}
	switch {
	case answer.Fatal != "":
		fmt.Fprintf(os.Stderr, "%s: %s\n", p.Program, answer.Fatal)
		return 2
	case answer.Error != "":
		fmt.Fprintln(os.Stderr, answer.Error)
		return 1
	}
	for _, row := range answer.Rows {
		fmt.Println(row)
	}
	return 0
}
