using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>TLS for HTTP calls to the database's processes and for its admin tool.</summary>
public sealed record DatabaseServiceTls
{
    /// <summary>A Secret with ca.crt, and tls.crt and tls.key where the servers want a client certificate.</summary>
    [Required]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference SecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// YugabyteDB and BMDB only: the directory of certificates on the hosts that the admin tool is given
    /// (--certs_dir_name).
    /// </summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? CertsDirName { get; init; }
}
