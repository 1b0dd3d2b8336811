namespace Drydock.Reconcilers.Upgrades;

/// <summary>Secrets as read at one moment, with the data keys that are used and no others; null where a Secret does not
/// exist.</summary>
/// <param name="Secrets">The Secrets by name.</param>
internal sealed record UsedSecrets(IReadOnlyDictionary<string, V1Secret?> Secrets)
{
    // Random for each process: passwords cannot be tried against a digest, wherever it is published.
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Changes whenever a used value does, and with nothing else. Means nothing outside this
    /// process.</summary>
    public string Digest { get; } = Compute(Secrets);

    public IReadOnlyDictionary<string, byte[]>? Data(string name) =>
        Secrets.GetValueOrDefault(name) is { } secret ? secret.Data ?? [] : null;

    public override string ToString() => $"{string.Join(", ", Secrets.Keys)} (values not shown)";

    private static string Compute(IReadOnlyDictionary<string, V1Secret?> secrets)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key);
        foreach (var (name, secret) in secrets.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(name));
            Append(
                hash,
                Encoding.UTF8.GetBytes(
                    secret is null
                        ? "absent"
                        : string.Create(CultureInfo.InvariantCulture, $"{secret.Data?.Count ?? 0} keys")));
            foreach (var (key, value) in (secret?.Data ?? []).OrderBy(d => d.Key, StringComparer.Ordinal))
            {
                Append(hash, Encoding.UTF8.GetBytes(key));
                Append(hash, value);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length, so that no two lists of parts are the same bytes.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
