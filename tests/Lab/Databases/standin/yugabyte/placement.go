package yugabyte

// spread is the order of tablet servers in which tablets have their replicas: neighbours are in different zones.
func spread(tservers []*server) []*server {
	var names []string
	zones := map[string][]*server{}
	for _, each := range tservers {
		zone := each.failureDomain()
		if zones[zone] == nil {
			names = append(names, zone)
		}
		zones[zone] = append(zones[zone], each)
	}
	list := make([]*server, 0, len(tservers))
	for round := 0; len(list) < len(tservers); round++ {
		for _, zone := range names {
			if round < len(zones[zone]) {
				list = append(list, zones[zone][round])
			}
		}
	}
	return list
}

// failureDomain is the placement of a server. One without a given placement is a domain of its own.
func (t *server) failureDomain() string {
	if t.Zone == defaultZone {
		return t.Name
	}
	return t.Cloud + "." + t.Region + "." + t.Zone
}
