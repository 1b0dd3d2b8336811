namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Copies the package of the new version to a host, or a group of hosts, beside the old one, and checks the
/// version of every program (<c>-V</c>). The checksums of the programs are its facts: later steps use them to tell
/// which version a process runs.</summary>
[StoredAs("PreparePackage")]
internal sealed record PrepareTiDbPackage(List<string> Hosts, string Directory) : TiDbStep
{
    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Prepare package {spec.ToVersion} on {node}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Package);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in Hosts)
        {
            var request = Spec.Package(host);
            var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong
                    ? throw new StepActionException(
                        Reasons.PackageCorrupt, $"{host}: {state.Problem}", retryable: false)
                    : new Observation.NotStarted($"{host}: {state.Problem}");
            }

            if (await WrongFileAsync(host, cancellationToken) is { } file)
            {
                return new Observation.Failed(Reasons.PackageCorrupt, file);
            }

            foreach (var program in request.Programs)
            {
                if (await WrongVersionAsync(Targets, host, program, cancellationToken) is { } wrong)
                {
                    return new Observation.Failed(Reasons.VersionMismatch, wrong);
                }

                var sha256 = state.Programs.GetValueOrDefault(program) ?? throw new StepActionException(
                    Reasons.PackageMissing, $"{host}: {program} is missing in {Spec.Package.Directory}/bin.");
                if (facts.TryGetValue(program, out var other) && other != sha256)
                {
                    return new Observation.Failed(
                        Reasons.PackageCorrupt,
                        $"{program} on {host} differs from that on {Hosts[0]}. Copy the same package to all hosts.");
                }

                facts[program] = sha256;
            }
        }

        return facts.Count > 0
            ? new Observation.Done($"{string.Join(", ", facts.Keys)} {Spec.ToVersion}", facts)
            : new Observation.Done($"The package is in {Spec.Package.Directory}.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var host in Hosts)
        {
            Targets.EnsureMayAct();
            var files = Targets.Hosts.Files(host);
            await files.PreparePackageAsync(Spec.Package(host), cancellationToken);
        }
    }

    // Files of monitoring services that come from the package.
    private async Task<string?> WrongFileAsync(string host, CancellationToken cancellationToken)
    {
        var files = Targets.Settings.Services()
            .Where(s => s.Host == host)
            .SelectMany(s => MonitoringLayout.PackageFiles(Spec, s))
            .DistinctBy(f => f.From, StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
        {
            return null;
        }

        var sums = await Targets.Hosts.Files(host).Sha256Async([.. files.Select(f => f.From)], cancellationToken);
        return files
            .Select((file, i) => MonitoringLayout.FileProblem(host, file, sums[i]))
            .FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Why a program of the package is not of the new version; null if it is.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<string?> WrongVersionAsync(
        TiDbTargets targets, string host, string program, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var path = spec.NewProgram(program);
        var asked = await ToolOutput.AskAsync(targets.Hosts.Files(host), path, cancellationToken);
        return TiDbVersion.Same(asked.Version ?? "", spec.ToVersion)
            ? null
            : $"`{path} -V` on {host} reports {asked}, expected {spec.ToVersion} (spec.toVersion). Provide the package "
                + "of that version.";
    }
}

/// <summary>Saves every instance's configuration file and start script (scripts/run_*.sh, where tidb-ansible has put
/// one) and PD's own configuration (<c>config show all</c>) into a Secret, and into the storage beside the backup
/// (docs/project/research/tidb.md#procedure). Drainers' files contain the password of their downstream and are saved in
/// the Secret only. Neither copy has an owner, so deleting the upgrade keeps them. They are never
/// overwritten.</summary>
/// <param name="Storage">The storage of the backup (<see cref="StorageText"/>); null if there is none.</param>
[Step("files", "Save configuration files and PD's configuration")]
internal sealed record SaveConfiguration(string? Storage = null) : TiDbStep
{
    /// <summary>Key of PD's schedule limits in the Secret, as <see cref="PdSchedule.LimitsText"/> writes
    /// them.</summary>
    public const string LimitsFile = "schedule-limits.txt";

    /// <summary>Key of the PD members that have a leader_priority in the Secret.</summary>
    public const string PrioritiesFile = "leader-priority.txt";

    /// <summary>Key of PD's configuration in the Secret, and its name in the storage.</summary>
    public const string PdConfig = "pd.json";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Backup) + Later;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => ConfigurationSecret.LookAsync(
            Targets.Context, context, Storage is null ? "" : " and in the storage of the backup", cancellationToken);

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        ConfigurationSecret.ReserveAsync(Targets.Context, context);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = await FilesAsync(cancellationToken);
        files[PdConfig] = await Targets.Pd.ConfigTextAsync(cancellationToken);
        files[LimitsFile] = (await Targets.Pd.ScheduleAsync(cancellationToken)).LimitsText();
        files[PrioritiesFile] = PdSchedule.Text(
            (await Targets.Pd.MembersAsync(cancellationToken)).Members
                .Where(m => m.LeaderPriority != 0)
                .Select(m => (m.Name, (long)m.LeaderPriority)));
        if (Storage is { } text)
        {
            await StoreAsync(context, text, files, cancellationToken);
        }

        // The Secret comes last: it shows that everything is saved.
        await ConfigurationSecret.CreateAsync(Targets.Context, context, files, cancellationToken);
    }

    private async Task StoreAsync(
        StepContext context, string text, SortedDictionary<string, string> files, CancellationToken cancellationToken)
    {
        var upgrade = Targets.Context.Upgrade.Metadata;
        var place = StorageText.Parse(text, Targets.Settings.Backup?.Storage);
        var storage = await Targets.Context.Storages.OpenAsync(place, upgrade.Namespace, cancellationToken);
        var drainers = Spec.Of(DatabaseComponent.Drainer).SelectMany(d => new[] { KeyOf(d), ScriptOf(d) })
            .ToHashSet(StringComparer.Ordinal);
        Targets.EnsureMayAct();
        var directory = $"{upgrade.Namespace ?? "default"}/{context.Receipt(ConfigurationSecret.NameKey)}";
        foreach (var (file, content) in files.Where(f => !drainers.Contains(f.Key)))
        {
            if (await storage.StatAsync($"{directory}/{file}", cancellationToken) is null)
            {
                await using var writer = await storage.CreateAsync($"{directory}/{file}", cancellationToken);
                await writer.Content.WriteAsync(Encoding.UTF8.GetBytes(content), cancellationToken);
                await writer.CompleteAsync(cancellationToken);
            }
        }
    }

    private async Task<SortedDictionary<string, string>> FilesAsync(CancellationToken cancellationToken)
    {
        var read = await SideBySide.EachAsync(Spec.Instances, ReadAsync, cancellationToken);
        return new SortedDictionary<string, string>(
            read.SelectMany(f => f).Where(f => f.Text is not null)
                .ToDictionary(f => f.Name, f => f.Text!, StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    // The start script has the flags that the configuration file lacks.
    private async Task<IReadOnlyList<(string Name, string? Text)>> ReadAsync(
        DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Files(instance.Host);
        return
        [
            (KeyOf(instance), await host.ReadAsync(TiDbLayout.ConfigFile(instance), cancellationToken)),
            (ScriptOf(instance), await host.ReadAsync(TiDbLayout.StartScript(instance), cancellationToken)),
        ];
    }

    private static string ScriptOf(DatabaseInstance instance) => $"{instance.Name}.sh";

    private static string KeyOf(DatabaseInstance instance) => $"{instance.Name}.toml";
}
