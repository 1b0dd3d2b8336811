package tidb

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

// pdCtl is pd-ctl: it prints PD's answer and ends with 0, whatever the answer is.
type pdCtl struct {
	client  *http.Client
	address string
}

func runPDCtl(p common.Process) int {
	recordCLI(p)
	ctl := &pdCtl{address: os.Getenv("PD_ADDR")}
	if ctl.address == "" {
		ctl.address = "http://127.0.0.1:2379"
	}
	// By default 3.0 runs one command, and 2.1 reads commands interactively.
	single := isThree(p.Version)
	var ca, cert, key string
	var command []string
	texts := map[string]*string{"--pd": &ctl.address, "-u": &ctl.address, "--cacert": &ca, "--cert": &cert, "--key": &key}
	for i := 0; i < len(p.Args); i++ {
		name, joined, hasValue := strings.Cut(p.Args[i], "=")
		target, takesValue := texts[name]
		switch {
		case takesValue && hasValue && strings.HasPrefix(name, "-"):
			*target = joined
		case takesValue:
			if i++; i == len(p.Args) {
				fmt.Printf("Error: flag needs an argument: %s\n", name)
				return 1
			}
			*target = p.Args[i]
		case name == "-d" || name == "--detach":
			single = true
		case name == "-i" || name == "--interact":
			single = false
		case name == "-V" || name == "--version":
			fmt.Print(pdVersion(p.Version))
			return 0
		default:
			command = append(command, p.Args[i])
		}
	}
	if !strings.Contains(ctl.address, "://") {
		ctl.address = "http://" + ctl.address
	}
	ctl.client = &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(ca, cert, key)}, Timeout: 10 * time.Second}
	if single {
		ctl.run(command)
		return 0
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		line := strings.Fields(lines.Text())
		if len(line) == 1 && (line[0] == "exit" || line[0] == "quit") {
			return 0
		}
		ctl.run(line)
	}
	return 0
}

func (c *pdCtl) run(command []string) {
	words := strings.Join(command, " ")
	last := ""
	if len(command) > 0 {
		last = command[len(command)-1]
	}
	switch {
	case words == "":
		fmt.Println("Placement Driver control\n\nUsage:\n  pd-ctl [command]")
	case words == "health":
		c.print("get health", "GET", "/pd/health", nil)
	case words == "cluster":
		c.print("get the cluster information", "GET", "/pd/api/v1/cluster", nil)
	case words == "member" || words == "member show":
		c.print("get pd members", "GET", "/pd/api/v1/members", nil)
	case words == "member leader show":
		c.print("get the leader of pd members", "GET", "/pd/api/v1/leader", nil)
	case words == "member leader resign":
		c.silent("resign", "POST", "/pd/api/v1/leader/resign", nil, "Success!")
	case strings.HasPrefix(words, "member leader transfer ") && len(command) == 4:
		c.silent("trasfer leadership", "POST", "/pd/api/v1/leader/transfer/"+last, nil, "Success!")
	case strings.HasPrefix(words, "member leader_priority ") && len(command) == 4:
		c.silent("set leader priority", "POST", "/pd/api/v1/members/name/"+command[2], map[string]any{"leader-priority": numeric(last)}, "Success!")
	case words == "store" || words == "stores" || words == "stores show":
		c.print("get store", "GET", "/pd/api/v1/stores", nil)
	case len(command) == 2 && command[0] == "store":
		c.print("get store", "GET", "/pd/api/v1/store/"+last, nil)
	case len(command) == 5 && command[0] == "store" && command[1] == "label":
		c.silent("set label", "POST", "/pd/api/v1/store/"+command[2]+"/label", map[string]any{command[3]: command[4]}, "Success!")
	case words == "config show":
		c.print("get config", "GET", "/pd/api/v1/config/schedule", nil)
	case words == "config show all":
		c.print("get config", "GET", "/pd/api/v1/config", nil)
	case words == "config show replication":
		c.print("get config", "GET", "/pd/api/v1/config/replicate", nil)
	case words == "config show cluster-version":
		c.print("get cluster version", "GET", "/pd/api/v1/config/cluster-version", nil)
	case strings.HasPrefix(words, "config set cluster-version ") && len(command) == 4:
		c.silent("set config", "POST", "/pd/api/v1/config/cluster-version", map[string]any{"cluster-version": last}, "Success!")
	case strings.HasPrefix(words, "config set ") && len(command) == 4:
		c.silent("set config", "POST", "/pd/api/v1/config", map[string]any{command[2]: numeric(last)}, "Success!")
	case words == "scheduler show":
		c.print("get schedulers", "GET", "/pd/api/v1/schedulers", nil)
	case strings.HasPrefix(words, "scheduler add ") && len(command) == 4:
		c.silent("!", "POST", "/pd/api/v1/schedulers", map[string]any{"name": command[2], "store_id": numeric(last)}, "")
	case strings.HasPrefix(words, "scheduler add ") && len(command) == 3:
		c.silent("!", "POST", "/pd/api/v1/schedulers", map[string]any{"name": last}, "")
	case strings.HasPrefix(words, "scheduler remove ") && len(command) == 3:
		c.silent("!", "DELETE", "/pd/api/v1/schedulers/"+last, nil, "")
	case strings.HasPrefix(words, "region check ") && len(command) == 3:
		c.print("get region", "GET", "/pd/api/v1/regions/check/"+last, nil)
	case words == "region":
		c.print("get region", "GET", "/pd/api/v1/regions", nil)
	default:
		fmt.Printf("Error: unknown command %q for \"pd-ctl\"\nRun 'pd-ctl --help' for usage.\n", words)
	}
}

// numeric is a number if the text is one, because the tool sends numbers.
func numeric(text string) any {
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return number
	}
	return text
}

func (c *pdCtl) print(what, method, path string, body any) {
	answer, err := c.ask(method, path, body)
	if err != nil {
		fmt.Printf("Failed to %s: %s\n", what, err)
		return
	}
	fmt.Println(answer)
}

// silent prints a word at success, or nothing at all.
func (c *pdCtl) silent(what, method, path string, body any, success string) {
	if _, err := c.ask(method, path, body); err != nil {
		if what == "!" {
			fmt.Printf("Failed! %s\n", err)
		} else {
			fmt.Printf("Failed to %s: %s\n", what, err)
		}
		return
	}
	if success != "" {
		fmt.Println(success)
	}
}

func (c *pdCtl) ask(method, path string, body any) (string, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return "", err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, strings.TrimRight(c.address, "/")+path, content)
	if err != nil {
		return "", err
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("[%d] %s", answer.StatusCode, text)
	}
	return string(text), nil
}
