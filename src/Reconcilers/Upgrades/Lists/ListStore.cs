using System.Collections.Concurrent;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Stores lists that are too long for a status in ConfigMaps that belong to the object, and reads them back. Only
/// creates: the name of a ConfigMap contains the hash of its list, so a write that is repeated after a crash finds its
/// own ConfigMap, and one that arrives late changes nothing that is in use.
/// </summary>
/// <param name="kubernetes">The API server.</param>
/// <param name="kind">The kind of the owner.</param>
/// <param name="ensureMayAct">Throws if this process may not write any more.</param>
internal sealed class ListStore(IKubernetesClient kubernetes, string kind, Action ensureMayAct)
{
    // By hash: what was read once is not read again at every look of a step.
    private readonly ConcurrentDictionary<string, IReadOnlyList<ListSection>> _known = new(StringComparer.Ordinal);

    /// <summary>Stores a list; nothing is written that is there already.</summary>
    /// <param name="owner">Metadata of the object that the list belongs to.</param>
    /// <param name="what">What the list is, a word for the names of the ConfigMaps.</param>
    /// <param name="list">The list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ListUnavailableException">The API server refuses it.</exception>
    /// <exception cref="KubernetesException">The API server gave no clear answer: to be repeated.</exception>
    public async Task<ListReference> StoreAsync(
        V1ObjectMeta owner, string what, DividedList list, CancellationToken cancellationToken)
    {
        var reference = list.Reference(owner, what);
        for (var part = 0; part < list.Parts.Count; part++)
        {
            await CreateAsync(owner, DividedList.NameOf(reference, part), list.Parts[part], cancellationToken);
        }

        return reference;
    }

    /// <summary>Reads a list.</summary>
    /// <param name="owner">Metadata of the object that the list belongs to.</param>
    /// <param name="reference">Where the list is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ListUnavailableException">It is not there, or not as it was stored.</exception>
    /// <exception cref="KubernetesException">The API server gave no clear answer: to be repeated.</exception>
    public async Task<IReadOnlyList<ListSection>> ReadAsync(
        V1ObjectMeta owner, ListReference reference, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(reference.Sha256, out var known))
        {
            return known;
        }

        var parts = new List<IReadOnlyDictionary<string, string>>();
        for (var part = 0; part < reference.Parts; part++)
        {
            var name = DividedList.NameOf(reference, part);
            parts.Add(
                await FindAsync(name, owner.Namespace, cancellationToken)
                ?? throw new ListUnavailableException($"ConfigMap {name} was deleted."));
        }

        var (sections, sha256) = DividedList.Join(parts);
        if (sha256 != reference.Sha256)
        {
            throw new ListUnavailableException($"ConfigMap {reference.Name} was changed, so its list is not used.");
        }

        return _known[sha256] = sections;
    }

    private async Task CreateAsync(
        V1ObjectMeta owner,
        string name,
        SortedDictionary<string, string> data,
        CancellationToken cancellationToken)
    {
        ensureMayAct();
        try
        {
            await kubernetes.CreateAsync(
                new V1ConfigMap
                {
                    Metadata = ChildMetadata.Owned(name, kind, owner),
                    Data = new Dictionary<string, string>(data, StringComparer.Ordinal),
                    Immutable = true,
                },
                cancellationToken);
        }
        catch (KubernetesAlreadyExistsException exception)
        {
            // Stored before.
            var there = await FindAsync(name, owner.Namespace, cancellationToken);
            var isOurs = there is null
                || (there.Count == data.Count && data.All(e => there.GetValueOrDefault(e.Key) == e.Value));
            if (!isOurs)
            {
                throw new ListUnavailableException(
                    $"ConfigMap {name} in namespace {owner.Namespace} is not the one that the operator stores there. "
                    + "Delete it.",
                    exception);
            }
        }
        catch (KubernetesException exception) when (IsRefused(exception))
        {
            throw new ListUnavailableException(
                $"The operator may not create ConfigMap {name} in namespace {owner.Namespace}: {exception.Message}",
                exception);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>?> FindAsync(
        string name, string? space, CancellationToken cancellationToken)
    {
        try
        {
            return (await kubernetes.GetAsync<V1ConfigMap>(name, space, cancellationToken)) is { } found
                ? found.Data ?? []
                : null;
        }
        catch (KubernetesException exception) when (IsRefused(exception))
        {
            throw new ListUnavailableException(
                $"The operator may not read ConfigMap {name} in namespace {space}: {exception.Message}", exception);
        }
    }

    private static bool IsRefused(KubernetesException exception) => exception
        is KubernetesForbiddenException or KubernetesInvalidException or KubernetesRequestTooLargeException;
}
