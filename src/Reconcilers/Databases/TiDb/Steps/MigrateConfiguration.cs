namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Writes the migrated file of each instance of a component beside its current one and makes the new program
/// check it (docs/project/research/tidb.md#tikv). Running processes are not affected; the file is installed while its
/// instance is stopped.</summary>
/// <remarks>An entry of a plan holds 32,768 characters, and 300 instances have names of 63: their files take
/// several entries.</remarks>
/// <param name="From">The beginning of the checksum of each file as it was found, by instance.</param>
/// <param name="To">The same of the files for the new version that are different, by instance.</param>
/// <param name="Settings">Values for files of TiKVs that have none.</param>
internal sealed record MigrateConfiguration(
    DatabaseComponent Component, Dictionary<string, string> From, Dictionary<string, string>? To = null,
    List<MigrateConfiguration.SharedDefaults>? Settings = null) : TiDbStep
{
    private const int AtATime = 8;

    internal override string Verb => Component.ToString().ToLowerInvariant();

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Migrate the configuration of {Component} to {spec.ToVersion} and check it with the new program";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Package);

    /// <summary>The files of some instances; instances without a file are omitted.</summary>
    public static MigrateConfiguration Of(DatabaseComponent component, IEnumerable<TiDbInstance> instances)
    {
        var files = instances.Where(i => i.ConfigurationFrom is not null).ToList();
        var changed = files.Where(i => i.ConfigurationTo != i.ConfigurationFrom).ToList();
        var settings = files
            .Where(i => i.Settings is not null)
            .GroupBy(i => (i.Settings!.Capacity, i.Settings.Concurrency))
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
            f.Key, f.Value, To?.GetValueOrDefault(f.Key) ?? f.Value,
            Settings?.Find(s => s.Instances.Contains(f.Key, StringComparer.Ordinal)))),
    ];

    /// <summary>Values that some TiKVs share.</summary>
    /// <param name="Capacity">The block cache, as TiKV writes sizes.</param>
    /// <param name="Concurrency">The concurrency of the read pools; null leaves the program's default.</param>
    public sealed record SharedDefaults(string Capacity, int? Concurrency, List<string> Instances);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = Files().FindAll(f => Targets.Has(f.Instance));
        foreach (var some in files.Chunk(AtATime))
        {
            var seen = await Task.WhenAll(some.Select(f => ObserveAsync(f, cancellationToken)));
            if (Array.Find(seen, o => o is not Observation.Done) is { } other)
            {
                return other;
            }
        }

        var changed = files.Count(f => f.IsChanged);
        return new Observation.Done(
            $"The new programs accept {Sentences.Count(files.Count, "file", "files")}, {changed} migrated.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var file in Files().Where(f => f.IsChanged && Targets.Has(f.Instance)))
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

        var refusal = await ConfigurationCheck.RefusalAsync(Targets, instance, check, text: null, cancellationToken);
        return refusal is null ? new Observation.Done() : new Observation.Failed(Reasons.ConfigurationInvalid, refusal);
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

/// <summary>What MigrateConfiguration does to one file.</summary>
/// <param name="From">The beginning of the checksum of the file as it was found.</param>
/// <param name="To">The beginning of the checksum of the file for the new version.</param>
/// <param name="Settings">Of a TiKV: the values if the file has none; null leaves the file unchanged.</param>
internal sealed record ConfigurationFile(
    string Instance, string From, string To, MigrateConfiguration.SharedDefaults? Settings)
{
    public bool IsChanged => From != To;
}

/// <summary>Makes the program of the new version check a configuration file on a host.</summary>
internal static class ConfigurationCheck
{
    // In a temporary directory, so that a program that writes beside its file does no harm.
    private const string InTemporaryPlace = """
        d=$(mktemp -d) || exit 1; trap 'rm -rf "$d"' EXIT; cat > "$d/check.toml" && cd "$d" && "$@"
        """;

    /// <summary>Null if the program accepts a file, otherwise its output. The address of PD is needed by TiKV's check
    /// only in form (docs/project/research/tidb.md#tikv).</summary>
    /// <param name="file">Its path, or what it is if its text is given.</param>
    /// <param name="text">The text, which is written to a temporary place on the host; null if it is there.</param>
    public static async Task<string?> RefusalAsync(
        TiDbTargets targets, DatabaseInstance instance, string file, string? text, CancellationToken cancellationToken)
    {
        var program = targets.Spec.NewProgram(ProgramNames.Of(targets.Spec, instance.Component));
        var pd = targets.Spec.Of(DatabaseComponent.PD).FirstOrDefault();
        var address = pd is null ? "pd:2379" : targets.Spec.Service(pd).ToString();
        var path = text is null ? file : "check.toml";
        string[] check = instance.Component == DatabaseComponent.TiKV
            ? [program, "--pd-endpoints", address, "--config", path, "--config-check"]
            : [program, "-config", path, "-config-check"];
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(text ?? ""));
        var command = text is null
            ? new RemoteCommand(check)
            : RemoteCommand.Script(InTemporaryPlace, check) with { Input = input };
        var result = await targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken);
        return result.IsSuccess && ToolOutput.ChecksConfiguration(result.Output + "\n" + result.Errors)
            ? null
            : $"{program} refuses {file} of {instance.Name} on {instance.Host} (exit code {result.ExitCode}): "
                + $"{ToolOutput.Excerpt(result.Errors + " " + result.Output)}. Correct the file.";
    }
}

/// <summary>The replacement of the configuration file of an instance by the one that MigrateConfiguration wrote beside
/// it.</summary>
internal sealed class ConfigurationInstall(TiDbTargets targets, PlanProgress plan, DatabaseInstance instance)
{
    private readonly ConfigurationFile? _file = plan.Steps
        .Where(s => s.Is<MigrateConfiguration>())
        .Select(s => s.As<MigrateConfiguration>())
        .FirstOrDefault(s => s.Component == instance.Component)?.Files()
        .Find(f => f.Instance == instance.Name && f.IsChanged);

    private string Path => TiDbLayout.ConfigFile(instance);
    private string NewPath => targets.Spec.NewConfigFile(instance);

    /// <summary>The replacement that is left to do, checked before the instance is stopped; null if the file is
    /// installed, or the new version needs no other.</summary>
    /// <exception cref="StepActionException">The files are not those of the plan.</exception>
    public async Task<FileReplacement?> LeftAsync(CancellationToken cancellationToken)
    {
        if (_file is not { } file)
        {
            return null;
        }

        var sums = await targets.Hosts.Files(instance.Host).Sha256Async([Path, NewPath], cancellationToken);
        var (present, wanted) = (sums[0], sums[1]);
        if (IsShort(file.To, present))
        {
            return null;
        }

        if (present is null || !IsShort(file.From, present))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{Path} on {instance.Host} is not the file that the plan was made for. Restore it from the Secret in "
                + "status.configurationRef, then retry.");
        }

        return wanted is not null && IsShort(file.To, wanted)
            ? new FileReplacement(Path, wanted, present, targets.Spec.FormerConfigFile(instance), NewPath)
            : throw new StepActionException(
                Reasons.TargetChanged,
                $"{NewPath} on {instance.Host} is missing, or was changed after it had been checked. Restore it, or "
                + $"repeat {DatabaseRollingUpgradePhases.MigrateConfiguration}/"
                + $"{instance.Component.ToString().ToLowerInvariant()} with a new upgrade.");
    }

    /// <summary>Whether the file is still that of the former version, and the new one needs another.</summary>
    public async Task<bool> IsFormerAsync(CancellationToken cancellationToken) => _file is { } file
        && IsShort(file.From, (await targets.Hosts.Files(instance.Host).Sha256Async([Path], cancellationToken))[0]);

    private static bool IsShort(string start, string? sha256) =>
        sha256?.StartsWith(start, StringComparison.Ordinal) == true;
}
