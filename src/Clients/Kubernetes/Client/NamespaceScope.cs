namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The namespaces that a process serves: exactly the named ones, or all. With names, no cluster-wide request
/// is sent.</summary>
public sealed class NamespaceScope
{
    private readonly HashSet<string> _names;

    /// <summary>Serves exactly these namespaces; all if there are none.</summary>
    public NamespaceScope(IEnumerable<string> names)
    {
        _names = new HashSet<string>(names, StringComparer.Ordinal);
        Lists = _names.Count == 0 ? [null] : [.. _names.Order(StringComparer.Ordinal)];
    }

    public static NamespaceScope All { get; } = new([]);

    /// <summary>The namespaces of lists and watches; null is the whole cluster.</summary>
    public IReadOnlyList<string?> Lists { get; }

    public bool Contains(string? @namespace) =>
        _names.Count == 0 || (@namespace is not null && _names.Contains(@namespace));

    /// <summary>Lists the objects of all these namespaces. Each namespace is one consistent state; several together are
    /// not, so the result then has no version from which a watch could continue.</summary>
    public async Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        IKubernetesClient client, ListOptions? options, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        List<KubernetesList<TEntity>> lists = [];
        foreach (var name in Lists)
        {
            lists.Add(await client.ListAsync<TEntity>(name, options, cancellationToken));
        }

        return lists is [var only]
            ? only
            : new KubernetesList<TEntity>(
                [.. lists.SelectMany(l => l.Items)], "", [.. lists.SelectMany(l => l.Unreadable)]);
    }
}
