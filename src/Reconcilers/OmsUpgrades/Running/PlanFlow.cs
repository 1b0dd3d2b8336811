using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Status;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Carries a stored plan on by one advance of the engine.</summary>
internal sealed class PlanFlow(OmsServices services, OmsStatusWriter status, IReconcileTrigger<OmsUpgrade> trigger)
{
    private readonly ILogger _outputLog = services.Loggers.CreateLogger<KeptOutputs>();

    /// <summary>Advances; returns the object as written and what it came to.</summary>
    /// <param name="upgrade">The upgrade as just read; it has a plan.</param>
    /// <param name="session">What this process knows of it.</param>
    /// <param name="accessKey">What access depends on now.</param>
    /// <param name="startNothingBecause">Why nothing may be started; null lets it start.</param>
    /// <param name="waitsBecause">A standing to show instead of plain progress (deletion waits); null for none.</param>
    /// <param name="cancellationToken">Ends the advance.</param>
    public async Task<(OmsUpgrade Upgrade, RunOutcome Outcome)> AdvanceAsync(
        OmsUpgrade upgrade, OmsSession session, string accessKey, string? startNothingBecause, Func<Standing, Standing>? waitsBecause, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var targets = session.Targets!;
        var plan = upgrade.Status!.Plan!;
        var seen = RunTokens.SeeApprovals(upgrade, upgrade.Status, plan.Hash, now);
        var retries = RunTokens.NewRetries(upgrade);
        var failing = plan.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
        var controls = new RunControls
        {
            Paused = upgrade.Spec.Paused,
            StartNothingBecause = startNothingBecause,
            HoldBefore = upgrade.Spec.HoldBefore.ToHashSet(StringComparer.Ordinal),
            Approved = RunTokens.Approved(seen, plan.Hash),
            Retry = retries.Count > 0 && failing,
            AccessChanged = failing && session.FailedWith is { } before && before != accessKey,
            TimeoutOf = step => KubernetesDuration.Parse(upgrade.Spec.Timeouts.Of(step.Phase)),
        };
        var outputs = new KeptOutputs(targets, _outputLog);
        var outcome = await session.Run.AdvanceAsync(plan, controls, Environment(upgrade, session), SaveAsync, cancellationToken);
        session.FailedWith = outcome.State is RunState.Failed or RunState.OutcomeUnknown ? accessKey : null;
        return (upgrade, outcome);

        async Task SaveAsync(Plan next, RunOutcome came, CancellationToken token)
        {
            next = await outputs.AttachAsync(next, token);
            var used = controls.Retry && !came.RetryUsed ? seen : RunTokens.Use(seen, retries, now);
            var composed = OmsStatusComposer.Compose(upgrade, WithAttempts(used, came, controls.Retry, retries, now), next, came, now, waitsBecause);
            upgrade = await status.WriteAsync(upgrade, composed, token);
            targets.Refresh(upgrade);
        }
    }

    private RunEnvironment Environment(OmsUpgrade upgrade, OmsSession session)
    {
        var (space, name, targets) = (upgrade.Metadata.Namespace, upgrade.Metadata.Name, session.Targets!);
        return new RunEnvironment
        {
            OwnerUid = upgrade.Metadata.Uid!,
            Catalog = new OmsStepCatalog(targets),
            Fence = services.Fence,
            Time = services.Time,
            Wake = () => trigger.Wake(space, name),
            Redact = text => targets.Redactor.Redact(text),
        };
    }

    // One entry for each time the run stopped on a failure and was taken up again.
    private static OmsUpgradeStatus WithAttempts(OmsUpgradeStatus status, RunOutcome outcome, bool retried, IReadOnlyList<string> tokens, DateTimeOffset now)
    {
        if (!retried || !outcome.RetryUsed)
        {
            return status;
        }

        var failed = status.Conditions.Find(c => c.Type == ConditionTypes.Stalled);
        var attempt = new RunAttempt
        {
            Number = (status.Attempts.LastOrDefault()?.Number ?? 0) + 1,
            StartedAt = status.Attempts.LastOrDefault()?.FinishedAt ?? status.StartedAt,
            FinishedAt = now,
            Reason = failed?.Reason,
            Message = failed?.Message,
            Step = status.Step is { } step ? SchemaLimits.Clip(step, SchemaLimits.Name) : null,
            Token = tokens.Count > 0 ? tokens[0] : null,
        };
        return status with { Attempts = [.. status.Attempts.Append(attempt).TakeLast(SchemaLimits.History)] };
    }
}
