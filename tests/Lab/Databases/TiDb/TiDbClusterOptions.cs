namespace Drydock.Lab.Databases.TiDb;

/// <summary>What a TiDB cluster of the lab is like.</summary>
public sealed record TiDbClusterOptions
{
    /// <summary>Name within the run, if there is more than one; begins the names of its hosts.</summary>
    public string Name { get; init; } = "tidb";

    /// <summary>The version that runs at first.</summary>
    public string Version { get; init; } = "2.1.19";

    /// <summary>How many hosts, each with PD, TiKV and TiDB.</summary>
    public int Hosts { get; init; } = 3;

    /// <summary>How many of them have a pump too, from the first on. 0 is a cluster without binlog.</summary>
    public int Pumps { get; init; } = 2;

    /// <summary>Whether the last host has a drainer; only with pumps.</summary>
    public bool Drainer { get; init; } = true;

    /// <summary>How the processes are supervised.</summary>
    public TiDbSupervision Supervision { get; init; }

    /// <summary>What the spans of the originals are divided by, RestartSec of the units too.</summary>
    public double TimeFactor { get; init; } = 60;

    /// <summary>
    /// How many Regions each store leads at rest. With leader-schedule-limit 4 about 4 × <see cref="TimeFactor"/> of
    /// them drain in a second.
    /// </summary>
    public int LeadersPerStore { get; init; } = 120;

    /// <summary>
    /// Whether values of PD's configuration that were 2.1's defaults become 3.0's, so that merging begins; uncertain in
    /// the original.
    /// </summary>
    public bool DefaultsMove { get; init; }

    /// <summary>The part of all Regions that merging gets rid of, 0 to 1.</summary>
    public double MergeableRegions { get; init; } = 0.4;

    /// <summary>Accounts of the SQL port with their passwords; without any, root has none.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The location label of the stores and of PD's configuration; null for none.</summary>
    public string? LocationLabel { get; init; } = "host";

    /// <summary>
    /// The size of each host's /data in bytes, for tests of a full disk; by default as large as the machine's.
    /// </summary>
    public long? DataBytes { get; init; }

    /// <summary>
    /// Whether PD, TiDB's status port, pumps and drainer speak HTTPS and want a client certificate. TiKV's status
    /// server knows no TLS.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>
    /// A server that keeps the data and carries out the SQL that is not TiDB's own, so that dumps and restores work;
    /// without one the stand-in has simple tables only.
    /// </summary>
    public MetaDb? Backend { get; init; }
}
