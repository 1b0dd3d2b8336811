package tidb

import (
	"flag"
	"strings"

	"drydock.dev/standin/common"
)

// binlogFlags are the options of pump and drainer.
type binlogFlags struct {
	nodeID, address, advertise, pd, dataDir, config, logFile, logLevel, zone string
	destination, initialTS, ca, cert, key, gc, metrics, unixSocket           string
	version                                                                  bool
}

func (f *binlogFlags) parse(p common.Process) (int, bool) {
	set := flag.NewFlagSet(p.Program, flag.ContinueOnError)
	set.BoolVar(&f.version, "V", false, "print version info")
	set.StringVar(&f.nodeID, "node-id", "", "the ID of the node; if not specify, we will generate one from hostname and the listening port")
	set.StringVar(&f.address, "addr", "", "addr(i.e. 'host:port') to listen on for client traffic")
	set.StringVar(&f.advertise, "advertise-addr", "", "addr(i.e. 'host:port') to advertise to the public")
	set.StringVar(&f.pd, "pd-urls", "http://127.0.0.1:2379", "a comma separated list of the PD endpoints")
	set.StringVar(&f.dataDir, "data-dir", "", "the path to store binlog data")
	set.StringVar(&f.config, "config", "", "path to the configuration file")
	set.StringVar(&f.logFile, "log-file", "", "log file path")
	set.StringVar(&f.logLevel, "L", "info", "log level: debug, info, warn, error, fatal")
	set.StringVar(&f.destination, "dest-db-type", "mysql", "target db type: mysql or tidb or file or kafka")
	set.StringVar(&f.initialTS, "initial-commit-ts", "-1", "if drainer donesn't have checkpoint, use initial commitTS to initial checkpoint")
	set.StringVar(&f.gc, "gc", "7", "recycle binlog files older than gc days, zero means never recycle")
	set.StringVar(&f.metrics, "metrics-addr", "", "prometheus pushgateway address, leaves it empty will disable prometheus push")
	set.StringVar(&f.unixSocket, "socket", "", "unix socket addr to listen on for client traffic")
	set.StringVar(&f.ca, "ssl-ca", "", "Path of file that contains list of trusted SSL CAs for connection with cluster components.")
	set.StringVar(&f.cert, "ssl-cert", "", "Path of file that contains X509 certificate in PEM format for connection with cluster components.")
	set.StringVar(&f.key, "ssl-key", "", "Path of file that contains X509 key in PEM format for connection with cluster components.")
	switch err := set.Parse(p.Args); {
	case err == flag.ErrHelp:
		return 0, false
	case err != nil:
		return 2, false
	}
	return 0, true
}

// complete takes from the configuration what no option gave. Addresses are written with and without http:// in the wild.
func (f *binlogFlags) complete(file toml, port string) {
	for target, key := range map[*string]string{
		&f.nodeID: "node-id", &f.address: "addr", &f.advertise: "advertise-addr", &f.dataDir: "data-dir", &f.ca: "security.ssl-ca", &f.cert: "security.ssl-cert", &f.key: "security.ssl-key",
	} {
		if *target == "" {
			*target = file.text(key)
		}
	}
	f.address, f.advertise = strings.TrimPrefix(f.address, "http://"), strings.TrimPrefix(f.advertise, "http://")
	if f.address == "" {
		f.address = "127.0.0.1:" + port
	}
	if f.advertise == "" {
		f.advertise = f.address
	}
	if strings.HasPrefix(f.advertise, "0.0.0.0:") {
		f.advertise = ownAddress() + strings.TrimPrefix(f.advertise, "0.0.0.0")
	}
	if f.nodeID == "" {
		f.nodeID = f.advertise
	}
}
