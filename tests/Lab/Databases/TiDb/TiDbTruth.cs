namespace Drydock.Lab.Databases.TiDb;

/// <summary>
/// What is really the case in a cluster, whatever its interfaces say; read from the state the processes share.
/// </summary>
/// <param name="ClusterVersion">PD's cluster-version: the version of the oldest store that ever was the oldest.</param>
/// <param name="PdLeader">Name of the PD member that leads; empty while there is none.</param>
/// <param name="Stores">The stores by the names of their processes.</param>
/// <param name="Versions">The version each place in the cluster was started with last, by the name of its
/// process.</param>
/// <param name="Starts">How often a process was started in each place.</param>
/// <param name="EvictedStores">Ids of the stores that have an evict-leader scheduler in schedulers-v2. Empty after a
/// careful upgrade.</param>
/// <param name="Schedule">PD's schedule configuration, numbers and texts as texts.</param>
/// <param name="LeaderPriorities">leader_priority of each PD member.</param>
/// <param name="BootstrapVersion">tidb_server_version of mysql.tidb.</param>
/// <param name="BinlogStates">State of every pump and drainer, by the name of its process.</param>
/// <param name="Regions">How many Regions there are.</param>
/// <param name="UnfinishedJobs">DDL jobs that are queued or run.</param>
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
