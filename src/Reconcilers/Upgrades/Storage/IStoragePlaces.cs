namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where the storages are that specs name; asks no storage.</summary>
internal interface IStoragePlaces
{
    bool Shared => false;

    /// <summary>Why objects of a namespace may not use a storage; null if they may. Looks nothing up, so that it does
    /// not say what exists.</summary>
    string? Refusal(StorageSpec storage, string? @namespace) => null;

    string Describe(StorageSpec storage, string? @namespace) => StorageText.Describe(storage);

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
