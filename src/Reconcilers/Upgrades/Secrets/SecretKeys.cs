namespace Drydock.Reconcilers.Upgrades;

/// <summary>The data keys whose size is checked before a reader uses a Secret. Which keys are read follows from
/// <see cref="Crds.Entities.SecretKeysAttribute"/>.</summary>
internal static class SecretKeys
{
    public const string Authority = "ca.crt";

    public static IReadOnlyList<string> Database { get; } = ["username", "password", "host", "port", Authority];

    public static IReadOnlyList<string> Console { get; } =
        ["username", "password", "url", Authority, "serverName"];

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
