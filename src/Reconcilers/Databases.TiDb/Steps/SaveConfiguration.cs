namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Saves every instance's configuration file and start script (scripts/run_*.sh, where tidb-ansible has put
/// one) and PD's own configuration (<c>config show all</c>) into a Secret, and into the storage beside the backup
/// (docs/research/tidb.md#procedure). Drainers' files contain the password of their downstream and are saved in the
/// Secret only. Neither copy has an owner, so deleting the upgrade keeps them. They are never overwritten.</summary>
/// <param name="Storage">The storage of the backup (<see cref="StorageText"/>); null if there is none.</param>
internal sealed record SaveConfiguration(string? Storage = null) : TiDbStep
{
    /// <summary>Key of PD's schedule limits in the Secret, as <see cref="PdSchedule.LimitsText"/> writes
    /// them.</summary>
    public const string LimitsFile = "schedule-limits.txt";

    /// <summary>Key of the PD members that have a leader_priority in the Secret.</summary>
    public const string PrioritiesFile = "leader-priority.txt";

    /// <summary>Key of PD's configuration in the Secret, and its name in the storage.</summary>
    public const string PdConfig = "pd.json";

    internal override string Verb => "files";

    internal override string Title(string? node) => "Save configuration files and PD's configuration";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Backup) + Later;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => ConfigurationSecret.LookAsync(
            Targets.Context, context, Storage is null ? "" : " and in the storage of the backup", cancellationToken);

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
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
        var place = StorageText.Parse(text, Targets.Settings.Backup.Storage);
        var storage = await Targets.Context.Storages.OpenAsync(place, upgrade.Namespace, cancellationToken);
        var drainers = Spec.Of(DatabaseComponent.Drainer).SelectMany(d => new[] { KeyOf(d), ScriptOf(d) })
            .ToHashSet(StringComparer.Ordinal);
        Targets.EnsureMayAct();
        var name = ConfigurationSecret.Name(upgrade, context.Plan.AttemptsBefore);
        var directory = $"{upgrade.Namespace ?? "default"}/{name}";
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
        var read = await SideBySide.SelectAsync(Spec.Instances, i => ReadAsync(i, cancellationToken));
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in read.SelectMany(f => f).Where(f => f.Text is not null))
        {
            files[name] = text!;
        }

        return files;
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
