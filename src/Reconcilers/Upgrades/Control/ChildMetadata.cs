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

    /// <summary>Whether this attempt of this step has made it, and it was not applied again since.</summary>
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
