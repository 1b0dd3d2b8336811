namespace Drydock.Reconcilers.Upgrades;

/// <summary>Metadata of the objects that a run creates, and their creation.</summary>
internal static class ChildMetadata
{
    /// <summary>Creates an object whose name is in a receipt or says what is in it.</summary>
    /// <returns>False: it exists already, as an earlier operator process created it.</returns>
    public static async Task<bool> CreateOnceAsync<T>(
        this IKubernetesClient kubernetes, T wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            await kubernetes.CreateAsync(wanted, cancellationToken);
            return true;
        }
        catch (KubernetesAlreadyExistsException)
        {
            return false;
        }
    }

    public static V1ObjectMeta Of(string name, string kind, V1ObjectMeta owner) => new()
    {
        Name = name,
        Namespace = owner.Namespace,
        Labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Labels.ManagedBy] = Labels.Drydock,
            [Labels.UpgradeKind] = kind,
            [Labels.UpgradeName] = ObjectNames.Label(owner.Name),
            [Labels.UpgradeUid] = owner.Uid ?? "",
        },
        Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.Upgrade] = owner.Name },
    };

    /// <summary>The metadata of what an attempt of a step makes: they name plan, step and attempt.</summary>
    public static V1ObjectMeta MadeBy(this V1ObjectMeta metadata, StepContext context) => metadata with
    {
        Labels = new Dictionary<string, string>(metadata.Labels!, StringComparer.Ordinal)
        {
            [Labels.PlanId] = context.Plan.Id,
            [Labels.PlanNumber] = $"{context.Plan.Number}",
        },
        Annotations = new Dictionary<string, string>(metadata.Annotations!, StringComparer.Ordinal)
        {
            [Annotations.Step] = context.Step.Id,
            [Annotations.Attempt] = $"{context.Step.Attempt}",
        },
    };

    /// <summary>Whether this attempt of this step has made it, and nobody has applied it again.</summary>
    public static bool IsMadeBy(this V1ObjectMeta metadata, StepContext context) =>
        metadata.Label(Labels.UpgradeUid) == context.OwnerUid
        && metadata.Label(Labels.PlanId) == context.Plan.Id
        && metadata.Annotation(Annotations.Step) == context.Step.Id
        && metadata.Annotation(Annotations.Attempt) == $"{context.Step.Attempt}"
        && metadata.Annotation(Annotations.LastApplied) is null;

    public static V1ObjectMeta Owned(string name, string kind, V1ObjectMeta owner) => Of(name, kind, owner) with
    {
        OwnerReferences =
        [
            new V1OwnerReference
            {
                ApiVersion = ApiGroup.ApiVersion,
                Kind = kind,
                Name = owner.Name,
                Uid = owner.Uid ?? "",
            },
        ],
    };
}

/// <summary>Names of the objects a run makes beside itself: found again after any crash, and never another run's. Any
/// legal name of the run will do.</summary>
internal static class ObjectNames
{
    // What the server allows.
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const int LongestStem = 150;

    /// <summary>What all of them begin with, at most 159 characters. Another object of the same name later has another
    /// uid.</summary>
    public static string Stem(V1ObjectMeta owner)
    {
        var name = owner.Name.Length > LongestStem ? owner.Name[..LongestStem].TrimEnd('-', '.') : owner.Name;
        return $"{name}-{(owner.Uid is { Length: >= 8 } uid ? uid[..8] : "00000000")}";
    }

    /// <summary>An object of the run's <see cref="Upgrades.Overflow"/>.</summary>
    /// <param name="what">What it holds: a word, or the id of a step.</param>
    /// <param name="suffix">What tells it from others of that kind: a hash, or a number.</param>
    public static string Overflow(V1ObjectMeta owner, string what, string suffix) =>
        Cut($"{Stem(owner)}-{what.Replace('/', '-').ToLowerInvariant()}-{suffix}", LongestName);

    /// <summary>What an attempt of a step makes. Number and id of the plan keep it from the name of all that was ever
    /// made.</summary>
    /// <param name="what">What it is; null for what the run is best known by.</param>
    public static string OfStep(V1ObjectMeta owner, StepContext context, string? what = null) => string.Join(
        '-', new[] { Stem(owner), context.Plan.Tag, what, $"{context.Step.Attempt}" }.OfType<string>());

    public static string Label(string name) => Cut(name, LongestLabel);

    // Of two long names that begin alike the hashes differ.
    public static string Cut(string name, int longest)
    {
        if (name.Length <= longest)
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..10];
        return $"{name[..(longest - hash.Length - 1)].TrimEnd('-', '.')}-{hash}";
    }
}
