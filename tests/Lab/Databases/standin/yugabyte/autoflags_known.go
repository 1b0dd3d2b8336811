package yugabyte

import (
	"encoding/json"
	"fmt"
)

// autoFlagClass is how far a promotion reaches.
type autoFlagClass int

const (
	localVolatile autoFlagClass = iota + 1
	localPersisted
	external
)

var classNames = map[autoFlagClass]string{localVolatile: "kLocalVolatile", localPersisted: "kLocalPersisted", external: "kExternal"}

func classOf(name string) (autoFlagClass, bool) {
	for class, known := range classNames {
		if known == name {
			return class, true
		}
	}
	return 0, false
}

type autoFlag struct {
	Name    string
	Program string
	Class   autoFlagClass
	// Runtime flags take effect without a restart of the processes.
	Runtime bool
	Since   version
}

const (
	masterProgram  = "yb-master"
	tserverProgram = "yb-tserver"
)

// The names are YugabyteDB's. Their releases are not exact; what matters is that every release line adds some of every
// class.
var knownAutoFlags = []autoFlag{
	{"enable_pg_savepoints", tserverProgram, localVolatile, true, "2.14.0.0-b0"},
	{"regular_tablets_data_block_key_value_encoding", tserverProgram, localPersisted, true, "2.14.0.0-b0"},
	{"yb_enable_expression_pushdown", tserverProgram, external, true, "2.14.0.0-b0"},
	{"enable_automatic_tablet_splitting", masterProgram, localVolatile, true, "2.16.0.0-b0"},
	{"ysql_yb_enable_expression_pushdown", tserverProgram, localVolatile, true, "2.16.0.0-b0"},
	{"tablet_report_include_hybrid_time", masterProgram, localPersisted, true, "2.16.0.0-b0"},
	{"enable_flush_retryable_requests", tserverProgram, external, true, "2.16.0.0-b0"},
	{"ysql_beta_features_tablegroup", tserverProgram, localVolatile, true, "2.18.0.0-b0"},
	{"enable_tablet_split_of_xcluster_replicated_tables", masterProgram, external, true, "2.18.0.0-b0"},
	{"ysql_enable_packed_row", tserverProgram, localPersisted, true, "2.18.0.0-b0"},
	{"replicate_transaction_promotion", tserverProgram, localPersisted, true, "2.18.0.0-b0"},
	{"use_parent_table_id_field", masterProgram, localVolatile, true, "2.20.0.0-b0"},
	{"store_last_wal_op_log_ht", tserverProgram, localPersisted, true, "2.20.0.0-b0"},
	{"enable_xcluster_auto_flag_validation", masterProgram, external, true, "2.20.0.0-b0"},
	{"ysql_yb_enable_ddl_atomicity_infra", tserverProgram, localVolatile, true, "2.20.0.0-b0"},
	{"ysql_skip_row_lock_for_update", tserverProgram, localVolatile, true, "2.21.0.0-b0"},
	{"persist_tserver_registry", masterProgram, localPersisted, true, "2.21.0.0-b0"},
	{"enable_xcluster_api_v2", masterProgram, external, true, "2.21.0.0-b0"},
	{"ysql_yb_enable_alter_table_rewrite", tserverProgram, external, false, "2.21.0.0-b0"},
	{"ysql_yb_allow_block_based_sampling_algorithm", tserverProgram, localVolatile, true, "2024.1.0.0-b0"},
	{"master_enable_universe_uuid_heartbeat_check", masterProgram, localPersisted, true, "2024.1.0.0-b0"},
	{"enable_object_retention_due_to_snapshots", masterProgram, external, true, "2024.1.0.0-b0"},
	{"ysql_yb_allow_separate_requests_for_sampling_stages", tserverProgram, localVolatile, true, "2024.2.0.0-b0"},
	{"store_min_start_ht_running_txns", tserverProgram, localPersisted, true, "2024.2.0.0-b0"},
	{"ysql_auto_add_new_index_to_bidirectional_xcluster_infra", masterProgram, external, true, "2024.2.0.0-b0"},
	{"xcluster_use_encoded_key_filter", tserverProgram, localPersisted, true, "2024.2.4.0-b0"},
	{"ysql_yb_bypass_cond_recheck", tserverProgram, localVolatile, true, "2025.1.0.0-b0"},
	{"save_index_into_wal_segments", tserverProgram, localPersisted, true, "2025.1.0.0-b0"},
	{"ycql_suppress_group_by_error", tserverProgram, external, true, "2025.1.0.0-b0"},
	{"ysql_yb_allow_dockey_bounds", tserverProgram, localVolatile, true, "2025.2.0.0-b0"},
	{"remote_bootstrap_from_leader_only", tserverProgram, localPersisted, true, "2025.2.0.0-b0"},
	{"xcluster_enable_subtxn_abort_propagation", tserverProgram, external, true, "2025.2.0.0-b0"},
}

// Older versions had none (the procedure for 2.16 has no AutoFlags).
const autoFlagsSince version = "2.17.0.0-b0"

// backportedFlags have come to older series later: the first release of each of them (yugabyte-db#27899). Between the
// two dates a newer series lacks what an older one has.
var backportedFlags = map[string]map[string]version{
	"xcluster_use_encoded_key_filter": {"2.20": "2.20.11.0-b0", "2024.1": "2024.1.6.1-b0"},
}

// in tells whether the programs of a version have the flag.
func (f autoFlag) in(v version) bool {
	for series, first := range backportedFlags[f.Name] {
		if v.series(series) {
			return v.atLeast(first)
		}
	}
	return v.atLeast(f.Since)
}

// autoFlagsOf are the flags of a program of this version.
func autoFlagsOf(v version) []autoFlag {
	var flags []autoFlag
	if v.before(autoFlagsSince) {
		return nil
	}
	for _, flag := range knownAutoFlags {
		if flag.in(v) {
			flags = append(flags, flag)
		}
	}
	return flags
}

func autoFlagNamed(name string) (autoFlag, bool) {
	for _, flag := range knownAutoFlags {
		if flag.Name == name {
			return flag, true
		}
	}
	return autoFlag{}, false
}

type dumpedFlag struct {
	Name    string        `json:"name"`
	Class   autoFlagClass `json:"class"`
	Runtime bool          `json:"is_runtime"`
}

type dumpedProgram struct {
	Program string       `json:"program"`
	Flags   []dumpedFlag `json:"flags"`
}

// dumpAutoFlags is --help_auto_flag_json: the flags of a program, from which a build makes bin/auto_flags.json.
func dumpAutoFlags(v version, program string) error {
	dump := dumpedProgram{program, []dumpedFlag{}}
	for _, flag := range autoFlagsOf(v) {
		if flag.Program == program {
			dump.Flags = append(dump.Flags, dumpedFlag{flag.Name, flag.Class, flag.Runtime})
		}
	}
	text, err := json.Marshal(dump)
	fmt.Println(string(text))
	return err
}
