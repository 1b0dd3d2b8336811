package tidb

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

type pdCall struct {
	*pdServer
	state *State
	w     http.ResponseWriter
	r     *http.Request
	args  map[string]string
	body  []byte
}

type pdRoute struct {
	method, pattern string
	handle          func(*pdCall)
}

var pdRoutes = []pdRoute{
	{"GET", "/pd/ping", func(c *pdCall) {}},
	{"GET", "/pd/health", (*pdCall).health},
	{"GET", "/pd/api/v1/version", func(c *pdCall) { c.json(http.StatusOK, map[string]string{"version": "1.0.0"}) }},
	{"GET", "/pd/api/v1/status", (*pdCall).buildStatus},
	{"GET", "/pd/api/v1/cluster", (*pdCall).cluster},
	{"GET", "/pd/api/v1/cluster/status", (*pdCall).clusterStatus},
	{"GET", "/pd/api/v1/members", (*pdCall).members},
	{"POST", "/pd/api/v1/members/name/{name}", (*pdCall).setPriority},
	{"GET", "/pd/api/v1/leader", (*pdCall).leader},
	{"POST", "/pd/api/v1/leader/resign", (*pdCall).resign},
	{"POST", "/pd/api/v1/leader/transfer/{name}", (*pdCall).resign},
	{"GET", "/pd/api/v1/stores", (*pdCall).stores},
	{"GET", "/pd/api/v1/store/{id}", (*pdCall).store},
	{"POST", "/pd/api/v1/store/{id}/label", (*pdCall).setLabel},
	{"GET", "/pd/api/v1/labels", (*pdCall).labels},
	{"GET", "/pd/api/v1/config", (*pdCall).config},
	{"POST", "/pd/api/v1/config", (*pdCall).setConfig},
	{"GET", "/pd/api/v1/config/schedule", (*pdCall).configSection},
	{"POST", "/pd/api/v1/config/schedule", (*pdCall).setConfig},
	{"GET", "/pd/api/v1/config/replicate", (*pdCall).configSection},
	{"POST", "/pd/api/v1/config/replicate", (*pdCall).setConfig},
	{"GET", "/pd/api/v1/config/cluster-version", (*pdCall).clusterVersion},
	{"POST", "/pd/api/v1/config/cluster-version", (*pdCall).setClusterVersion},
	{"GET", "/pd/api/v1/schedulers", (*pdCall).schedulers},
	{"POST", "/pd/api/v1/schedulers", (*pdCall).addScheduler},
	{"DELETE", "/pd/api/v1/schedulers/{name}", (*pdCall).removeScheduler},
	{"DELETE", "/pd/api/v1/store/{id}", (*pdCall).removeStore},
	{"GET", "/pd/api/v1/regions", (*pdCall).regions},
	{"GET", "/pd/api/v1/regions/check/{check}", (*pdCall).regionCheck},
	{"GET", "/pd/api/v1/stats/region", (*pdCall).regionStats},
	{"GET", "/pd/api/v1/operators", (*pdCall).operators},
	{"POST", "/pd/api/v1/operators", (*pdCall).addOperator},
	{"DELETE", "/pd/api/v1/operators/{region}", (*pdCall).removeOperator},
}

// ServeHTTP answers requests about the process itself, and forwards everything below /pd to the leader, unless it is
// the leader.
func (p *pdServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/health":
		p.ownHealth(w, r)
	case r.URL.Path == "/metrics":
		p.metrics(w)
	case isRange(r.URL.Path):
		p.serveRange(w, r)
	case strings.HasPrefix(r.URL.Path, "/pd/"):
		p.serveAPI(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (p *pdServer) serveAPI(w http.ResponseWriter, r *http.Request) {
	state := read()
	if state.PD.Leader != p.name {
		p.redirect(w, r, state)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	found := false
	for _, route := range pdRoutes {
		args, matches := match(route.pattern, r.URL.Path)
		if !matches {
			continue
		}
		found = true
		if route.method == r.Method {
			route.handle(&pdCall{pdServer: p, state: state, w: w, r: r, args: args, body: body})
			return
		}
	}
	if found {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	http.NotFound(w, r)
}

// match compares a path with a pattern in which parts in braces match any one part.
func match(pattern, path string) (map[string]string, bool) {
	wanted, given := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(wanted) != len(given) {
		return nil, false
	}
	args := map[string]string{}
	for i := range wanted {
		if strings.HasPrefix(wanted[i], "{") && given[i] != "" {
			args[strings.Trim(wanted[i], "{}")] = given[i]
		} else if wanted[i] != given[i] {
			return nil, false
		}
	}
	return args, true
}

const redirectorHeader = "PD-Redirector"

// redirect is the proxy in every PD. An answer below /pd proves nothing about the process that was asked.
func (p *pdServer) redirect(w http.ResponseWriter, r *http.Request, state *State) {
	if r.Header.Get(redirectorHeader) != "" {
		http.Error(w, "redirect to not leader", http.StatusInternalServerError)
		return
	}
	leader := state.PD.Members[state.PD.Leader]
	if leader == nil {
		// This PD still knows only the former leader, which is gone.
		http.Error(w, "redirect failed", http.StatusInternalServerError)
		return
	}
	request, err := http.NewRequestWithContext(r.Context(), r.Method, leader.ClientURLs[0]+r.URL.RequestURI(), r.Body)
	if err != nil {
		http.Error(w, "redirect failed", http.StatusInternalServerError)
		return
	}
	request.Header = r.Header.Clone()
	request.Header.Set(redirectorHeader, p.name)
	answer, err := p.client.Do(request)
	if err != nil {
		http.Error(w, "redirect failed", http.StatusInternalServerError)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		http.Error(w, "redirect failed", http.StatusInternalServerError)
		return
	}
	for name, values := range answer.Header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(body)
}

// json writes as PD does: indented by two spaces, with a final line feed.
func (c *pdCall) json(status int, value any) { writeIndented(c.w, status, value) }

func (c *pdCall) fail(status int, err error) { c.json(status, err.Error()) }

func writeIndented(w http.ResponseWriter, status int, value any) {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
