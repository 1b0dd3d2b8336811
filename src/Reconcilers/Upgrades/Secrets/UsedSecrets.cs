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
