using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where the storages are that specs name; asks no storage.</summary>
internal interface IStoragePlaces
{
    /// <summary>Whether all namespaces share the storage (<c>--storage-shared</c>).</summary>
    bool Shared => false;

    /// <summary>Why objects of a namespace may not use a storage; null if they may. Looks nothing up, so that it does
    /// not say what exists.</summary>
    string? Refusal(StorageSpec storage, string? @namespace) => null;

    /// <summary>The place for messages, without secrets: for a directory its real path.</summary>
    string Describe(StorageSpec storage, string? @namespace) => StorageText.Describe(storage);

    /// <summary>Findings about the storages of a spec that objects of its namespace may not use.</summary>
    /// <param name="storages">The storages with the fields that name them.</param>
    /// <param name="namespace">Namespace of the object.</param>
    IEnumerable<Finding> Refusals(IEnumerable<(StorageSpec? Storage, string Field)> storages, string? @namespace)
    {
        foreach (var (storage, field) in storages)
        {
            if (storage is not null && Refusal(storage, @namespace) is { } refusal)
            {
                yield return new Finding { Reason = Reasons.InvalidSpec, Message = refusal, Field = field };
            }
        }
    }
}
