namespace Drydock.Reconcilers.Databases;

/// <summary>The discovery of an engine, for a spec that is completed with its defaults and with what was found. What
/// was found is part of the plan's hash, and the plan names it. Pure.</summary>
/// <param name="inner">The engine's own, made with the complete spec.</param>
/// <param name="inventory">What was found; null if the spec describes every process.</param>
internal sealed class CompletedDiscovery(IRunDiscovery inner, DatabaseInventory? inventory)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    private const int MostNames = 12;

    public string TargetIdentity => inner.TargetIdentity;

    public IReadOnlyList<string> TargetAddresses => inner.TargetAddresses;

    public string TargetDescription => inner.TargetDescription;

    public IReadOnlyList<string> MustBeFree => inner.MustBeFree;

    public Plan Compile(DatabaseRollingUpgradeSpec spec)
    {
        var complete = SpecCompletion.Complete(spec, inventory);
        var plan = inner.Compile(complete);
        return inventory is null ? plan : plan with
        {
            Hash = HashOf(plan.Hash, complete),
            Notes = [.. plan.Notes, .. Found(spec, inventory)],
        };
    }

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        (DatabaseRollingUpgradeStatus)inner.Learn(status, SpecCompletion.Complete(spec, inventory), now) with
        {
            Inventory = inventory,
        };

    public async Task<DatabaseRollingUpgradeStatus> StoreListsAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        (DatabaseRollingUpgradeStatus)await inner.StoreListsAsync(status, cancellationToken);

    // An approval is for these hosts, directories and controls.
    private static string HashOf(string plan, DatabaseRollingUpgradeSpec complete)
    {
        var found = FieldClasses.Hash(
            new DatabaseRollingUpgradeSpec { Instances = complete.Instances }, FieldClass.Identity);
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{plan}\n{found}")))}";
    }

    private static IEnumerable<string> Found(DatabaseRollingUpgradeSpec spec, DatabaseInventory inventory)
    {
        foreach (var group in inventory.Instances.GroupBy(i => i.Component))
        {
            var listed = group.Count(f => spec.Instances.Exists(i => SpecCompletion.IsSame(spec, i, f)));
            var also = listed > 0 ? $" ({listed} of them in spec.instances)" : "";
            yield return $"Preflight found {group.Key}: {Sentences.List([.. group.Select(i => i.Name)], MostNames)}"
                + $"{also}. status.inventory shows where each is installed and how it is "
                + "controlled.";
        }
    }
}
