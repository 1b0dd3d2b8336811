namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Upgrades the SQL catalogue by upgrade_ysql or upgrade_bsql (docs/research/yugabytedb.md#procedure).
/// Statements that change the catalogue meanwhile let the command fail with a version mismatch; it is then repeated
/// after a pause, a limited number of times. It never runs twice at once: before each run every host is searched for
/// one. When the tool's time is over, or when an earlier command may still be under way because its end was not seen,
/// the tablet server may still migrate: its end is awaited by the version of the catalogue. The command may be repeated
/// and only its own answer shows that it is done, so it is run again after that.</summary>
internal sealed record UpgradeCatalog : YugabyteStep
{
    public const int Tries = 5;

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
            await Task.Delay(TimeLimit.Parse(Cluster.Settings.CatalogRetryPause), context.Time, cancellationToken);
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
            Targets.EnsureMayAct();
            _answers[context.Step.Attempt] = await tool.UpgradeCatalogAsync(
                TimeLimit.Parse(Cluster.Spec.Timeouts.Finalize), cancellationToken);
            return true;
        }
        catch (AdminToolException exception) when (CatalogUpgrade.IsTimeOut(exception.Printed))
        {
            await EndAsync(context, exception, cancellationToken);
            return attempt < Tries
                ? false
                : throw new StepActionException(
                    Reasons.AdminToolFailed,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{command} did not end within spec.timeouts.finalize, {Tries} times. {exception.Message} "
                        + $"Raise spec.timeouts.finalize, then retry."),
                    retryable: false,
                    exception);
        }
        catch (AdminToolException exception) when (CatalogUpgrade.IsPassing(exception.Printed))
        {
            return attempt < Tries
                ? false
                : throw new StepActionException(
                    Reasons.AdminToolFailed,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{command} failed {Tries} times because of concurrent changes. "
                        + $"{exception.Message} Stop all statements that change tables, then retry."),
                    retryable: false,
                    exception);
        }
        catch (AdminToolException exception)
        {
            throw new StepActionException(
                Reasons.AdminToolFailed,
                $"{exception.Message} The old catalogue is still in use. Fix the cause, then retry.",
                retryable: false,
                exception);
        }
    }

    private const string Unseen = "A tablet server may still upgrade the catalogue, and the version of the catalogue "
        + "cannot be read to see its end. Wait until pg_stat_activity of no tablet server shows migrations, then "
        + "retry.";

    // The tablet server continues after the tool has stopped waiting.
    private async Task EndAsync(StepContext context, AdminToolException timeOut, CancellationToken cancellationToken)
    {
        if (!await new CatalogWatch(Cluster).UntilStillAsync(context.Time, cancellationToken))
        {
            throw new StepActionException(
                Reasons.AdminToolFailed,
                $"{timeOut.Message} {Unseen}",
                retryable: false,
                timeOut);
        }
    }
}
