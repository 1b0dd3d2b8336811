package common

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// How much of a request's body the record keeps.
const recordedBody = 4096

// ServeHTTP serves on an address, records every call and applies faults on "call:METHOD PATH": fail (status 500 by
// default, with the body), lie (the same with 200; the call has no effect), ignore (200 and the body, or null; the call
// has no effect), hang (no answer until the caller disconnects), delay, crash (dies before the call has an effect),
// crash-after (dies after the effect and before the answer), cut (closes the connection after the effect, without an
// answer). If the address is in use, the process ends with exit code 1, as the originals do.
func ServeHTTP(process, address string, handler http.Handler) (stop func()) {
	return ServeHTTPS(process, address, handler, nil)
}

// ServeHTTPS is ServeHTTP over TLS, or without TLS if the configuration is nil.
func ServeHTTPS(process, address string, handler http.Handler, configuration *tls.Config) (stop func()) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		Fatal("%s: %v", process, err)
	}
	if configuration != nil {
		listener = tls.NewListener(listener, configuration)
	}
	server := &http.Server{Handler: recorded(process, handler), ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			Fatal("%s: %s: %v", process, address, err)
		}
	}()
	return func() {
		// As in the originals, running requests get time to finish before connections are closed.
		patience, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		if server.Shutdown(patience) != nil {
			_ = server.Close()
		}
	}
}

type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func recorded(process string, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Method + " " + r.URL.Path
		detail := map[string]any{"from": r.RemoteAddr}
		if r.URL.RawQuery != "" {
			detail["query"] = r.URL.RawQuery
		}
		if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 {
			r.Body = io.NopCloser(bytes.NewReader(body))
			if len(body) > recordedBody {
				body = body[:recordedBody]
			}
			detail["body"] = string(body)
		}
		fault, faulty := FaultFor(process, "call:"+call)
		if faulty {
			detail["fault"] = fault.ID
		}
		out := &answer{ResponseWriter: w, status: http.StatusOK}
		switch {
		case !faulty:
			handler.ServeHTTP(out, r)
		case fault.Do == "fail":
			say(out, fault.Status, http.StatusInternalServerError, fault.Body)
		case fault.Do == "lie":
			say(out, fault.Status, http.StatusOK, fault.Body)
		case fault.Do == "ignore":
			if fault.Body == "" {
				fault.Body = "null"
			}
			say(out, fault.Status, http.StatusOK, fault.Body)
		case fault.Do == "hang":
			Record(process, "http", call, 0, detail)
			<-r.Context().Done()
			return
		case fault.Do == "delay":
			time.Sleep(fault.Wait())
			handler.ServeHTTP(out, r)
		case fault.Do == "crash":
			Record(process, "http", call, 0, detail)
			Crash()
		case fault.Do == "crash-after":
			unheard := &unheard{header: http.Header{}, status: http.StatusOK}
			handler.ServeHTTP(unheard, r)
			Record(process, "http", call, unheard.status, detail)
			Crash()
		case fault.Do == "cut":
			unheard := &unheard{header: http.Header{}, status: http.StatusOK}
			handler.ServeHTTP(unheard, r)
			Record(process, "http", call, unheard.status, detail)
			panic(http.ErrAbortHandler)
		default:
			Fatal("standin: fault %q: %q is nothing a call can do (fail, lie, ignore, hang, delay, crash, crash-after, cut)", fault.ID, fault.Do)
		}
		Record(process, "http", call, out.status, detail)
	})
}

func say(w http.ResponseWriter, status, otherwise int, body string) {
	if status == 0 {
		status = otherwise
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// unheard is an answer that no caller receives.
type unheard struct {
	header http.Header
	status int
}

func (u *unheard) Header() http.Header            { return u.header }
func (u *unheard) Write(body []byte) (int, error) { return len(body), nil }
func (u *unheard) WriteHeader(status int)         { u.status = status }
