using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The data keys whose size is checked before a reader uses a Secret. Which keys are read follows from
/// <see cref="Abstractions.Entities.SecretKeysAttribute"/>.
/// </summary>
internal static class SecretKeys
{
    /// <summary>The key of a certificate authority.</summary>
    public const string Authority = "ca.crt";

    /// <summary>A login at a database server, and where it is.</summary>
    public static IReadOnlyList<string> Database { get; } = ["username", "password", "host", "port", Authority];

    /// <summary>A login at the API of an OMS console.</summary>
    public static IReadOnlyList<string> Console { get; } =
        ["username", "password", "url", Authority, "serverName"];

    /// <summary>An S3 storage.</summary>
    public static IReadOnlyList<string> Storage { get; } =
    [
        StorageKeys.AccessKey,
        StorageKeys.SecretKey,
        StorageKeys.SessionToken,
        StorageKeys.AwsAccessKey,
        StorageKeys.AwsSecretKey,
        StorageKeys.AwsSessionToken,
        StorageKeys.Authority,
    ];
}
