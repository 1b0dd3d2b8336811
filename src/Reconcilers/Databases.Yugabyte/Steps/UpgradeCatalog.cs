using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Upgrades the SQL catalogue by upgrade_ysql or upgrade_bsql (docs/research/yugabytedb.md#procedure). Statements that
/// change the catalogue meanwhile make it fail with a mismatch of its version: it is tried again after a pause, a
/// bounded number of times, and never twice at once, also not beside one whose connection was cut. It may be repeated
/// at will, and only the tool's own answer tells that it is done; so after a kill it is asked once more.
/// </summary>
internal sealed class UpgradeCatalog(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <summary>How often it is tried in one attempt.</summary>
    public const int Tries = 5;

    private readonly ConcurrentDictionary<(string Step, int Attempt), CatalogUpgrade> _said = new();

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult<Observation>(
            !_said.TryGetValue((context.Step.Id, context.Step.Attempt), out var said) ? new Observation.NotStarted()
            : said.IsNeeded ? new Observation.Done($"{Cluster.Vocabulary.Sql} successfully upgraded to the latest version")
            : new Observation.Done($"{Cluster.Vocabulary.Sql} is disabled, so there is nothing to upgrade", Fact(YugabyteKeys.NotNeeded, "true")));
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (tool, command) = (Cluster.Tool(), Cluster.Vocabulary.UpgradeCatalogCommand);
        for (var attempt = 1; ; attempt++)
        {
            if (await tool.IsUpgradingCatalogAsync(cancellationToken))
            {
                throw new StepActionException(Reasons.AdminToolFailed, $"a {command} that was begun before still runs on {Targets.Hosts.ToolHost}; it is waited for") { NotTaken = true };
            }

            try
            {
                Targets.EnsureMayAct();
                _said[(context.Step.Id, context.Step.Attempt)] = await tool.UpgradeCatalogAsync(cancellationToken);
                return;
            }
            catch (AdminToolException exception) when (CatalogUpgrade.IsPassing(exception.Printed))
            {
                if (attempt >= Tries)
                {
                    throw new StepActionException(
                        Reasons.AdminToolFailed,
                        string.Create(CultureInfo.InvariantCulture, $"{command} failed {Tries} times because of what others did meanwhile, last: {exception.Message}. Stop all statements that change tables, then retry"),
                        retryable: false,
                        exception);
                }
            }
            catch (AdminToolException exception)
            {
                throw new StepActionException(Reasons.AdminToolFailed, $"{exception.Message}. The old catalogue is still in use; repair the cause, then retry", retryable: false, exception);
            }

            await Task.Delay(TimeLimit.Parse(Cluster.Settings.CatalogRetryPause), context.Time, cancellationToken);
        }
    }
}
