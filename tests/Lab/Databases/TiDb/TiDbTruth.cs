namespace Drydock.Lab.Databases.TiDb;

/// <summary>
/// The true state of a cluster, read from the state that the processes share and not from their interfaces.
/// </summary>
/// <param name="ClusterVersion">PD's cluster-version: the highest version that the oldest store has ever had.</param>
/// <param name="PdLeader">Name of the PD leader; empty if there is none.</param>
/// <param name="Stores">The stores by process name.</param>
/// <param name="Versions">The version of each instance's last start, by process name.</param>
/// <param name="Starts">Number of starts of each instance.</param>
/// <param name="EvictedStores">Ids of the stores that have an evict-leader scheduler in schedulers-v2. Empty after a
/// careful upgrade.</param>
/// <param name="Schedule">PD's schedule configuration; numbers are texts too.</param>
/// <param name="LeaderPriorities">leader_priority of each PD member.</param>
/// <param name="BootstrapVersion">tidb_server_version of mysql.tidb.</param>
/// <param name="BinlogStates">State of every pump and drainer, by process name.</param>
/// <param name="Regions">Number of Regions.</param>
/// <param name="UnfinishedJobs">Number of queued or running DDL jobs.</param>
public sealed record TiDbTruth(
    string ClusterVersion,
    string PdLeader,
    IReadOnlyDictionary<string, TiDbStore> Stores,
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyDictionary<string, int> Starts,
    IReadOnlyList<ulong> EvictedStores,
    IReadOnlyDictionary<string, string> Schedule,
    IReadOnlyDictionary<string, int> LeaderPriorities,
    int BootstrapVersion,
    IReadOnlyDictionary<string, string> BinlogStates,
    int Regions,
    int UnfinishedJobs);
