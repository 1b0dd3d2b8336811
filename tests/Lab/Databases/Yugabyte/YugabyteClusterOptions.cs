namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// Settings of a cluster. By default a master and a tablet server run on each of three hosts, all of one version.
/// </summary>
public sealed record YugabyteClusterOptions
{
    /// <summary>First part of the hosts' names; unique within a run, lower case letters and digits.</summary>
    public string Name { get; init; } = "yb";

    /// <summary>The dialect.</summary>
    public YugabyteNaming Naming { get; init; } = YugabyteNaming.Yugabyte;

    /// <summary>The first version with its build: NUMBER.NUMBER.NUMBER.NUMBER-bBUILD.</summary>
    public string Version { get; init; } = "2.18.4.0-b52";

    /// <summary>Number of masters, each on a different host.</summary>
    public int Masters { get; init; } = 3;

    /// <summary>Number of tablet servers, each on a different host.</summary>
    public int Tservers { get; init; } = 3;

    /// <summary>
    /// Number of zones, over which the hosts are distributed in turn. 0: each host is a zone of its own.
    /// </summary>
    public int Zones { get; init; }

    /// <summary>
    /// Number of further hosts, each with the files of a tablet server that is not started: a replacement for a host
    /// that is lost.
    /// </summary>
    public int Spares { get; init; }

    /// <summary>Number of replicas of a tablet.</summary>
    public int ReplicationFactor { get; init; } = 3;

    /// <summary>Number of tables, of six tablets each.</summary>
    public int Tables { get; init; } = 2;

    /// <summary>How servers are started and stopped.</summary>
    public YugabyteControl Control { get; init; }

    /// <summary>Whether SQL (YSQL, BSQL) is enabled.</summary>
    public bool Sql { get; init; } = true;

    /// <summary>
    /// Whether RPC uses TLS, and the web pages too unless <see cref="WebTls"/> says otherwise. The run's authority
    /// signs; certificates are in /data/certs of each host.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>Whether the web pages use TLS; null for as <see cref="Tls"/>.</summary>
    public bool? WebTls { get; init; }

    /// <summary>Whether the web pages use TLS.</summary>
    public bool HasWebTls => WebTls ?? Tls;

    /// <summary>The divisor of the original's spans.</summary>
    public double TimeFactor { get; init; } = 60;

    /// <summary>
    /// PostgreSQL extensions that are in use in the database yugabyte and whose files were added to the first version
    /// manually.
    /// </summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>The replication groups of the cluster.</summary>
    public IReadOnlyList<YugabyteGroup> Groups { get; init; } = [];

    /// <summary>The knobs at the start.</summary>
    public YugabyteKnobs Knobs { get; init; } = new();

    /// <summary>The account on the hosts that the servers run as.</summary>
    public string User { get; init; } = "yugabyte";

    /// <summary>Whether the hosts are containers, each of a separate engine.</summary>
    public bool Containers { get; init; }
}
