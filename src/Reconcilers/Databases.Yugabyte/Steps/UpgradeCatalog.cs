namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Upgrades the SQL catalogue by upgrade_ysql or upgrade_bsql (docs/research/yugabytedb.md#procedure).
/// Statements that change the catalogue meanwhile let the command fail with a version mismatch; it is then repeated
/// after a pause, a limited number of times. It never runs twice at once: before each run every host is searched for
/// one. When the tool's time is over, or when an earlier command may still be under way because its end was not seen,
/// the tablet server may still migrate: its end is awaited by the version of the catalogue. The command may be repeated
/// and only its own answer shows that it is done, so it is run again after that.</summary>
internal sealed record UpgradeCatalog : YugabyteStep
{
    internal override string Verb => "upgrade";

    internal override int Attempts => 3;

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Upgrade the SQL catalogue ({YugabyteVocabulary.Of(spec).UpgradeCatalogCommand})";

    internal override bool IsPointOfNoReturn => true;

    // The command may take the whole time, and so may a tablet server after it.
    internal override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        (2 * KubernetesDuration.Parse(spec.Timeouts.Finalize)) + CatalogWatch.Still + Margin;

    public const int Tries = 5;

    private const string Unseen = "A tablet server may still upgrade the catalogue, and the version of the catalogue "
        + "cannot be read to see its end. Wait until pg_stat_activity of no tablet server shows migrations, then "
        + "retry.";

    public const string NotNeededFact = "notNeeded";

    private readonly ConcurrentDictionary<int, CatalogUpgrade> _answers = [];
    private readonly ConcurrentDictionary<int, bool> _prepared = [];

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var sql = Cluster.Vocabulary.Sql;
        return Task.FromResult<Observation>(
            !_answers.TryGetValue(context.Step.Attempt, out var answer)
                ? new Observation.NotStarted()
                : answer.IsNeeded
                    ? new Observation.Done($"The {sql} catalogue was upgraded to the latest version.")
                    : new Observation.Done(
                        $"{sql} is disabled, so there is no catalogue to upgrade.", Entry(NotNeededFact, "true")));
    }

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // An attempt that is taken up again is prepared again.
        _prepared[context.Step.Attempt] = context.Step.StartedAt is null;
        return base.PrepareAsync(context, cancellationToken);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        // A former attempt, or this one in a former life of the operator, may have started the command.
        _ = _prepared.TryRemove(context.Step.Attempt, out var isFresh);
        var mayHaveBegun = context.Step.Attempt > 1 || !isFresh;
        if (mayHaveBegun
            && !await new CatalogWatch(Cluster).UntilStillAsync(context.Time, cancellationToken)
            && !(isFresh && context.Step.Tries == 1))
        {
            // A retry by an administrator is a new attempt: the administrator has seen the end.
            throw NotYet(Reasons.AdminToolFailed, $"The command was started before. {Unseen}");
        }

        for (var attempt = 1; !await TryAsync(context, attempt, cancellationToken); attempt++)
        {
            var pause = Timers.Clamp(KubernetesDuration.Parse(Cluster.Settings.CatalogRetryPause));
            await Task.Delay(pause, context.Time, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(StepContext context, int attempt, CancellationToken cancellationToken)
    {
        var (tool, command) = (Cluster.Tool(), Cluster.Vocabulary.UpgradeCatalogCommand);
        if (await Cluster.FindCatalogUpgradeAsync(cancellationToken) is { } busy)
        {
            throw NotYet(
                Reasons.AdminToolFailed,
                $"Another {command} runs on {busy}, and two at once damage the catalogue. The upgrade continues "
                + $"automatically when it has ended. See `ps -ef | grep {command}` there.");
        }

        try
        {
            Cluster.Context.EnsureMayAct();
            _answers[context.Step.Attempt] = await tool.UpgradeCatalogAsync(
                Timers.Clamp(KubernetesDuration.Parse(Cluster.Spec.Timeouts.Finalize)), cancellationToken);
            return true;
        }
        catch (AdminToolException exception)
        {
            var (isTimeOut, isPassing) = (
                CatalogUpgrade.IsTimeOut(exception.Printed), CatalogUpgrade.IsPassing(exception.Printed));

            // The tablet server continues after the tool has stopped waiting.
            var isSeen = !isTimeOut
                || await new CatalogWatch(Cluster).UntilStillAsync(context.Time, cancellationToken);
            if (isSeen && (isTimeOut || isPassing) && attempt < Tries)
            {
                return false;
            }

            var message = !isSeen
                ? $"{exception.Message} {Unseen}"
                : isTimeOut
                ? $"{command} did not end within spec.timeouts.finalize, {Tries} times. {exception.Message} Raise "
                    + "spec.timeouts.finalize, then retry."
                : isPassing
                ? $"{command} failed {Tries} times because of concurrent changes. {exception.Message} Stop all "
                    + "statements that change tables, then retry."
                : $"{exception.Message} The old catalogue is still in use. Fix the cause, then retry.";
            throw new StepActionException(Reasons.AdminToolFailed, message, retryable: false, exception);
        }
    }
}

/// <summary>Waits until no upgrade of the SQL catalogue is under way: no command runs on the tool host, and the version
/// of the catalogue, which every migration raises, has not changed for a while. The command's own end was not
/// seen.</summary>
internal sealed class CatalogWatch(YugabyteCluster cluster)
{
    /// <summary>For how long the version must not have changed.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Waits; the caller limits the time.</summary>
    /// <returns>False if the version cannot be read, so that only the tool host was watched.</returns>
    /// <exception cref="HostException">The tool host cannot be reached.</exception>
    public async Task<bool> UntilStillAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var tool = cluster.Tool();
        var (known, since) = (await VersionAsync(tool, cancellationToken), time.GetUtcNow());
        while (time.GetUtcNow() - since < Still)
        {
            await Task.Delay(Pause, time, cancellationToken);
            var now = await VersionAsync(tool, cancellationToken);
            if (now != known || await tool.IsUpgradingCatalogAsync(cancellationToken))
            {
                (known, since) = (now, time.GetUtcNow());
            }
        }

        return known is not null;
    }

    // While the masters have no leader, the version cannot be read; that is no sign of an end either.
    private static async Task<long?> VersionAsync(AdminTool tool, CancellationToken cancellationToken)
    {
        try
        {
            return await tool.CatalogVersionAsync(cancellationToken);
        }
        catch (AdminToolException)
        {
            return null;
        }
    }
}
