namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The flags of all masters that limit how fast leaders move (<see cref="LeaderMoves"/>). They are changed on
/// every master, because any may become the leader; a master that is restarted has its own values again.</summary>
internal sealed class LeaderSpeed(IYugabyteTargets targets, YugabyteCluster cluster)
{
    private FlagTool Tool => new(
        targets.Hosts.Files(targets.Hosts.ToolHost),
        $"{cluster.Spec.Package.Directory}/bin/{FlagTool.ProgramName}",
        AdminToolTls.Of(cluster.Spec.Tls),
        targets.Redact);

    /// <summary>The step that changed the flags, while they are or may be changed; null otherwise.</summary>
    public static PlanStep? InForce(Plan plan) =>
        plan.Step(YugabyteStepIds.SpeedUpLeaders) is { Attempt: > 0 } step
        && plan.Step(YugabyteStepIds.RestoreLeaderSpeed) is not { State: StepState.Succeeded }
        && !CleanedUpSteps.Is(plan, step)
            ? step
            : null;

    public static IReadOnlyDictionary<string, LeaderMoves> Former(PlanStep step) =>
        LeaderMoves.Parse(step.Recorded(SpeedUpLeaders.FormerKey));

    public static string Commands(DatabaseRollingUpgradeSpec spec, PlanStep step) => string.Join(
        ", ",
        from former in Former(step)
        let master = spec.Instances.Find(i => i.Name == former.Key)
        where master is not null
        from change in former.Value.Wanted.ChangeTo(former.Value)
        let address = new ServiceAddress(master.Host, DefaultPorts.Service(spec, master))
        select $"`{FlagTool.Command(
            spec.Package.Directory, AdminToolTls.Of(spec.Tls), address, change.Flag, change.Value)}`");

    /// <summary>What an administrator has to do about the flags; null if nothing.</summary>
    /// <param name="isRestored">Whether the rollback has restored them.</param>
    public static ActionItem? LeftBehind(
        DatabaseRollingUpgradeSpec spec, Plan plan, bool isRestored, string toolHost)
    {
        var unknown = plan.Step(YugabyteStepIds.SpeedUpLeaders) is not { } step
            ? []
            : Former(step).Where(m => m.Value.IsOfUpgrade).Select(m => m.Key).ToList();
        var message = unknown.Count > 0
            ? $"Before this upgrade sped leaders up, {Sentences.List(unknown, 6)} had {LeaderMoves.AllFlag} and "
                + $"{LeaderMoves.PerTableFlag} 100: exactly what an upgrade sets, so an interrupted one may have left "
                + "them, and they were not changed. If no administrator set them, restart these masters one at a time, "
                + $"or set your own values with {FlagTool.ProgramName} on {toolHost}."
            : !isRestored && InForce(plan) is { } held && Commands(spec, held) is { Length: > 0 } commands
            ? "While tablet servers are upgraded, the masters move leaders faster. If the upgrade does not "
                + $"continue, run {commands} on {toolHost}."
            : null;
        return message is null ? null : new ActionItem
        {
            Reason = Reasons.ScheduleLimits,
            Subject = "leader moves",
            Message = SchemaLimits.Clip(message, SchemaLimits.Message),
        };
    }

    /// <summary>The values of every master that has the flags.</summary>
    /// <param name="whatAnswers">Leave out a master that does not answer: one that is down has its own values again
    /// when it is started.</param>
    /// <exception cref="TargetException">A master does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, LeaderMoves>> ReadAsync(
        CancellationToken cancellationToken, bool whatAnswers = false)
    {
        var masters = cluster.Masters;
        var all = await YugabyteCluster.EachAsync(
            masters,
            async (master, token) =>
            {
                try
                {
                    return LeaderMoves.Of(await cluster.MasterClient.FlagsAsync(cluster.Web(master), token));
                }
                catch (TargetException) when (whatAnswers)
                {
                    return null;
                }
            },
            cancellationToken);
        return masters.Zip(all).Where(m => m.Second is not null).ToDictionary(
            m => m.First.Name, m => m.Second!, StringComparer.Ordinal);
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
        IReadOnlyDictionary<string, LeaderMoves> former, CancellationToken cancellationToken)
    {
        return (await ReadAsync(cancellationToken)).All(
            m => !former.TryGetValue(m.Key, out var before) || m.Value.Restored(before) == m.Value);
    }

    /// <summary>Restores the values that the upgrade changed. Values that others changed meanwhile stay. May be
    /// repeated.</summary>
    /// <exception cref="TargetException">A master does not answer, or it does not accept the value.</exception>
    public async Task RestoreAsync(
        IReadOnlyDictionary<string, LeaderMoves> former, CancellationToken cancellationToken)
    {
        // A master that fails does not keep the others from their values.
        var failures = new List<TargetException>();
        foreach (var master in cluster.Masters.Where(m => former.ContainsKey(m.Name)))
        {
            try
            {
                var flags = await cluster.MasterClient.FlagsAsync(cluster.Web(master), cancellationToken);
                if (LeaderMoves.Of(flags) is { } now
                    && await ChangeAsync(
                        master.Name, now, now.Restored(former[master.Name]), cancellationToken) is { } problem)
                {
                    failures.Add(new AdminToolException(FlagTool.ProgramName, problem, problem));
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
            targets.EnsureMayAct();
            var address = cluster.Rpc(cluster.Instance(master));
            if (await Tool.SetAsync(address, flag, value, cancellationToken) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }
}
