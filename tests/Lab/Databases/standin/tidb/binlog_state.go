package tidb

// advanceBinlog lets pumps and drainers that run follow the cluster's time.
func (s *State) advanceBinlog(w world) {
	for _, nodes := range []map[string]*Binlog{s.Pumps, s.Drainers} {
		for _, node := range nodes {
			if node.State == "online" && w.reachable(node.Process) && s.PD.Leader != "" && w.past(node.Updated, binlogHeartbeat) {
				node.Updated, node.MaxCommitTS = w.now, tso(w.now)
			}
		}
	}
}
