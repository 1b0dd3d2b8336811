using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Upgrades the SQL catalogue by upgrade_ysql or upgrade_bsql (docs/research/yugabytedb.md#procedure). Statements that
/// change the catalogue meanwhile let the command fail with a version mismatch; it is then repeated after a pause, a
/// limited number of times. It never runs twice at once, nor beside a command whose connection was cut. The command may
/// be repeated and only its own answer shows that it is done, so after a kill it is run again.
/// </summary>
internal sealed class UpgradeCatalog(IYugabyteTargets targets) : YugabyteStep<UpgradeCatalog.Args>(targets)
{
    /// <summary>How often the command is run in one attempt.</summary>
    public const int Tries = 5;

    /// <summary>SQL was off, so there was nothing to upgrade.</summary>
    public const string NotNeededFact = "notNeeded";

    private readonly ConcurrentDictionary<(string Step, int Attempt), CatalogUpgrade> _answers = new();

    public sealed record Args;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var sql = Cluster.Vocabulary.Sql;
        return Task.FromResult<Observation>(
            !_answers.TryGetValue((context.Step.Id, context.Step.Attempt), out var answer)
                ? new Observation.NotStarted()
                : answer.IsNeeded
                    ? new Observation.Done($"The {sql} catalogue was upgraded to the latest version.")
                    : new Observation.Done(
                        $"{sql} is disabled, so there is no catalogue to upgrade.", Entry(NotNeededFact, "true")));
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        for (var attempt = 1; !await TryAsync(context, attempt, cancellationToken); attempt++)
        {
            await Task.Delay(TimeLimit.Parse(Cluster.Settings.CatalogRetryPause), context.Time, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(StepContext context, int attempt, CancellationToken cancellationToken)
    {
        var (tool, command) = (Cluster.Tool(), Cluster.Vocabulary.UpgradeCatalogCommand);
        if (await tool.IsUpgradingCatalogAsync(cancellationToken))
        {
            throw NotYet(
                Reasons.AdminToolFailed,
                $"An earlier {command} still runs on {Targets.Hosts.ToolHost}. The upgrade waits until it ends.");
        }

        try
        {
            Targets.EnsureMayAct();
            _answers[(context.Step.Id, context.Step.Attempt)] = await tool.UpgradeCatalogAsync(cancellationToken);
            return true;
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
}
