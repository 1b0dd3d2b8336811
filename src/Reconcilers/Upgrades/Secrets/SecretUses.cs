namespace Drydock.Reconcilers.Upgrades;

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
