using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
