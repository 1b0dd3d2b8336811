namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Lets leaders move faster before the first tablet server is drained (<see cref="LeaderMoves"/>), and records
/// what the masters had. <see cref="RestoreLeaderSpeed"/> restores it, and <see cref="YugabyteCluster.CleanUpAsync"/>
/// at every other end. If a version or a package cannot do it, leaders move as fast as before: the step never fails for
/// that.</summary>
[Step("speed-up-leaders", "Let leaders move faster")]
[Traits(Drains = true)]
internal sealed record SpeedUpLeaders : YugabyteStep
{
    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        LeaderSpeed.InForce(done) is null
            ? null
            : new YugabyteUndo(
                DatabaseRollingUpgradePhases.Undo, Instance: null,
                new RestoreLeaderSpeed(own.Recorded(FormerKey) ?? ""));

    public const string FormerKey = "former";

    private LeaderSpeed Speed => new(Cluster);

    protected override bool MayPrepareEarly => false;

    // A flag may be set twice.
    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var now = await Speed.ReadAsync(cancellationToken);
        var facts = context.Receipt(FormerKey) is null || context.Step.Record.CleanedUpAt is not null
            ? Entry(FormerKey, await FormerAsync(context, now, cancellationToken))
            : null;
        return !now.Values.Any(m => m.IsSlow)
            ? new Observation.Done(null, facts)
            : context.OfAttempt<Refused>().Because is { } refusal
            ? new Observation.Done($"Leaders move as fast as before: {refusal}", facts)
            : new Observation.NotStarted("A master still moves leaders slowly.");
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        ReserveFormerAsync(context, FormerKey, async () => await FormerAsync(
            context, await Speed.ReadAsync(cancellationToken), cancellationToken));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await Speed.RaiseAsync(cancellationToken) is { } refusal)
        {
            context.OfAttempt<Refused>().Because = refusal;
        }
    }

    // Values that are exactly those of the upgrade are its own if the status was put back to an older copy.
    private async Task<string> FormerAsync(
        StepContext context, IReadOnlyDictionary<string, LeaderMoves> now, CancellationToken cancellationToken)
    {
        var files = await ConfigurationSecret.ReadAsync(Cluster.Context, cancellationToken);
        var saved = LeaderMoves.Parse(files?.GetValueOrDefault(SaveServerConfiguration.LeadersFile));
        return LeaderMoves.Text(now.ToDictionary(
            m => m.Key,
            m => saved.TryGetValue(m.Key, out var former) && m.Value == former.Wanted ? former : m.Value,
            StringComparer.Ordinal));
    }

    private sealed class Refused
    {
        public string? Because { get; set; }
    }
}

/// <summary>Restores the flags of masters that <see cref="SpeedUpLeaders"/> changed, after the last tablet server or in
/// a rollback. A value that an administrator changed meanwhile stays.</summary>
/// <param name="Former">In a rollback: what the upgrade recorded, as <see cref="LeaderMoves.Text"/> writes it; null
/// reads the plan.</param>
[Step("restore-leader-speed", "Restore the speed of leaders")]
internal sealed record RestoreLeaderSpeed(string? Former = null) : YugabyteStep
{
    private LeaderSpeed Speed => new(Cluster);
    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await Speed.IsRestoredAsync(Recorded(context), cancellationToken)
            ? new Observation.Done()
            : new Observation.NotStarted("A master does not move leaders as before.");

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Speed.RestoreAsync(Recorded(context), cancellationToken);

    private IReadOnlyDictionary<string, LeaderMoves> Recorded(StepContext context) =>
        LeaderMoves.Parse(Former ?? context.Plan.Step<SpeedUpLeaders>()?.Recorded(SpeedUpLeaders.FormerKey));
}

/// <summary>The flags of all masters that limit how fast leaders move (<see cref="LeaderMoves"/>). They are changed on
/// every master, because any may become the leader; a master that is restarted has its own values again.</summary>
internal sealed class LeaderSpeed(YugabyteCluster cluster)
{
    /// <summary>The tool of the new package on the tool host: it changes a flag of one running process, until that
    /// process ends (docs/project/research/yugabytedb.md#admin-tool). Never with --force: a flag that the version
    /// cannot change at runtime stays.</summary>
    public const string ProgramName = "yb-ts-cli";

    private const int LongestMessage = 300;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The step that changed the flags, while they are or may be changed; null otherwise.</summary>
    public static Step? InForce(PlanProgress plan) =>
        plan.Step<SpeedUpLeaders>() is { Attempt: > 0 } step
        && plan.Step<RestoreLeaderSpeed>() is not { State: StepState.Succeeded }
        && !CleanedUpSteps.Is(plan, step)
            ? step
            : null;

    public static IReadOnlyDictionary<string, LeaderMoves> Former(Step step) =>
        LeaderMoves.Parse(step.Recorded(SpeedUpLeaders.FormerKey));

    public static string Commands(DatabaseRollingUpgradeSpec spec, Step step) => string.Join(
        ", ",
        from former in Former(step)
        let master = spec.Instances.Find(i => i.Name == former.Key)
        where master is not null
        from change in former.Value.Wanted.ChangeTo(former.Value)
        select $"`{string.Join(' ', Arguments(spec, spec.Service(master), change.Flag, change.Value))}`");

    /// <summary>What an administrator has to do about the flags; null if nothing.</summary>
    /// <param name="isRestored">Whether the rollback has restored them.</param>
    public static ActionItem? LeftBehind(
        DatabaseRollingUpgradeSpec spec, PlanProgress plan, bool isRestored, string toolHost)
    {
        var unknown = plan.Step<SpeedUpLeaders>() is not { } step
            ? []
            : Former(step).Where(m => m.Value.IsOfUpgrade).Select(m => m.Key).ToList();
        var message = unknown.Count > 0
            ? $"Before this upgrade sped leaders up, {Sentences.List(unknown, 6)} had {LeaderMoves.AllFlag} and "
                + $"{LeaderMoves.PerTableFlag} 100: an interrupted upgrade may have left them, so they were not "
                + "changed. If no administrator set them, restart these masters one at a time, "
                + $"or set your own values with {ProgramName} on {toolHost}."
            : !isRestored && InForce(plan) is { } held && Commands(spec, held) is { Length: > 0 } commands
            ? "While tablet servers are upgraded, the masters move leaders faster. If the upgrade does not "
                + $"continue, run {commands} on {toolHost}."
            : null;
        return message is null
            ? null
            : ActionItems.Of(Reasons.ScheduleLimits, "leader moves", SchemaLimits.Clip(message, SchemaLimits.Message));
    }

    /// <summary>The values of every master that has the flags.</summary>
    /// <param name="whatAnswers">Leave out a master that does not answer: one that is down has its own values again
    /// when it is started.</param>
    /// <exception cref="TargetException">A master does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, LeaderMoves>> ReadAsync(
        CancellationToken cancellationToken, bool whatAnswers = false)
    {
        var masters = cluster.Masters;
        var all = await SideBySide.EachAsync(masters, OneAsync, cancellationToken);
        return masters.Zip(all).Where(m => m.Second is not null).ToDictionary(
            m => m.First.Name, m => m.Second!, StringComparer.Ordinal);

        async Task<LeaderMoves?> OneAsync(DatabaseInstance master, CancellationToken token)
        {
            try
            {
                return LeaderMoves.Of(await cluster.Client.FlagsAsync(cluster.Web(master), token));
            }
            catch (TargetException) when (whatAnswers)
            {
                return null;
            }
        }
    }

    /// <summary>Lets leaders move faster. May be repeated.</summary>
    /// <returns>Null if every master has the values, otherwise why one has not.</returns>
    /// <exception cref="TargetException">A master does not answer, or the tool could not be run.</exception>
    public async Task<string?> RaiseAsync(CancellationToken cancellationToken)
    {
        string? problem = null;
        foreach (var (name, now) in await ReadAsync(cancellationToken))
        {
            problem ??= await ChangeAsync(name, now, now.Wanted, cancellationToken);
        }

        return problem;
    }

    /// <summary>Whether no master has a value of the upgrade any more.</summary>
    /// <exception cref="TargetException">A master does not answer.</exception>
    public async Task<bool> IsRestoredAsync(
        IReadOnlyDictionary<string, LeaderMoves> former, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).All(
            m => !former.TryGetValue(m.Key, out var before) || m.Value.Restored(before) == m.Value);

    /// <summary>Restores the values that the upgrade changed. Values that others changed meanwhile stay. May be
    /// repeated.</summary>
    /// <exception cref="TargetException">A master does not answer, or it does not accept the value.</exception>
    public async Task RestoreAsync(IReadOnlyDictionary<string, LeaderMoves> former, CancellationToken cancellationToken)
    {
        // A master that fails does not keep the others from their values.
        var failures = new List<TargetException>();
        foreach (var master in cluster.Masters.Where(m => former.ContainsKey(m.Name)))
        {
            try
            {
                var flags = await cluster.Client.FlagsAsync(cluster.Web(master), cancellationToken);
                if (LeaderMoves.Of(flags) is { } now
                    && await ChangeAsync(
                        master.Name, now, now.Restored(former[master.Name]), cancellationToken) is { } problem)
                {
                    failures.Add(new AdminToolException(ProgramName, problem, problem));
                }
            }
            catch (TargetException exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw failures[0];
        }
    }

    private async Task<string?> ChangeAsync(
        string master, LeaderMoves now, LeaderMoves wanted, CancellationToken cancellationToken)
    {
        foreach (var (flag, value) in now.ChangeTo(wanted))
        {
            cluster.Context.EnsureMayAct();
            var address = cluster.Rpc(cluster.Instance(master));
            var arguments = Arguments(cluster.Spec, address, flag, value);
            var result = await cluster.Hosts.Files(cluster.Hosts.ToolHost).RunAsync(
                new RemoteCommand(arguments), cancellationToken);
            if (!result.IsSuccess)
            {
                var printed = cluster.Context.Redact(string.Join(' ', result.Output, result.Errors));
                return $"{arguments[0]} on {cluster.Hosts.ToolHost} ended with {result.ExitCode} for {address}: "
                    + ForeignText.Words(printed, LongestMessage);
            }
        }

        return null;
    }

    private static List<string> Arguments(
        DatabaseRollingUpgradeSpec spec, ServiceAddress server, string flag, long value) =>
    [
        $"{spec.Package.Directory}/bin/{ProgramName}",
        $"--server_address={server}",
        $"--timeout_ms={Timeout.TotalMilliseconds}",
        .. spec.Tls?.CertsDirName is { } directory ? new[] { $"--certs_dir_name={directory}" } : [],
        .. spec.Tls is { CertsDirName: not null, ClientNodeName: { } node }
            ? new[] { $"--client_node_name={node}" }
            : [],
        "set_flag",
        flag,
        $"{value}",
    ];
}

/// <summary>How many tablet leaders the load balancer of a master moves in one run, about once a second: in all, and of
/// one table. Up to 2.18 the defaults are 2 and 1, with which 5,000 leaders take over 40 minutes to leave; later
/// versions have 100 and no limit of a table (docs/project/research/yugabytedb.md#admin-tool). Pure.</summary>
/// <param name="All">load_balancer_max_concurrent_moves.</param>
/// <param name="PerTable">load_balancer_max_concurrent_moves_per_table; negative for the value of all.</param>
internal sealed record LeaderMoves(long All, long PerTable)
{
    public const string AllFlag = "load_balancer_max_concurrent_moves";
    public const string PerTableFlag = "load_balancer_max_concurrent_moves_per_table";

    // The later default of the vendor.
    private const long Fast = 100;

    public LeaderMoves Wanted => new(Math.Max(All, Fast), PerTable < 0 ? PerTable : Math.Max(PerTable, Fast));
    public bool IsSlow => Wanted != this;

    /// <summary>Whether these are the values that an upgrade sets where a table has a limit of its own; no version has
    /// them by default.</summary>
    public bool IsOfUpgrade => this is { All: Fast, PerTable: Fast };

    public static LeaderMoves? Of(IReadOnlyDictionary<string, string> flags) =>
        flags.Number(AllFlag) is { } all && flags.Number(PerTableFlag) is { } perTable
            ? new LeaderMoves(all, perTable)
            : null;

    public IEnumerable<(string Flag, long Value)> ChangeTo(LeaderMoves other)
    {
        if (All != other.All)
        {
            yield return (AllFlag, other.All);
        }

        if (PerTable != other.PerTable)
        {
            yield return (PerTableFlag, other.PerTable);
        }
    }

    /// <summary>What a master has to have again that has these values now: a value that is not the one of the upgrade
    /// was changed by an administrator, or the master was restarted, and stays.</summary>
    public LeaderMoves Restored(LeaderMoves former) => new(
        All == former.Wanted.All ? former.All : All,
        PerTable == former.Wanted.PerTable ? former.PerTable : PerTable);

    public static string Text(IEnumerable<KeyValuePair<string, LeaderMoves>> masters) => string.Join(
        ',',
        masters.Select(m => $"{m.Key}={m.Value.All}/{m.Value.PerTable}"));

    /// <summary>Reads such a text; empty for null.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static IReadOnlyDictionary<string, LeaderMoves> Parse(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', '/') is [var name, var all, var perTable]
                ? (Name: name, All: all, PerTable: perTable)
                : throw new FormatException($"'{part}' is not NAME=ALL/PERTABLE"))
            .ToDictionary(
                m => m.Name,
                m => new LeaderMoves(
                    long.Parse(m.All, CultureInfo.InvariantCulture),
                    long.Parse(m.PerTable, CultureInfo.InvariantCulture)),
                StringComparer.Ordinal);
}
