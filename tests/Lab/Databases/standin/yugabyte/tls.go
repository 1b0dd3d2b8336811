package yugabyte

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// transport is the connection type of a process: plain, or TLS if its flags say so (certs_dir with
// use_node_to_node_encryption for RPC, webserver_certificate_file for the web).
type transport struct {
	rpcServer *tls.Config
	webServer *tls.Config
	rpcClient *tls.Config
	webClient *tls.Config
}

func transportOf(flags *flagSet) (transport, error) {
	var t transport
	if flags.is("use_node_to_node_encryption") {
		dir := flags.get("", "certs_dir")
		host := ownAddress()
		certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "node."+host+".crt"), filepath.Join(dir, "node."+host+".key"))
		if err != nil {
			return t, fmt.Errorf("IO error (yb/util/env_posix.cc:341): %v", err)
		}
		if t.rpcClient, err = trusting(filepath.Join(dir, "ca.crt")); err != nil {
			return t, err
		}
		t.rpcServer = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	if file := flags.get("", "webserver_certificate_file"); file != "" {
		certificate, err := tls.LoadX509KeyPair(file, flags.get(file, "webserver_private_key_file"))
		if err != nil {
			return t, fmt.Errorf("IO error (yb/util/env_posix.cc:341): %v", err)
		}
		t.webServer = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		if authority := flags.get("", "webserver_ca_certificate_file"); authority != "" {
			if t.webClient, err = trusting(authority); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

func trusting(path string) (*tls.Config, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("IO error (yb/util/env_posix.cc:341): %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("Network error (yb/rpc/secure.cc:167): no certificate in %s", path)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// caller is an HTTP client without keep-alive, because the next call may meet another process.
func caller(configuration *tls.Config, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			TLSClientConfig: configuration, DisableKeepAlives: true, Proxy: nil,
			DialContext: (&net.Dialer{Timeout: timeout}).DialContext,
		},
	}
}

func scheme(secure bool) string {
	if secure {
		return "https"
	}
	return "http"
}
