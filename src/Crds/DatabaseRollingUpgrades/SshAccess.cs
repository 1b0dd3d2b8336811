using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How hosts are reached over ssh.</summary>
public sealed record SshAccess
{
    /// <summary>The account on the hosts; with tidb-ansible usually tidb.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.LoginName)]
    public string User { get; init => field = value ?? ""; } = "";

    /// <summary>sshd's port on the hosts.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Port { get; set; } = 22;

    /// <summary>The key: a Secret with ssh-privatekey (type kubernetes.io/ssh-auth).</summary>
    [Required]
    [SecretKeys("ssh-privatekey")]
    public SecretReference KeySecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// The hosts' keys: a Secret with known_hosts, as ssh-keyscan prints it. May be the same Secret as the key's.
    /// </summary>
    [Required]
    [SecretKeys("known_hosts")]
    public SecretReference KnownHostsSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// Sudo runs what controls processes (systemctl and the like) through sudo -n; None runs everything as the user.
    /// </summary>
    public Become Become { get; init; }
}
