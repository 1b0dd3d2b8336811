using Drydock.Clients.Docker;
using Drydock.Clients.Ssh;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The data keys that are read of a Secret, by what it is referred to for. Other keys of the same Secret are not looked
/// at.
/// </summary>
internal static class SecretKeys
{
    /// <summary>The key of the age identity.</summary>
    public const string Identity = "identity";

    /// <summary>The key of a certificate authority.</summary>
    public const string Authority = "ca.crt";

    /// <summary>TLS towards a Docker engine.</summary>
    public static IReadOnlyList<string> DockerTls { get; } = DockerTlsMaterial.SecretKeys;

    /// <summary>A private key for ssh and the hosts' keys.</summary>
    public static IReadOnlyList<string> Ssh { get; } = [SshMaterial.PrivateKeyKey, SshMaterial.KnownHostsKey];

    /// <summary>A login at a database server, and where it is.</summary>
    public static IReadOnlyList<string> Database { get; } = ["username", "password", "host", "port", Authority];

    /// <summary>A login at the SQL port of a process that the spec names.</summary>
    public static IReadOnlyList<string> Login { get; } = ["username", "password", Authority];

    /// <summary>A login at the API of an OMS console.</summary>
    public static IReadOnlyList<string> Console { get; } = ["username", "password", "url", Authority];

    /// <summary>TLS towards the HTTP interfaces of a database's processes.</summary>
    public static IReadOnlyList<string> Service { get; } = [Authority, "tls.crt", "tls.key"];

    /// <summary>An S3 storage.</summary>
    public static IReadOnlyList<string> Storage { get; } = ["accessKey", "secretKey", "sessionToken", Authority];
}
