using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Which data keys of which Secrets a spec makes use of. What is read through it holds these keys and nothing else, so
/// that <see cref="UsedSecrets.Digest"/> covers all that can have an effect: an annotation, a label or another key of a
/// Secret changes nothing for those that use it.
/// </summary>
internal sealed class SecretUses
{
    private readonly SortedDictionary<string, SortedSet<string>> _keys = new(StringComparer.Ordinal);

    /// <summary>Names of the Secrets, each once.</summary>
    public IReadOnlyCollection<string> Names => _keys.Keys;

    /// <summary>Adds keys of a Secret; nothing for a reference that is not given or names nothing.</summary>
    public SecretUses Add(SecretReference? reference, params IEnumerable<string> keys) => Add(reference?.Name, keys);

    /// <summary>Adds keys of a Secret; nothing for no name.</summary>
    public SecretUses Add(string? name, params IEnumerable<string> keys)
    {
        if (name is not { Length: > 0 })
        {
            return this;
        }

        if (!_keys.TryGetValue(name, out var known))
        {
            _keys[name] = known = new SortedSet<string>(StringComparer.Ordinal);
        }

        known.UnionWith(keys);
        return this;
    }

    /// <summary>Reads them all.</summary>
    /// <param name="kubernetes">The API server.</param>
    /// <param name="namespace">The namespace of the object that refers to them: no other one is ever read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<UsedSecrets> ReadAsync(
        IKubernetesClient kubernetes, string? @namespace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kubernetes);
        var read = await Task.WhenAll(_keys.Select(async use =>
            (use.Key, Secret: Only(await kubernetes.GetAsync<V1Secret>(use.Key, @namespace, cancellationToken), use.Value))));
        return new UsedSecrets(read.ToDictionary(r => r.Key, r => r.Secret, StringComparer.Ordinal));
    }

    private static V1Secret? Only(V1Secret? secret, SortedSet<string> keys) => secret is null
        ? null
        : secret with { Data = (secret.Data ?? []).Where(d => keys.Contains(d.Key)).ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal) };
}
