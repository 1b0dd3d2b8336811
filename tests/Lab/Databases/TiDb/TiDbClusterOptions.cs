namespace Drydock.Lab.Databases.TiDb;

/// <summary>Settings of a TiDB cluster of the lab.</summary>
public sealed record TiDbClusterOptions
{
    /// <summary>
    /// Name within the run, if there is more than one cluster. It is the first part of the hosts' names.
    /// </summary>
    public string Name { get; init; } = "tidb";

    /// <summary>The first version.</summary>
    public string Version { get; init; } = "2.1.19";

    /// <summary>Number of hosts, each with a TiKV.</summary>
    public int Hosts { get; init; } = 3;

    /// <summary>
    /// Number of further hosts, each with a TiKV that is laid out and not started: a replacement for a host that is
    /// lost.
    /// </summary>
    public int Spares { get; init; }

    /// <summary>Number of hosts with PD, from the first on; by default all.</summary>
    public int? Pds { get; init; }

    /// <summary>Number of hosts with TiDB, from the first on; by default all.</summary>
    public int? Tidbs { get; init; }

    /// <summary>
    /// Number of zones, over which the hosts are distributed in turn: a location label of the stores above
    /// <see cref="LocationLabel"/>. 0 for none.
    /// </summary>
    public int Zones { get; init; }

    /// <summary>Number of hosts with a pump, from the first on. 0 for a cluster without binlog.</summary>
    public int Pumps { get; init; } = 2;

    /// <summary>Whether the last host has a drainer; only with pumps.</summary>
    public bool Drainer { get; init; } = true;

    /// <summary>The supervisor of the processes.</summary>
    public TiDbSupervision Supervision { get; init; }

    /// <summary>The divisor of the originals' spans, including RestartSec of the units.</summary>
    public double TimeFactor { get; init; } = 60;

    /// <summary>
    /// Number of Regions that each store leads at rest. With leader-schedule-limit 4 about 4 × <see cref="TimeFactor"/>
    /// of them drain in a second.
    /// </summary>
    public int LeadersPerStore { get; init; } = 120;

    /// <summary>
    /// Whether values of PD's configuration that are 2.1's defaults become 3.0's, so that merging begins. It is
    /// uncertain what the original does.
    /// </summary>
    public bool DefaultsMove { get; init; }

    /// <summary>
    /// Number of Regions that PD balances all the time, each with a pending replica: while region-schedule-limit is
    /// above 0, until every TiKV is of 3.0.
    /// </summary>
    public int BusyRegions { get; init; }

    /// <summary>
    /// Number of Regions that PD's replica checker moves to a better place all the time, while replica-schedule-limit
    /// is above 0.
    /// </summary>
    public int MisplacedRegions { get; init; }

    /// <summary>Whether PDs serve the gateway to their etcd, where TiDB servers are registered.</summary>
    public bool EtcdGateway { get; init; } = true;

    /// <summary>The share of all Regions that merging removes, 0 to 1.</summary>
    public double MergeableRegions { get; init; } = 0.4;

    /// <summary>Accounts of the SQL port with their passwords. Without any, root has no password.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);

    /// <summary>The location label of the stores and of PD's configuration; null for none.</summary>
    public string? LocationLabel { get; init; } = "host";

    /// <summary>
    /// The size of each host's /data in bytes, for tests of a full disk; by default that of the machine.
    /// </summary>
    public long? DataBytes { get; init; }

    /// <summary>
    /// Whether PD, TiDB's status port, pumps and drainer use HTTPS and require a client certificate. TiKV's status
    /// server has no TLS.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>
    /// A server that keeps the data and executes all SQL that is not TiDB's own, so that dumps and restores work.
    /// Without it the stand-in has simple tables only.
    /// </summary>
    public MetaDb? Backend { get; init; }
}
