namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// How a cluster is made: a master and a tablet server on each of three hosts, all of one version, unless told
/// otherwise.
/// </summary>
public sealed record YugabyteClusterOptions
{
    /// <summary>Beginning of the hosts' names; unique within a run, lower case letters and digits.</summary>
    public string Name { get; init; } = "yb";

    /// <summary>The dialect.</summary>
    public YugabyteNaming Naming { get; init; } = YugabyteNaming.Yugabyte;

    /// <summary>The version the cluster runs at first, with its build: NUMBER.NUMBER.NUMBER.NUMBER-bBUILD.</summary>
    public string Version { get; init; } = "2.18.4.0-b52";

    /// <summary>Masters, on as many hosts.</summary>
    public int Masters { get; init; } = 3;

    /// <summary>Tablet servers, on as many hosts.</summary>
    public int Tservers { get; init; } = 3;

    /// <summary>Replicas of a tablet.</summary>
    public int ReplicationFactor { get; init; } = 3;

    /// <summary>Tables of six tablets each.</summary>
    public int Tables { get; init; } = 2;

    /// <summary>How servers are started and stopped.</summary>
    public YugabyteControl Control { get; init; }

    /// <summary>False: SQL (YSQL, BSQL) is disabled.</summary>
    public bool Sql { get; init; } = true;

    /// <summary>
    /// TLS on every port but the clients': the run's authority signs, certificates are in /data/certs of each host.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>What spans of the original are divided by.</summary>
    public double TimeFactor { get; init; } = 60;

    /// <summary>
    /// PostgreSQL extensions whose files were added to the first version by hand, and which are in use in the database
    /// yugabyte.
    /// </summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Replication groups the cluster is made with.</summary>
    public IReadOnlyList<YugabyteGroup> Groups { get; init; } = [];

    /// <summary>Knobs from the beginning.</summary>
    public YugabyteKnobs Knobs { get; init; } = new();

    /// <summary>The account on the hosts that the servers run as.</summary>
    public string User { get; init; } = "yugabyte";

    /// <summary>True: the hosts are containers, each of an engine of its own.</summary>
    public bool Containers { get; init; }
}
