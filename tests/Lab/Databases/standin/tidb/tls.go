package tidb

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"drydock.dev/standin/common"
)

// serverTLS is the configuration of a server with certificates; the caller needs one of the same authority.
func serverTLS(ca, cert, key string) *tls.Config {
	if cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		common.Fatal("%v", err)
	}
	configuration := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if ca != "" {
		configuration.ClientCAs, configuration.ClientAuth = authority(ca), tls.RequireAndVerifyClientCert
	}
	return configuration
}

// clientTLS is the configuration for requests to other processes.
func clientTLS(ca, cert, key string) *tls.Config {
	if ca == "" {
		return nil
	}
	configuration := &tls.Config{RootCAs: authority(ca), MinVersion: tls.VersionTLS12}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			common.Fatal("%v", err)
		}
		configuration.Certificates = []tls.Certificate{pair}
	}
	return configuration
}

func authority(path string) *x509.CertPool {
	content, err := os.ReadFile(path)
	if err != nil {
		common.Fatal("%v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		common.Fatal("%s holds no certificate", path)
	}
	return pool
}
