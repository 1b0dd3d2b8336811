namespace Drydock.Reconcilers.Databases;

/// <summary>How one host is connected to: ssh, or exec in a container.</summary>
/// <param name="User">The account that commands run as unless they run as root, for messages.</param>
/// <param name="MayBecome">Whether scripts may run as root.</param>
/// <param name="Open">Makes the client; nothing is connected yet.</param>
internal sealed record HostConnection(string User, bool MayBecome, bool IsContainer, Func<IRemoteClient> Open)
{
    private const string ContainersUser = "the container's user";

    /// <summary>The account that commands change to through sudo; null: they run as the login user.</summary>
    public string? BecomeUser { get; init; }

    /// <summary>The login user, if it starts and stops units by systemctl through sudo, and nothing else runs as root;
    /// else null.</summary>
    public string? UnitsUser { get; init; }

    public bool HasOneAccount => this is not { UnitsUser: not null, BecomeUser: not null };

    public static HostConnection Of(
        string host, HostAccess access, DatabaseSecrets secrets, DatabaseHostServices services) =>
        access switch
        {
            { Docker: { } docker } =>
                new HostConnection(
                    docker.User ?? ContainersUser, docker.Become == Become.Sudo, true,
                    () => Container(host, docker, secrets, services)),
            { Ssh: { } ssh } =>
                new HostConnection(
                    ssh.BecomeUser ?? ssh.User, ssh is { Become: Become.Sudo, BecomeFor: BecomeFor.Scripts }, false,
                    () => services.Connect(
                        Login(host, ssh) with { Jump = Jump(host, ssh.Jump, secrets, "spec.access.ssh") },
                        secrets.Ssh ?? throw Missing(host, "key or known_hosts", "spec.access.ssh")))
                {
                    BecomeUser = ssh.BecomeUser,
                    UnitsUser = ssh is { Become: Become.Sudo, BecomeFor: BecomeFor.Units } ? ssh.User : null,
                },
            _ => new HostConnection("", false, false, () =>
                throw HostException.OfSpec(
                    host, "spec.access", $"{host}: spec.access has neither ssh nor docker. Set one of them.")),
        };

    private static SshEndpoint Login(string host, SshAccess ssh) =>
        ssh.Hosts.Find(h => h.Host == host) is { } other
            ? new SshEndpoint(other.Address, ssh.User, other.Port ?? ssh.Port)
            : new SshEndpoint(host, ssh.User, ssh.Port);

    private static IRemoteClient Container(
        string host, ContainerAccess docker, DatabaseSecrets secrets, DatabaseHostServices services)
    {
        if (docker.Hosts.Find(h => h.Host == host) is not { } entry)
        {
            const string Field = "spec.access.docker.hosts";
            throw HostException.OfSpec(host, Field, $"{host}: {Field} has no entry for this host. Add its container.");
        }

        try
        {
            var address = DockerEndpoint.Parse(entry.Endpoint);
            var endpoint = address.Uri.Scheme switch
            {
                "tcp" when docker.TlsSecretRef is not null =>
                    address with
                    {
                        Tls = secrets.DockerTls
                            ?? throw Missing(host, "client certificate", "spec.access.docker.tlsSecretRef"),
                    },
                "tcp" => address with { Insecure = docker.Insecure },
                "ssh" =>
                    address with
                    {
                        Ssh = secrets.Ssh
                            ?? throw Missing(host, "key or known_hosts", "spec.access.docker.sshSecretRef"),
                        Jump = Jump(host, docker.Jump, secrets, "spec.access.docker"),
                        AsRoot = docker.EngineBecome == Become.Sudo,
                    },
                _ => address,
            };
            return services.Connect(endpoint, entry, docker.User);
        }
        catch (DockerEndpointException exception)
        {
            throw new RemoteException(
                $"{host}: {exception.Message}", RemoteRefusal.LocalClient, innerException: exception);
        }
    }

    private static SshJump? Jump(string host, JumpHost? jump, DatabaseSecrets secrets, string field) =>
        jump is null
            ? null
            : new SshJump(
                new SshEndpoint(jump.Host, jump.User, jump.Port),
                secrets.Jump
                    ?? throw Missing(host, "key or known_hosts for the jump host", $"{field}.jump.sshSecretRef"));

    private static HostException Missing(string host, string what, string field) =>
        new(
            host, Reasons.SecretMissing, $"{host}: there is no usable {what}. Correct the Secret of {field}.",
            retryable: false);
}

/// <summary>The lines of sudoers that the operator needs (docs/how-to/host-access.md).</summary>
internal static class SudoRules
{
    public const string Systemctl = "/usr/bin/systemctl";

    public static IReadOnlyList<string> UnitVerbs { get; } = ["stop", "start", "reset-failed"];

    public static string Units(string user, string systemctl, IEnumerable<string> units) =>
        $"{user} ALL=(root) NOPASSWD: " + string.Join(
            ", ", units.SelectMany(unit => UnitVerbs.Select(verb => $"{systemctl} {verb} -- {Escape(unit)}")));

    /// <summary>For become: Sudo with becomeFor: Scripts. It is as much as all commands.</summary>
    public static string Scripts(string user) => $"{user} ALL=(root) NOPASSWD: /bin/sh, /usr/bin/sh";

    public static string Account(string user, string becomeUser) => $"{user} ALL=({becomeUser}) NOPASSWD: ALL";

    // What sudoers has a meaning for within the arguments of a command.
    private static string Escape(string argument) => string.Concat(
        argument.Select(c => c is ',' or ':' or '=' or '\\' or '*' or '?' or '[' or ']' ? $"\\{c}" : $"{c}"));
}
