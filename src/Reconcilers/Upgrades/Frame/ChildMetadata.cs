using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Metadata of the objects that a run creates.</summary>
internal static class ChildMetadata
{
    /// <summary>Metadata of an object that is kept when the run is deleted.</summary>
    /// <param name="name">Name of the object.</param>
    /// <param name="kind">The run's kind.</param>
    /// <param name="owner">Metadata of the run.</param>
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

    /// <summary>Metadata of an object that is deleted with the run.</summary>
    /// <param name="name">Name of the object.</param>
    /// <param name="kind">The run's kind.</param>
    /// <param name="owner">Metadata of the run.</param>
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
