namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps about the row <c>ha.config</c> (docs/project/research/oms.md#high-availability). A
/// value is only written over the one that was read before.</summary>
/// <param name="Database">The rm database.</param>
internal abstract record HaConfigStep(string Database) : OmsStep
{
    protected const string ExpectedKey = "expected";

    internal override string Verb => "ha-config";

    /// <summary>Whether high availability is on after the step; null if the step does not switch it.</summary>
    internal virtual bool? Enables => null;

    internal override string? Runs => Enables is null ? null : HaConfigTable.Swap(Database);

    protected async Task<HaConfigRow> RowAsync(CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        return await metadata.ReadHaConfigAsync(Database, cancellationToken);
    }

    protected async Task SwapAsync(
        string expected,
        string target,
        CancellationToken cancellationToken,
        string problem = "changed a moment before the write")
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        Ensure(await metadata.CompareAndSwapHaConfigAsync(Database, expected, target, cancellationToken), problem);
    }

    protected static void Ensure(bool written, string problem = "changed a moment before the write")
    {
        if (!written)
        {
            throw new StepActionException(Reasons.TargetChanged, $"ha.config {problem}. Nothing was written.");
        }
    }

    protected static bool IsOn(string? raw) => raw is not null && HaConfig.Parse(raw).Enable;
}

/// <summary>Writes <c>enable: false</c> into ha.config, only if the row still is what the plan was made for; every
/// other key stays byte for byte.</summary>
/// <param name="Previous">ha.config for which the plan was made.</param>
[Effect(Effect.Changes)]
internal sealed record DisableHighAvailability(string Database, string Previous) : HaConfigStep(Database), IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Less, "High availability is off until the upgrade or a rollback ends.")];

    internal override bool? Enables => false;
    internal override string Title(string? node) => "Disable high availability in ha.config";

    internal override void Undo(OmsRollback back, Step done)
    {
        if (back.IsPastT1)
        {
            back.Phase(OmsUpgradePhases.RestoreHA, () => [Restore(back)]);
            return;
        }

        var last = back.Undo(new UndoDisableHighAvailability(Database, Previous));
        foreach (var console in back.Done.Steps.Where(s => s.Is<RestartConsole>() && s.HasEverBegun))
        {
            last = back.Undo(console.As<RestartConsole>(), console.Node, [last]);
        }
    }

    private string Restore(OmsRollback back)
    {
        var margin = HaConfig.Perceives(Previous) ? null : back.Spec.HighAvailability.RefetchMargin;
        var written = back.Add(new RestoreHighAvailabilityAfterRollback(Database, Previous, back.StoppedAt, margin));
        return back.RestartConsoles(
            Database,
            enabled: true,
            written,
            n => back.Done.Step<RestartConsole>(n.Name, OmsUpgradePhases.DisableHA)!.As<RestartConsole>() with
            {
                Container = n.OldContainer,
            });
    }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = (await RowAsync(cancellationToken)).Raw;
        return !IsOn(raw) ? new Done("ha.config says enable: false.")
            : raw == Previous ? new NotStarted("ha.config says enable: true.")
            : new Failed(
                Reasons.TargetChanged,
                "ha.config was changed since the plan was made, and high availability is still on. Set ha.config in "
                + "the console to the value in status.highAvailability.before, then retry.");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) => SwapAsync(
        Previous,
        HaConfig.Parse(Previous).Disabled().Raw,
        cancellationToken,
        "is not what the plan was made for");
}

/// <summary>Undoes <see cref="DisableHighAvailability"/>: writes the former ha.config, only if the row is what that
/// step wrote.</summary>
/// <param name="Previous">ha.config before the upgrade.</param>
internal sealed record UndoDisableHighAvailability(string Database, string Previous) : HaConfigStep(Database)
{
    internal override bool? Enables => true;
    internal override string Title(string? node) => "Restore ha.config";

    private string Disabled => HaConfig.Parse(Previous).Disabled().Raw;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = (await RowAsync(cancellationToken)).Raw;
        return raw == Previous ? new Done("ha.config is as it was before the upgrade.")
            : raw == Disabled ? new NotStarted("ha.config says enable: false.")
            : raw is not null && HaConfig.TryParse(raw, out var present, out _) && present.Enable
            ? new Done(
                "High availability is on as before. Another session changed ha.config in the meantime, and the "
                + "operator does not overwrite it.")
            : new Failed(
                Reasons.TargetChanged,
                "Another session changed ha.config in the meantime, and the operator does not overwrite it. Its value "
                + "before the upgrade is in status.highAvailability.before: set it in the console, or annotate "
                + "`drydock.dev/on-delete: Abandon`.");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        SwapAsync(Disabled, Previous, cancellationToken, "is not what this upgrade wrote");
}

/// <summary>Disables high availability on the new version before a rollback (docs/project/research/oms.md#rollback),
/// whatever its current settings: the restore discards them.</summary>
internal sealed record DisableHighAvailabilityForRollback(string Database) : HaConfigStep(Database)
{
    internal override bool? Enables => false;
    internal override string Title(string? node) => "Disable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        IsOn((await RowAsync(cancellationToken)).Raw)
            ? new NotStarted("ha.config says enable: true.")
            : new Done("ha.config says enable: false.");

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Entry(ExpectedKey, (await RowAsync(cancellationToken)).Raw ?? "");

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExpectedKey) is { Length: > 0 } expected)
        {
            await SwapAsync(expected, HaConfig.Parse(expected).Disabled().Raw, cancellationToken);
        }
    }
}

/// <summary>The base of the steps that turn high availability on. The receipt has the value that was read and the one
/// to write, so the write is found again; or why the operator cannot enable it. The time of the write is T2.</summary>
internal abstract record HaConfigWrite(string Database) : HaConfigStep(Database)
{
    private const string TargetKey = "target";
    private const string Absent = "(absent)";
    private const string LockName = "drydock.ha.config";

    internal override bool? Enables => true;

    protected virtual string Doing => "enabling high availability";

    internal override string Title(string? node) => "Enable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var notEnabled = context.Receipt(EnableHighAvailability.NotEnabledFact);
        var target = context.Receipt(TargetKey);
        if (target is null && notEnabled is null)
        {
            return new NotStarted("It is not known yet what ha.config is to be.");
        }

        var row = await RowAsync(cancellationToken);
        if (target is null)
        {
            return row.Present
                ? new NotStarted("The row ha.config exists now.")
                : new Done(notEnabled);
        }

        return row.Raw is { } raw && HaConfig.Parse(raw).Equals(HaConfig.Parse(target))
            ? new Done($"ha.config is {raw}")
            : (row.Present ? row.Raw : Absent) == context.Receipt(ExpectedKey)
            ? new NotStarted("ha.config is as it was before this step.")
            : new Failed(
                Reasons.TargetChanged,
                $"Another session changed ha.config while the operator was {Doing}. The operator reads ha.config again "
                + "and retries.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(TargetKey) is not { } target)
        {
            return;
        }

        var expected = context.Receipt(ExpectedKey)!;
        if (expected != Absent)
        {
            await SwapAsync(expected, target, cancellationToken);
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync(LockName, cancellationToken);
        Ensure(await metadata.InsertHaConfigAsync(held, Database, target, cancellationToken));
    }

    protected static Receipt Enabling(string? expected, HaConfig target, DateTimeOffset now) => Entries(
        (ExpectedKey, expected ?? Absent),
        (TargetKey, target.Raw),
        (EnableHighAvailability.EnabledAtFact, $"{now:O}"));

    protected static Receipt NotEnabled(string why) => Entry(
        EnableHighAvailability.NotEnabledFact,
        $"High availability stays off, because {why}. Set ha.config once in the console under System Management > "
        + "System Parameters.");

    protected static int Minutes(DateTimeOffset stoppedAt, DateTimeOffset now, string margin, HaConfig? former) =>
        RefetchWindow.Minutes(stoppedAt, now, KubernetesDuration.Parse(margin), former?.RefetchStoreIntervalMin);
}

/// <summary>Enables high availability: the settings of before, missing keys added, enable true, and either
/// perceiveStoreClientCheckpoint or a refetchStoreIntervalMin that covers T1 to this write. A row that never existed,
/// and that docker_init.sh did not create (Community 3.3.1 is the first to have it), is inserted under the named lock.
/// If its table has columns whose values cannot be derived, nothing is written: high availability stays off, and the
/// administrator is told to set it in the console.</summary>
/// <param name="PerceiveStoreClientCheckpoint">Whether this key is set; otherwise refetchStoreIntervalMin is
/// raised.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration.</param>
/// <param name="EnableConnectorRule">Whether the key of this name is set.</param>
/// <param name="Previous">ha.config before the upgrade; null if there was no row.</param>
internal sealed record EnableHighAvailability(
    string Database,
    bool PerceiveStoreClientCheckpoint,
    string RefetchMargin,
    bool EnableConnectorRule,
    string? Previous = null) : HaConfigWrite(Database)
{
    public const string EnabledAtFact = "enabledAt";

    /// <summary>Receipt key: why the operator could not enable high availability; a sentence.</summary>
    public const string NotEnabledFact = "notEnabled";

    internal override void Undo(OmsRollback back, Step done) => back.Phase(OmsUpgradePhases.DisableNewHA, () =>
    {
        var written = back.Add(new DisableHighAvailabilityForRollback(Database));
        return
        [
            back.RestartConsoles(
                Database, enabled: false, written, n => new RestartConsole(n.NewName, OnlyIfRunning: true)),
        ];
    });

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        if (!row.Present && await metadata.HaConfigInsertProblemAsync(Database, cancellationToken) is { } problem)
        {
            return NotEnabled(problem);
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var previous = Previous is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        int? refetch = PerceiveStoreClientCheckpoint
            ? null
            : Minutes(StoppedAt(context, now), now, RefetchMargin, previous);
        var present = row.Raw is null ? HaConfig.Default : HaConfig.Parse(row.Raw);
        var target = present.Enabled(previous, PerceiveStoreClientCheckpoint, refetch, EnableConnectorRule);
        return Enabling(row.Raw, target, now);
    }

    /// <summary>T1: when the first old container stopped, as the containers report it; now if none does.</summary>
    internal static DateTimeOffset StoppedAt(StepContext context, DateTimeOffset now) =>
        context.AllRecorded(OmsUpgradePhases.StopOld, StopContainer.FinishedAtFact)
            .Select(f => DateTimeOffset.Parse(f.Value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind))
            .DefaultIfEmpty(now)
            .Min();
}

/// <summary>A rollback after T1 of an installation whose high availability was off before the upgrade: enables it with
/// the settings that the row has (docs/project/research/oms.md#rollback). No key is added, because the version from
/// before the upgrade runs. Without perceiveStoreClientCheckpoint the refetchStoreIntervalMin is raised to the minutes
/// from T1 to this write and the margin. Without a row nothing is written, because the version may not know
/// it.</summary>
/// <param name="StoppedAt">T1.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration.</param>
internal sealed record EnableHighAvailabilityAfterRollback(
    string Database,
    DateTimeOffset StoppedAt,
    string RefetchMargin) : HaConfigWrite(Database)
{
    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        if ((await RowAsync(cancellationToken)).Raw is not { } raw)
        {
            return NotEnabled("the restored metadata have no row ha.config");
        }

        var (now, present) = (await HostTimeAsync(context, cancellationToken), HaConfig.Parse(raw));
        var target = present.WithEnable();
        return Enabling(
            raw,
            present.PerceiveStoreClientCheckpoint
                ? target
                : target.WithRefetchAtLeast(Minutes(StoppedAt, now, RefetchMargin, present)),
            now);
    }
}

/// <summary>A rollback after T1: restores ha.config to its value before the upgrade. With perceiveStoreClientCheckpoint
/// false its refetchStoreIntervalMin is raised to the minutes from T1 to this write and the margin, because the
/// restored metadata end at T1 (docs/project/research/oms.md#rollback); never below the former value. Written only over
/// what the upgrade left there: the former text with enable false.</summary>
/// <param name="Previous">ha.config before the upgrade.</param>
/// <param name="StoppedAt">T1.</param>
/// <param name="RefetchMargin">What is added to the time since T1, a duration; null if refetchStoreIntervalMin
/// stays.</param>
internal sealed record RestoreHighAvailabilityAfterRollback(
    string Database,
    string Previous,
    DateTimeOffset StoppedAt,
    string? RefetchMargin = null) : HaConfigWrite(Database)
{
    internal override string Title(string? node) => "Restore ha.config";

    protected override string Doing => "restoring it";

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = (await RowAsync(cancellationToken)).Raw;
        var previous = HaConfig.Parse(Previous);
        if (raw is null || !IsOurs(HaConfig.Parse(raw), previous))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"ha.config is {raw ?? "(no row)"}, but the upgrade left {previous.Disabled().Raw}: another session "
                + "changed it, and the operator does not overwrite it. Set ha.config in the console to that value, "
                + $"or to {previous.Raw}, then retry.");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        return Enabling(
            raw,
            RefetchMargin is { } margin
                ? previous.WithRefetchAtLeast(Minutes(StoppedAt, now, margin, previous))
                : previous,
            now);
    }

    private static bool IsOurs(HaConfig present, HaConfig previous) =>
        present.Equals(previous.Disabled()) || present.WithRefetchOf(previous).Equals(previous);
}

/// <summary>Reads ha.config once more after the consoles were restarted: a console that cached the old value could have
/// written it back.</summary>
/// <param name="Enabled">The value that <c>enable</c> must have.</param>
internal sealed record ConfirmHighAvailability(string Database, bool Enabled) : HaConfigStep(Database)
{
    internal override string Verb => "confirm";
    internal override int Attempts => 3;
    internal override string Title(string? node) => "Confirm that no console has overwritten ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var on = IsOn((await RowAsync(cancellationToken)).Raw);
        if (Enabled && !on
            && (context.Plan.First(OmsUpgradePhases.EnableHA) ?? context.Plan.First(OmsUpgradePhases.RestoreHA))
                ?.Recorded(EnableHighAvailability.NotEnabledFact) is { } notEnabled)
        {
            return new Done(notEnabled);
        }

        return on == Enabled
            ? new Done($"High availability is {(on ? "on" : "off")}.")
            : new Failed(
                Reasons.TargetChanged,
                $"ha.config says enable: {Text(on)} after the consoles were restarted: a console or another session "
                + $"wrote it back. Unless OMS is in use by now, set enable to {Text(Enabled)} in the console; then the "
                + "run continues automatically.");
    }

    private static string Text(bool value) => value ? "true" : "false";
}

/// <summary>Method <c>Manual</c>: says what the administrator has to set in the console, and watches the row until it
/// is set.</summary>
/// <param name="Enable">The value that <c>enable</c> must have.</param>
/// <param name="EnableOnly">Whether no other key of ha.config counts.</param>
/// <param name="Previous">ha.config before the upgrade; null if there was no row.</param>
/// <param name="PerceiveStoreClientCheckpoint">Whether this key must be true; otherwise refetchStoreIntervalMin
/// must cover the time since the stop.</param>
/// <param name="RefetchMargin">What is added to the time since the stop, a duration.</param>
/// <param name="StoppedAt">T1, if the plan itself does not stop the old containers.</param>
[Traits(HeldBy = Reasons.AwaitingManualChange)]
internal sealed record AwaitManualHighAvailability(
    string Database,
    bool Enable,
    bool EnableOnly = false,
    string? Previous = null,
    bool PerceiveStoreClientCheckpoint = false,
    string RefetchMargin = "30m",
    DateTimeOffset? StoppedAt = null) : HaConfigStep(Database), IWaitsOnly
{
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3650);

    internal override bool? Enables => Enable;
    internal override TimeSpan PlannedWait => Patience;

    internal override void Undo(OmsRollback back, Step done)
    {
        if (Enable)
        {
            var disabled = new AwaitManualHighAvailability(Database, Enable: false);
            back.Phase(OmsUpgradePhases.DisableNewHA, () => [back.Add(disabled)]);
        }
        else if (back.IsPastT1)
        {
            var previous = Previous ?? "";
            var enabled = new AwaitManualHighAvailability(
                Database,
                Enable: true,
                Previous: previous,
                PerceiveStoreClientCheckpoint: HaConfig.Perceives(previous),
                RefetchMargin: back.Spec.HighAvailability.RefetchMargin,
                StoppedAt: back.StoppedAt);
            back.Phase(OmsUpgradePhases.RestoreHA, () => [back.Add(enabled)]);
        }
        else if (done.State == StepState.Succeeded && !back.Unattended)
        {
            back.Undo(this with { Enable = true, EnableOnly = true });
        }
    }

    internal override string Title(string? node) =>
        $"Wait until the administrator {(Enable ? "enables" : "disables")} high availability";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = (await RowAsync(cancellationToken)).Raw;
        var config = raw is null ? null : HaConfig.Parse(raw);
        if (!Enable || EnableOnly)
        {
            var wanted = Enable ? "true" : "false";
            return (config is { Enable: true }) == Enable
                ? new Done($"ha.config says enable: {wanted}.")
                : Waiting($"enable to {wanted}");
        }

        var now = await HostTimeAsync(context, cancellationToken);
        var minutes = RefetchWindow.Minutes(
            StoppedAt ?? EnableHighAvailability.StoppedAt(context, now),
            now,
            KubernetesDuration.Parse(RefetchMargin),
            Previous is { Length: > 0 } previous ? HaConfig.Parse(previous).RefetchStoreIntervalMin : null);
        var enough = config is { Enable: true } && (PerceiveStoreClientCheckpoint
            ? config.PerceiveStoreClientCheckpoint
            : config.RefetchStoreIntervalMin >= minutes);
        return enough
            ? new Done("ha.config says enable: true.", Entry(EnableHighAvailability.EnabledAtFact, $"{now:O}"))
            : Waiting("enable to true and " + (PerceiveStoreClientCheckpoint
                ? "perceiveStoreClientCheckpoint to true"
                : $"refetchStoreIntervalMin to at least {minutes}"));
    }

    private static Observation.Running Waiting(string what) => new(
        "In the OMS console, open System Management > System Parameters > ha.config as an admin user and set "
        + $"{what}. The upgrade then continues automatically.");
}
