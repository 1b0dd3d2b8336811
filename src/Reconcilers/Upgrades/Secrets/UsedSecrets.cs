namespace Drydock.Reconcilers.Upgrades;

/// <summary>Secrets as read at one moment, with the data keys that are used and no others; null where a Secret does not
/// exist.</summary>
internal sealed record UsedSecrets(IReadOnlyDictionary<string, V1Secret?> Secrets)
{
    // Random for each process: passwords cannot be tried against a digest, wherever it is published.
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Changes whenever a used value does, and with nothing else. Means nothing outside this
    /// process.</summary>
    public string Digest { get; } = Compute(Secrets);

    public IReadOnlyDictionary<string, byte[]>? Data(string name) =>
        Secrets.GetValueOrDefault(name)?.Values;

    public override string ToString() => $"{string.Join(", ", Secrets.Keys)} (values not shown)";

    // In the order of names and keys.
    private static string Compute(IReadOnlyDictionary<string, V1Secret?> secrets) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Key, JsonSerializer.SerializeToUtf8Bytes(secrets.OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => (object?[])
            [
                s.Key,
                s.Value is null ? null : s.Value.Values.OrderBy(d => d.Key, StringComparer.Ordinal).ToArray(),
            ]))));
}

/// <summary>Reads the Secrets that a spec refers to, with the data keys that its fields name and no others. So
/// <see cref="UsedSecrets.Digest"/> covers all that can have an effect: an annotation, a label or another key of a
/// Secret changes nothing.</summary>
internal static class SecretUses
{
    public static async Task<UsedSecrets> ReadAsync(
        IKubernetesClient kubernetes,
        IEnumerable<SecretUse> uses,
        string? @namespace,
        CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(uses.GroupBy(use => use.Name, StringComparer.Ordinal).Select(async use =>
            (use.Key, Secret: Only(
                await kubernetes.GetAsync<V1Secret>(use.Key, @namespace, cancellationToken),
                use.SelectMany(u => u.Keys).ToHashSet(StringComparer.Ordinal)))));
        return new UsedSecrets(read.ToDictionary(r => r.Key, r => r.Secret, StringComparer.Ordinal));
    }

    private static V1Secret? Only(V1Secret? secret, HashSet<string> keys) => secret is null
        ? null
        : secret with
        {
            Data = secret.Values
                .Where(entry => keys.Contains(entry.Key))
                .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal),
        };
}

/// <summary>The one rule by which a value of a Secret is read as text. Secrets made from files often end in a line end
/// that is not part of the value, so line ends at the end are dropped; all other white space is kept, because it may
/// belong to a password. A value that is then empty counts as absent.</summary>
internal static class SecretText
{
    public static string? Of(IReadOnlyDictionary<string, byte[]>? data, string key) => Of(data?.GetValueOrDefault(key));

    public static string? Of(byte[]? value) =>
        value is not null && Encoding.UTF8.GetString(value).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : null;
}

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

/// <summary>A value that must not be shown. Its text form, also in records that hold it and in the debugger, is
/// <c>***</c>; serializers see no property.</summary>
[DebuggerDisplay("***")]
internal sealed record Secret
{
    private readonly string _value;

    public Secret(string value) => _value = value;

    public const string Mask = "***";

    public string Reveal() => _value;

    public override string ToString() => Mask;
}
