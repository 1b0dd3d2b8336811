using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How the operator gets onto the hosts: exactly one way for all of them.</summary>
[ValidationRule("has(self.ssh) != has(self.docker)", RuleMessages.OneAccess)]
public sealed record HostAccess
{
    /// <summary>By OpenSSH with a key; hosts that known_hosts does not list are refused.</summary>
    public SshAccess? Ssh { get; init; }

    /// <summary>By exec in long-living containers: each is the host.</summary>
    public ContainerAccess? Docker { get; init; }
}

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

/// <summary>A container that is a host.</summary>
public sealed record ContainerHost
{
    /// <summary>The host, as instances name it: its address for the database's own ports.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (docker system dial-stdio there), or unix:///PATH
    /// of a socket of the operator's own machine (only if the operator runs with --allow-unix-endpoints).
    /// </summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpoint)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Name or id of the container.</summary>
    [Required]
    [Length(128, Minimum = 2)]
    [Pattern(Patterns.ContainerName)]
    public string Container { get; init => field = value ?? ""; } = "";
}

/// <summary>Whether commands on hosts are run as another user.</summary>
public enum Become
{
    /// <summary>As the login user.</summary>
    None,

    /// <summary>As root: over ssh through sudo without a password, in a container by exec as root.</summary>
    Sudo,
}
