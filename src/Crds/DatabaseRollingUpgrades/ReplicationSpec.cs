namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>xCluster (xDCR) replication that the cluster takes part in.</summary>
public sealed record ReplicationSpec
{
    /// <summary>How replication is handled. Default: PauseBothSides before 2.20, as in the vendor's procedure;
    /// TargetFirst from 2.20 on.</summary>
    public ReplicationMode? Mode { get; init; }

    /// <summary>Every replication group in which this cluster is the target, or whose reverse direction runs at the
    /// peer. Another one fails preflight.</summary>
    [ListMap("name")]
    [Items(32)]
    public List<ReplicationGroup> Groups { get; init => field = value ?? []; } = [];
}

/// <summary>How replication between clusters is handled during an upgrade.</summary>
public enum ReplicationMode
{
    /// <summary>Replication is paused at both clusters before the upgrade and resumed once every process of both runs
    /// the new version.</summary>
    PauseBothSides,

    /// <summary>Replication is not paused. The target cluster is upgraded and finalized before the source
    /// cluster.</summary>
    TargetFirst,
}

/// <summary>A replication group and its peer cluster.</summary>
public sealed record ReplicationGroup
{
    /// <summary>Name of the group as printed by list_universe_replications.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern("^[A-Za-z0-9_][A-Za-z0-9_.:-]*$")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The peer cluster.</summary>
    [Required]
    public ReplicationPeer Peer { get; init => field = value ?? new(); } = new();
}

/// <summary>A peer cluster of replication.</summary>
public sealed record ReplicationPeer
{
    /// <summary>RPC addresses of its masters, HOST:PORT.</summary>
    [Required]
    [ListSet]
    [Items(9, Minimum = 1)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.HostAndPort)]
    public List<string> Masters { get; init => field = value ?? []; } = [];

    /// <summary>HOST:PORT of all its processes, where their versions are read. Default: the hosts of the masters with
    /// the web ports of this cluster, and the processes that they list.</summary>
    [ListSet]
    [Items(128)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.HostAndPort)]
    public List<string> WebAddresses { get; init => field = value ?? []; } = [];

    /// <summary>TLS of its web interfaces: a Secret with the key ca.crt, and tls.crt and tls.key if a client
    /// certificate is required.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference? CertsSecretRef { get; init; }

    /// <summary>Login at its web interfaces, if they require one: a Secret with the keys username and
    /// password.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password")]
    public SecretReference? WebCredentialsSecretRef { get; init; }

    /// <summary>The directory of its certificates on the tool host of this cluster, for the admin tool.</summary>
    [AbsolutePath]
    public string? CertsDirName { get; init; }

    /// <summary>The node whose certificate in certsDirName the admin tool presents to this peer (--client_node_name),
    /// if its masters require one.</summary>
    [Host(SchemaLimits.Name)]
    public string? ClientNodeName { get; init; }
}
