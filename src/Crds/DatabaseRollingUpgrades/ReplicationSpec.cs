using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>xCluster (xDCR) replication the cluster takes part in.</summary>
public sealed record ReplicationSpec
{
    /// <summary>
    /// How it is carried through. Without it by the versions: before 2.20 PauseBothSides, as the vendor's procedure has
    /// it; from 2.20 on TargetFirst.
    /// </summary>
    public ReplicationMode? Mode { get; init; }

    /// <summary>
    /// Every replication group in which this cluster is a target or whose other direction runs at the peer. Groups that
    /// are found and not listed stop preflight.
    /// </summary>
    [ListMap("name")]
    [Items(32)]
    public List<ReplicationGroup> Groups { get; init => field = value ?? []; } = [];
}

/// <summary>How replication between clusters is carried through an upgrade.</summary>
public enum ReplicationMode
{
    /// <summary>Paused at both clusters before, resumed once every process of both has the target version.</summary>
    PauseBothSides,

    /// <summary>Not paused: the target is upgraded and finalized before the source.</summary>
    TargetFirst,
}

/// <summary>A replication group and the cluster at its other end.</summary>
public sealed record ReplicationGroup
{
    /// <summary>Its name, as list_universe_replications prints it.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.ReplicationGroup)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The cluster at the other end.</summary>
    [Required]
    public ReplicationPeer Peer { get; init => field = value ?? new(); } = new();
}

/// <summary>A cluster at the other end of replication.</summary>
public sealed record ReplicationPeer
{
    /// <summary>RPC addresses of its masters, HOST:PORT.</summary>
    [Required]
    [ListSet]
    [Items(9, Minimum = 1)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.HostAndPort)]
    public List<string> Masters { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Web addresses of all its processes, HOST:PORT, by which their versions are read. Without it the masters' hosts
    /// with this cluster's web ports, and what they list.
    /// </summary>
    [ListSet]
    [Items(128)]
    [Length(SchemaLimits.Name, Minimum = 3)]
    [Pattern(Patterns.HostAndPort)]
    public List<string> WebAddresses { get; init => field = value ?? []; } = [];

    /// <summary>
    /// TLS material for its web interfaces: a Secret with ca.crt, and tls.crt and tls.key where a client certificate is
    /// wanted.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference? CertsSecretRef { get; init; }

    /// <summary>The directory of its certificates on this cluster's tool host, for the admin tool.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? CertsDirName { get; init; }
}
