namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Writes the migrated file of each instance of a component beside its current one and makes the new program
/// check it (docs/research/tidb.md#tikv). Running processes are not affected; the file is installed while its instance
/// is stopped.</summary>
/// <remarks>An entry of a plan holds 32,768 characters, and 300 instances have names of 63: their files take
/// several entries.</remarks>
/// <param name="Component">The component.</param>
/// <param name="From">The beginning of the checksum of each file as it was found, by instance.</param>
/// <param name="To">The same of the files for the new version that are different, by instance.</param>
/// <param name="Settings">Values for files of TiKVs that have none.</param>
internal sealed record MigrateConfiguration(
    DatabaseComponent Component,
    Dictionary<string, string> From,
    Dictionary<string, string>? To = null,
    List<MigrateConfiguration.SharedDefaults>? Settings = null) : TiDbStep
{
    private const int AtATime = 8;

    /// <summary>The files of some instances; instances without a file are omitted.</summary>
    public static MigrateConfiguration Of(DatabaseComponent component, IEnumerable<DiscoveredInstance> instances)
    {
        var files = instances.Where(i => i.ConfigurationFrom is not null).ToList();
        var changed = files.Where(i => i.ConfigurationTo != i.ConfigurationFrom).ToList();
        var settings = files
            .Where(i => i.Settings is not null)
            .GroupBy(i => new TikvDefaults(i.Settings!.Capacity, i.Settings.Concurrency))
            .Select(g => new SharedDefaults(g.Key.Capacity, g.Key.Concurrency, [.. g.Select(i => i.Name)]))
            .ToList();
        return new MigrateConfiguration(
            component,
            files.ToDictionary(i => i.Name, i => i.ConfigurationFrom!, StringComparer.Ordinal),
            changed.Count == 0
                ? null
                : changed.ToDictionary(i => i.Name, i => i.ConfigurationTo!, StringComparer.Ordinal),
            settings.Count == 0 ? null : settings);
    }

    public List<ConfigurationFile> Files() =>
    [
        .. From.Select(f => new ConfigurationFile(
            f.Key,
            f.Value,
            To?.GetValueOrDefault(f.Key) ?? f.Value,
            Settings?.Find(s => s.Instances.Contains(f.Key, StringComparer.Ordinal))?.Values)),
    ];

    /// <summary>Values that some TiKVs share.</summary>
    public sealed record SharedDefaults(string Capacity, int? Concurrency, List<string> Instances)
    {
        [JsonIgnore]
        public TikvDefaults Values => new(Capacity, Concurrency);
    }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = Files();
        foreach (var some in files.Chunk(AtATime))
        {
            var seen = await Task.WhenAll(some.Select(f => ObserveAsync(f, cancellationToken)));
            if (Array.Find(seen, o => o is not Observation.Done) is { } other)
            {
                return other;
            }
        }

        var changed = files.Count(f => f.IsChanged);
        return new Observation.Done($"The new programs accept {files.Count} files, {changed} of them migrated.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var file in Files().Where(f => f.IsChanged))
        {
            var instance = Targets.Instance(file.Instance);
            var host = Targets.Hosts.Files(instance.Host);
            var present = await host.ReadAsync(TiDbLayout.ConfigFile(instance), cancellationToken);
            if (present is null || ContentHash.Short(present) == file.To)
            {
                continue;
            }

            var wanted = Migrate(file, instance, present);
            var path = Spec.NewConfigFile(instance);
            var beside = await host.ReadAsync(path, cancellationToken);
            if (beside != wanted)
            {
                Targets.EnsureMayAct();
                var former = beside is null ? null : ContentHash.Of(beside);
                await host.WriteAsync(path, wanted, former, keepAs: null, cancellationToken);
            }
        }
    }

    private async Task<Observation> ObserveAsync(ConfigurationFile file, CancellationToken cancellationToken)
    {
        var instance = Targets.Instance(file.Instance);
        var host = Targets.Hosts.Files(instance.Host);
        var path = TiDbLayout.ConfigFile(instance);
        var now = await host.ReadAsync(path, cancellationToken) is { } present ? ContentHash.Short(present) : null;
        if (now is null || (now != file.From && now != file.To))
        {
            return new Observation.Failed(
                Reasons.TargetChanged,
                $"{path} on {instance.Host} is not the file that the plan was made for. Restore it, or create a new "
                + "upgrade for the new file.");
        }

        var check = path;
        if (file.IsChanged && now != file.To)
        {
            check = Spec.NewConfigFile(instance);
            if (await host.ReadAsync(check, cancellationToken) is not { } beside
                || ContentHash.Short(beside) != file.To)
            {
                return new Observation.NotStarted($"{check} on {instance.Host} is not written yet.");
            }
        }

        var refusal = await ConfigurationCheck.RefusalAsync(Targets, instance, check, cancellationToken);
        return refusal is null
            ? new Observation.Done()
            : new Observation.Failed(Reasons.ConfigurationInvalid, refusal);
    }

    private string Migrate(ConfigurationFile file, DatabaseInstance instance, string present)
    {
        // Memory and CPUs are not read again: the plan has the values that were shown.
        var settings = file.Settings is not { } known
            ? null
            : TikvSettings.Of(Spec, instance, memory: 0, cpus: 1) with
            {
                Capacity = known.Capacity,
                Concurrency = known.Concurrency,
            };
        var wanted = ConfigurationMigration.Migrate(instance.Component, present, settings).Text;
        return ContentHash.Short(wanted) == file.To
            ? wanted
            : throw new StepActionException(
                Reasons.TargetChanged,
                $"{TiDbLayout.ConfigFile(instance)} on {instance.Host} now migrates to another file than the plan "
                + "shows. Create a new upgrade for it.",
                retryable: false);
    }
}
