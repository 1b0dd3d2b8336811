package yugabyte

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"drydock.dev/standin/common"
)

// The client port of the original (YCQL, 9042) has a simpler protocol here: keys and values over HTTP. Each key is in
// one tablet. Only its leader serves it, and a write is acknowledged when a majority of its replicas has it.
const (
	kvPath  = "/standin/kv"
	ddlPath = "/standin/ddl"
)

// kvAnswer is the answer of a tablet server. Leader is the server to ask instead.
type kvAnswer struct {
	Tablet string `json:"tablet,omitempty"`
	Value  string `json:"value,omitempty"`
	Found  bool   `json:"found,omitempty"`
	Leader string `json:"leader,omitempty"`
	Error  string `json:"error,omitempty"`
}

type values map[string]string

// serveClients does not use common.ServeHTTP, because reads and writes would fill the record.
func (n *node) serveClients() (stop func()) {
	listener, err := net.Listen("tcp", hostPort(n.bind, n.self.Client))
	if err != nil {
		common.Fatal("%s: %v", n.name, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc(kvPath, n.serveKey)
	mux.HandleFunc(ddlPath, func(w http.ResponseWriter, r *http.Request) {
		seconds, err := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, n.ddl(r.URL.Query().Get("statement"), seconds)+"\n")
	})
	server := &http.Server{Handler: mux}
	go func() {
		if err := server.Serve(answeringCQL(listener)); !errors.Is(err, http.ErrServerClosed) {
			common.Fatal("%s: %v", n.name, err)
		}
	}()
	return func() {
		patience, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if server.Shutdown(patience) != nil {
			_ = server.Close()
		}
	}
}

func (n *node) serveKey(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	s := n.now()
	t := s.tabletFor(key)
	code, answer := n.admits(s, t)
	if code == http.StatusOK {
		store := common.Open("kv-" + t.ID)
		var kept values
		var err error
		if r.Method == http.MethodPut {
			var body []byte
			if body, err = io.ReadAll(r.Body); err == nil {
				err = store.Update(&kept, func() error {
					if kept == nil {
						kept = values{}
					}
					kept[key] = string(body)
					return nil
				})
			}
			answer.Value, answer.Found = string(body), true
		} else if err = store.Read(&kept); err == nil {
			answer.Value, answer.Found = kept[key], kept[key] != ""
		}
		if err != nil {
			code, answer = http.StatusServiceUnavailable, kvAnswer{Error: err.Error()}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer)
}

// admits tells whether this server may serve a tablet now.
func (n *node) admits(s *state, t *tablet) (int, kvAnswer) {
	if t == nil {
		return http.StatusServiceUnavailable, kvAnswer{Error: "there are no tables yet"}
	}
	leader := s.Tservers[t.Leader]
	k := readKnobs()
	switch {
	case leader == nil || !s.running(leader, k, time.Now()):
		return http.StatusServiceUnavailable, kvAnswer{Tablet: t.ID, Error: "the tablet has no leader"}
	case leader.UUID != n.self.UUID:
		return http.StatusMisdirectedRequest, kvAnswer{Tablet: t.ID, Leader: hostPort(leader.Host, leader.Client)}
	case !s.hasMajority(t):
		return http.StatusServiceUnavailable, kvAnswer{Tablet: t.ID, Error: "the tablet has no majority"}
	}
	return http.StatusOK, kvAnswer{Tablet: t.ID}
}

func (s *state) tabletFor(key string) *tablet {
	var user []*tablet
	for _, each := range s.tablets() {
		if each.User {
			user = append(user, each)
		}
	}
	if len(user) == 0 {
		return nil
	}
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, key)
	return user[int(hash.Sum32()%uint32(len(user)))]
}
