namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How the operator reaches the hosts: exactly one of ssh and docker, for all hosts.</summary>
[ValidationRule("has(self.ssh) != has(self.docker)", "access needs exactly one of ssh and docker.")]
public sealed record HostAccess
{
    /// <summary>By OpenSSH with a private key. Hosts that known_hosts does not list are refused.</summary>
    public SshAccess? Ssh { get; init; }

    /// <summary>By exec in long-running containers. Each container counts as one host.</summary>
    public ContainerAccess? Docker { get; init; }

    /// <summary>Login at the HTTP interfaces, if they require one (webserver_password_file of YugabyteDB, or a proxy
    /// over TLS): a Secret with the keys username and password.</summary>
    [SecretKeys("username", "password")]
    public SecretReference? WebCredentialsSecretRef { get; init; }
}

/// <summary>How the operator reaches hosts over ssh.</summary>
[ValidationRule(
    "!has(self.becomeFor) || self.becomeFor == 'Scripts' || (has(self.become) && self.become == 'Sudo')",
    "becomeFor: Units says what runs through sudo, but become is None. Set become: Sudo, or remove becomeFor.")]
public sealed record SshAccess
{
    /// <summary>The login user on the hosts; with tidb-ansible usually tidb.</summary>
    [Required]
    [PlainName]
    public string User { get; init => field = value ?? ""; } = "";

    /// <summary>The port of sshd on the hosts.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Port { get; set; } = 22;

    /// <summary>A Secret with the key ssh-privatekey (type kubernetes.io/ssh-auth), and passphrase if the key is
    /// encrypted; also known_hosts, unless knownHostsSecretRef names another Secret.</summary>
    [Required]
    [SecretKeys("ssh-privatekey", "passphrase", "known_hosts")]
    public SecretReference KeySecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>A Secret with the key known_hosts, in the format of ssh-keyscan. Default: keySecretRef.</summary>
    [SecretKeys("known_hosts")]
    public SecretReference? KnownHostsSecretRef { get; init; }

    /// <summary>Sudo runs commands that control processes (systemctl and others) through sudo -n. None runs everything
    /// as the login user, or as becomeUser.</summary>
    public Become Become { get; init; }

    /// <summary>What become: Sudo covers. Scripts: the scripts that control processes, and those for which the account
    /// lacks a permission. Units: only systemctl for the units, as single commands that sudoers can list; the account
    /// needs every other permission.</summary>
    public BecomeFor BecomeFor { get; init; }

    /// <summary>The account of the database, if it is not the login user: what does not run as root runs as it, through
    /// sudo -n -u. Start and stop scripts, plain processes and the admin tool never run as root.</summary>
    [PlainName]
    public string? BecomeUser { get; init; }

    /// <summary>The jump host. The ports of the database are reached through it only with forward: true.</summary>
    public JumpHost? Jump { get; init; }

    /// <summary>True opens every connection to a port of the database (HTTP, SQL) on its host, through ssh; to an
    /// address that is no host of this spec, through toolHost. For clusters whose ports the operator cannot
    /// reach.</summary>
    public bool Forward { get; init; }

    /// <summary>Hosts whose sshd has another address or port than the spec says otherwise.</summary>
    [ListMap("host")]
    [Items(SchemaLimits.Instances)]
    public List<SshHost> Hosts { get; init => field = value ?? []; } = [];
}

/// <summary>Where sshd of a host listens.</summary>
public sealed record SshHost
{
    /// <summary>The host as instances name it.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The address that the operator logs in at, as known_hosts has it.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Address { get; init => field = value ?? ""; } = "";

    /// <summary>The port of its sshd. Default: access.ssh.port.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }
}

/// <summary>How the operator reaches hosts that are containers: by exec. The main process of each container must
/// outlive the database processes (systemd, supervise, a waiting shell).</summary>
[ValidationRule(
    "!self.hosts.exists(h, h.endpoint.startsWith('tcp://')) || has(self.tlsSecretRef) || "
        + "(has(self.insecure) && self.insecure)",
    SharedRules.TcpNeedsTls)]
[ValidationRule(
    "!has(self.insecure) || !self.insecure || "
        + "(self.hosts.all(h, h.endpoint.startsWith('tcp://')) && !has(self.tlsSecretRef))",
    SharedRules.InsecureIsAlone)]
[ValidationRule(
    "!has(self.tlsSecretRef) || self.hosts.exists(h, h.endpoint.startsWith('tcp://'))",
    SharedRules.TlsIsForTcp)]
[ValidationRule(
    "self.hosts.exists(h, h.endpoint.startsWith('ssh://')) == has(self.sshSecretRef)",
    SharedRules.SshNeedsKey)]
[ValidationRule(
    "self.hosts.exists(h, h.endpoint.startsWith('ssh://')) || (!has(self.jump) && "
        + "(!has(self.engineBecome) || self.engineBecome == 'None'))",
    SharedRules.OnlyForSsh)]
public sealed record ContainerAccess
{
    /// <summary>Client certificate for tcp://: a Secret with the keys ca.crt, tls.crt and tls.key, or ca.pem, cert.pem
    /// and key.pem.</summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key", "ca.pem", "cert.pem", "key.pem")]
    public SecretReference? TlsSecretRef { get; init; }

    /// <summary>For ssh://: a Secret with the keys ssh-privatekey and known_hosts, and passphrase if the key is
    /// encrypted.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts", "passphrase")]
    public SecretReference? SshSecretRef { get; init; }

    /// <summary>For ssh://: Sudo runs docker system dial-stdio through sudo -n, None as the login user.</summary>
    public Become EngineBecome { get; init; }

    /// <summary>The jump host for ssh://.</summary>
    public JumpHost? Jump { get; init; }

    /// <summary>True accepts tcp:// without TLS. Anyone who can reach it is root on the host.</summary>
    public bool Insecure { get; init; }

    /// <summary>The user that commands run as. Default: that of the container.</summary>
    [PlainName]
    public string? User { get; init; }

    /// <summary>Sudo runs commands that control processes (systemctl and others) by exec as root; sudo is not needed.
    /// None runs everything as the user.</summary>
    public Become Become { get; init; }

    /// <summary>Which container is which host: one entry for every host that instances, toolHost, monitoring and
    /// tiSpark name, and no other.</summary>
    [Required]
    [ListMap("host")]
    [Items(SchemaLimits.Instances, Minimum = 1)]
    public List<ContainerHost> Hosts { get; init => field = value ?? []; } = [];
}

/// <summary>A container that counts as a host.</summary>
public sealed record ContainerHost
{
    /// <summary>The host as instances name it.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (docker system dial-stdio runs there; a
    /// path behind it is that of the socket), or unix:///PATH on the operator's own machine, with
    /// --allow-unix-endpoints.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpoint)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Name or id of the container.</summary>
    [Required]
    [ContainerName]
    public string Container { get; init => field = value ?? ""; } = "";
}

/// <summary>What runs as root over ssh.</summary>
public enum BecomeFor
{
    /// <summary>Scripts that control processes, and those for which the account lacks a permission.</summary>
    Scripts,

    /// <summary>Only systemctl.</summary>
    Units,
}
