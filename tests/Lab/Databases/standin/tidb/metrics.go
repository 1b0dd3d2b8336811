package tidb

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// gauge writes one metric in Prometheus' text format, with one line for each set of labels.
func gauge(out *strings.Builder, name, help, kind string, values map[string]float64) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for _, labels := range sortedKeys(values) {
		fmt.Fprintf(out, "%s%s %v\n", name, labels, values[labels])
	}
}

func writeMetrics(w http.ResponseWriter, out *strings.Builder) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprint(w, out.String())
}

// The metrics of PD are those of the process that is asked: only the leader knows the cluster.
func (p *pdServer) metrics(w http.ResponseWriter) {
	var out strings.Builder
	state := read()
	leads := 0.0
	if state.PD.Leader == p.name {
		leads = 1
		up, down := 0.0, 0.0
		for _, store := range state.Stores {
			if store.stateName(time.Now()) == "Up" {
				up++
			} else {
				down++
			}
		}
		gauge(&out, "pd_cluster_status", "Status of the cluster.", "gauge", map[string]float64{
			`{namespace="global",type="leader_count"}`: float64(state.Regions), `{namespace="global",type="region_count"}`: float64(state.Regions * replicas),
			`{namespace="global",type="store_up_count"}`: up, `{namespace="global",type="store_disconnected_count"}`: down,
		})
	}
	gauge(&out, "pd_server_is_leader", "Whether this PD leads.", "gauge", map[string]float64{"": leads})
	writeMetrics(w, &out)
}
