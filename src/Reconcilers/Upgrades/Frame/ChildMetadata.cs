namespace Drydock.Reconcilers.Upgrades;

/// <summary>Metadata of the objects that a run creates.</summary>
internal static class ChildMetadata
{
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
