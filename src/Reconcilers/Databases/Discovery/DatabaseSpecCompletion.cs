namespace Drydock.Reconcilers.Databases;

/// <summary>Makes a spec complete with its own defaults and with what preflight found. Everything after the search sees
/// only complete specs. Pure.</summary>
internal static class DatabaseSpecCompletion
{
    /// <summary>Whether the spec describes every process itself, so that nothing has to be found.</summary>
    public static bool IsComplete(DatabaseRollingUpgradeSpec spec) =>
        spec.DiscoverFrom is null && spec.Instances.TrueForAll(i => IsDescribed(spec, i));

    public static bool IsDescribed(DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        spec.ControlOf(instance) is not null
        && spec.DeployDirOf(instance, DefaultPorts.Service(spec, instance)) is not null;

    public static DatabaseRollingUpgrade Complete(DatabaseRollingUpgrade upgrade, DatabaseInventory? inventory) =>
        Complete(upgrade.Spec, inventory) is var spec && ReferenceEquals(spec, upgrade.Spec)
            ? upgrade
            : upgrade with { Spec = spec };

    /// <summary>The spec with every process, each with its directory and control as far as they are known. What the
    /// spec says is kept; instances of the spec come first.</summary>
    /// <param name="inventory">What was found; null if nothing was looked for.</param>
    public static DatabaseRollingUpgradeSpec Complete(DatabaseRollingUpgradeSpec spec, DatabaseInventory? inventory)
    {
        var found = inventory?.Instances ?? [];
        if (inventory is null && spec.Instances.TrueForAll(i => i.DeployDir.Length > 0))
        {
            return spec;
        }

        return spec with
        {
            FromVersion = spec.FromVersion.Length > 0 ? spec.FromVersion : inventory?.FromVersion ?? "",
            Tidb = spec.Tidb is { Backup: { Storage: null } backup } tidb
                ? tidb with { Backup = backup with { Storage = StorageSpec.Default(inventory?.StorageDirectory) } }
                : spec.Tidb,
            Instances =
            [
                .. spec.Instances.Select(i => Fill(spec, i, found.Find(f => IsSame(spec, i, f)))),
                .. found.Where(f => !spec.Instances.Exists(i => IsSame(spec, i, f)))
                    .Select(f => Fill(spec, Instance(f), f)),
            ],
        };
    }

    public static bool IsSame(DatabaseRollingUpgradeSpec spec, DatabaseInstance written, InventoryInstance found) =>
        written.Component == found.Component
        && DefaultPorts.Service(spec, written) == found.Port
        && string.Equals(written.Host, found.Host, StringComparison.OrdinalIgnoreCase);

    private static DatabaseInstance Instance(InventoryInstance found) =>
        new() { Name = found.Name, Component = found.Component, Host = found.Host };

    private static DatabaseInstance Fill(
        DatabaseRollingUpgradeSpec spec, DatabaseInstance written, InventoryInstance? found)
    {
        var port = written.Port ?? found?.Port;
        return written with
        {
            Port = port,
            StatusPort = written.StatusPort ?? found?.StatusPort,
            DeployDir = spec.DeployDirOf(written, port ?? DefaultPorts.Service(spec, written))
                ?? found?.DeployDir
                ?? "",
            DataDir = written.DataDir ?? found?.DataDir,
            ConfigFile = written.ConfigFile ?? found?.ConfigFile,
            Control = spec.ControlOf(written) is null ? found?.Control?.AsSetting() : written.Control,
        };
    }
}

/// <summary>The discovery of an engine, for a spec that is completed with its defaults and with what was found. What
/// was found is part of the plan's hash, and the plan names it. Pure.</summary>
/// <param name="inner">The engine's own, made with the complete spec.</param>
/// <param name="inventory">What was found; without instances if the spec describes every process.</param>
internal sealed class CompletedDiscovery(IRunDiscovery inner, DatabaseInventory inventory)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    private const int MostNames = 12;

    public string TargetIdentity => inner.TargetIdentity;
    public IReadOnlyList<string> TargetAddresses => inner.TargetAddresses;
    public string TargetDescription => inner.TargetDescription;

    public Plan Compile(DatabaseRollingUpgradeSpec spec)
    {
        var complete = DatabaseSpecCompletion.Complete(spec, inventory);
        var plan = inner.Compile(complete);
        return inventory.Instances.Count == 0 ? plan : plan with
        {
            Found = FoundIn(complete),
            Notes = [.. plan.Notes, .. Found(spec, inventory)],
        };
    }

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        (DatabaseRollingUpgradeStatus)inner.Learn(status, DatabaseSpecCompletion.Complete(spec, inventory), now) with
        {
            Inventory = inventory,
        };

    // An approval is for these hosts, directories and controls.
    private static string FoundIn(DatabaseRollingUpgradeSpec complete) => FieldClasses.Hash(
        new DatabaseRollingUpgradeSpec { Instances = complete.Instances }, FieldClass.Identity);

    private static IEnumerable<string> Found(DatabaseRollingUpgradeSpec spec, DatabaseInventory inventory)
    {
        foreach (var group in inventory.Instances.GroupBy(i => i.Component))
        {
            var listed = group.Count(f => spec.Instances.Exists(i => DatabaseSpecCompletion.IsSame(spec, i, f)));
            var also = listed > 0 ? $" ({listed} of them in spec.instances)" : "";
            yield return $"Preflight found {group.Key}: {Sentences.List([.. group.Select(i => i.Name)], MostNames)}"
                + $"{also}. Its steps show where each is installed and how it is controlled.";
        }
    }
}
