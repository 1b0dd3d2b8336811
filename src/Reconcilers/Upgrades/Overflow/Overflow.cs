namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a run produces and its status is too small for, in objects that are deleted with the run: long lists
/// in ConfigMaps, the output of commands in Secrets. Only creates: the name contains the hash of the list, or the step
/// and its attempt, so a write that is repeated after a crash finds its own object, and one that arrives late changes
/// nothing that is in use.</summary>
/// <param name="ensureMayAct">Throws if this process may not write any more.</param>
internal sealed class Overflow(IKubernetesClient kubernetes, string kind, Action ensureMayAct)
{
    // By hash: what was read once is not read again at every look of a step.
    private readonly ConcurrentDictionary<string, IReadOnlyList<ListSection>> _known = new(StringComparer.Ordinal);

    /// <summary>Stores a list; nothing is written that is there already.</summary>
    /// <param name="what">What the list is, a word for the names of the ConfigMaps.</param>
    /// <exception cref="ListUnavailableException">The API server refuses it.</exception>
    /// <exception cref="KubernetesException">The API server gave no clear answer: to be repeated.</exception>
    public async Task<ListReference> StoreListAsync(
        V1ObjectMeta owner, string what, DividedList list, CancellationToken cancellationToken)
    {
        var reference = list.Reference(owner, what);
        for (var part = 0; part < list.Parts.Count; part++)
        {
            await CreateAsync(owner, DividedList.NameOf(reference, part), list.Parts[part], cancellationToken);
        }

        return reference;
    }

    /// <exception cref="ListUnavailableException">It is not there, or not as it was stored.</exception>
    /// <exception cref="KubernetesException">The API server gave no clear answer: to be repeated.</exception>
    public async Task<IReadOnlyList<ListSection>> ReadListAsync(
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

    /// <summary>Stores the output of a command; gives the name of its Secret.</summary>
    /// <param name="output">The output, without secrets.</param>
    /// <exception cref="KubernetesException">It was not stored, or it is not known whether it was.</exception>
    public async Task<string> StoreOutputAsync(
        V1ObjectMeta owner, StepContext context, string output, CancellationToken cancellationToken)
    {
        var name = ObjectNames.Overflow(owner, context.Step.Id, $"{context.Plan.Tag}-{context.Step.Attempt}");

        // Stored before: the output of an attempt does not change after its end.
        await IsNewAsync(
            new V1Secret
            {
                Metadata = ChildMetadata.Owned(name, kind, owner).MadeBy(context),
                Type = "Opaque",
                Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                {
                    ["output"] = Encoding.UTF8.GetBytes(output),
                    ["step"] = Encoding.UTF8.GetBytes(context.Step.Id),
                },
                Immutable = true,
            },
            cancellationToken);
        return name;
    }

    private async Task CreateAsync(
        V1ObjectMeta owner,
        string name,
        SortedDictionary<string, string> data,
        CancellationToken cancellationToken)
    {
        try
        {
            var map = new V1ConfigMap
            {
                Metadata = ChildMetadata.Owned(name, kind, owner),
                Data = new Dictionary<string, string>(data, StringComparer.Ordinal),
                Immutable = true,
            };
            if (!await IsNewAsync(map, cancellationToken)
                && await FindAsync(name, owner.Namespace, cancellationToken) is { } there
                && !(there.Count == data.Count && data.All(e => there.GetValueOrDefault(e.Key) == e.Value)))
            {
                throw new ListUnavailableException(
                    $"ConfigMap {name} in namespace {owner.Namespace} is not the one that the operator stores there. "
                    + "Delete it.");
            }
        }
        catch (KubernetesException exception) when (IsRefused(exception))
        {
            throw new ListUnavailableException(
                $"ConfigMap {name} cannot be created: {exception.Message}",
                exception);
        }
    }

    private Task<bool> IsNewAsync<T>(T wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ensureMayAct();
        return kubernetes.CreateOnceAsync(wanted, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, string>?> FindAsync(
        string name, string? space, CancellationToken cancellationToken)
    {
        try
        {
            return (await kubernetes.GetAsync<V1ConfigMap>(name, space, cancellationToken)) is { } found
                ? (found.Data ?? new Dictionary<string, string>(StringComparer.Ordinal)).AsReadOnly()
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

/// <summary>A list cannot be stored, or is not there as it was stored; another attempt does not help without an
/// administrator. The message is a whole sentence.</summary>
internal sealed class ListUnavailableException(string message, Exception? innerException = null)
    : TargetException(Reasons.AccessDenied, message, innerException)
{
    public override bool IsRetryable => false;
}
