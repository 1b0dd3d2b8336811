using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// How hosts are reached that are containers: by exec. The container's main process outlives the database's processes
/// (systemd, supervise, a shell that waits).
/// </summary>
[ValidationRule("!self.hosts.exists(h, h.endpoint.startsWith('tcp://')) || has(self.tlsSecretRef) || self.insecure", RuleMessages.TcpNeedsTls)]
[ValidationRule("!self.insecure || (self.hosts.all(h, h.endpoint.startsWith('tcp://')) && !has(self.tlsSecretRef))", RuleMessages.InsecureIsAlone)]
[ValidationRule("!has(self.tlsSecretRef) || self.hosts.exists(h, h.endpoint.startsWith('tcp://'))", RuleMessages.TlsIsForTcp)]
[ValidationRule("self.hosts.exists(h, h.endpoint.startsWith('ssh://')) == has(self.sshSecretRef)", RuleMessages.SshNeedsKey)]
public sealed record ContainerAccess
{
    /// <summary>
    /// Client certificate for tcp://: a Secret with the keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and
    /// key.pem.
    /// </summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key", "ca.pem", "cert.pem", "key.pem")]
    public SecretReference? TlsSecretRef { get; init; }

    /// <summary>Key for ssh://: a Secret with the keys ssh-privatekey and known_hosts.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts")]
    public SecretReference? SshSecretRef { get; init; }

    /// <summary>True accepts plain tcp://, without TLS.</summary>
    public bool Insecure { get; init; }

    /// <summary>Whom commands run as: the account the database runs as. Without it the container's own user.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.LoginName)]
    public string? User { get; init; }

    /// <summary>
    /// Sudo runs what controls processes (systemctl and the like) by exec as root; sudo itself is not needed. None runs
    /// everything as the user.
    /// </summary>
    public Become Become { get; init; }

    /// <summary>
    /// Which container is which host: one entry for every host that instances, toolHost, monitoring and tiSpark name,
    /// and no other.
    /// </summary>
    [Required]
    [ListMap("host")]
    [Items(SchemaLimits.Instances, Minimum = 1)]
    public List<ContainerHost> Hosts { get; init => field = value ?? []; } = [];
}
