package yugabyte

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The servers talk to each other and to the admin tool over HTTP or HTTPS on their RPC ports: POST /rpc/METHOD with
// JSON. The content is that of the originals, the wire format is not.
const rpcPath = "/rpc/"

// call is one call of a method. Exactly one of change and read answers it.
type call struct {
	n    *node
	s    *state
	c    *court
	body []byte
}

func (c *call) arguments(into any) *status {
	if err := json.Unmarshal(c.body, into); err != nil {
		return invalidArgument("yb/rpc/rpc_call.cc:57", "%v", err)
	}
	return nil
}

type method struct {
	// Only the master leader answers leader methods.
	leader bool
	since  version
	change func(c *call) (any, *status)
	read   func(c *call) (any, *status)
}

type reply struct {
	Error  *status `json:"error,omitempty"`
	Result any     `json:"result,omitempty"`
}

type methods map[string]method

// rpc serves methods.
func (n *node) rpc(served methods) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, rpcPath)
		m, known := served[name]
		if r.Method != http.MethodPost || name == r.URL.Path || !known || (m.since != "" && n.version.before(m.since)) {
			n.reply(w, nil, &status{Code: "Remote error", Where: "yb/rpc/outbound_call.cc:521", Unsupported: true,
				Message: fmt.Sprintf("Service unavailable: Invalid method name %s: rpc error 2", name)})
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		c := &call{n: n, body: body}
		var result any
		var failed *status
		if m.read != nil {
			c.s = n.now()
			if failed = n.notLeading(m, c.s); failed == nil {
				result, failed = m.read(c)
			}
		} else {
			n.must(n.change(func(s *state, court *court) error {
				c.s, c.c = s, court
				if failed = n.notLeading(m, s); failed == nil {
					result, failed = m.change(c)
				}
				return nil
			}))
		}
		n.reply(w, result, failed)
	})
}

func (n *node) notLeading(m method, s *state) *status {
	if m.leader && s.Leadership.Leader != n.self.UUID {
		failed := illegalState("yb/master/catalog_manager.h:95", "Not the leader")
		failed.NotLeader = true
		return failed
	}
	return nil
}

func (n *node) reply(w http.ResponseWriter, result any, failed *status) {
	w.Header().Set("Content-Type", "application/json")
	if failed != nil {
		result = nil
	}
	_, _ = io.WriteString(w, compact(reply{failed, result}))
}
