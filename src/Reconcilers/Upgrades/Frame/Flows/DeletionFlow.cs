using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Deletion: up to a point what was changed is undone and the object goes; from there on it stays and the plan goes on
/// to its end; the annotation <c>drydock.dev/on-delete: Abandon</c>, or a namespace that goes away, lets go after the
/// running step and says what was left where.
/// </summary>
/// <param name="frame">What the flows share.</param>
/// <param name="runs">Carries a run on.</param>
/// <param name="plans">Carries one plan on.</param>
/// <param name="parked">Takes away what an object that is let go must not leave.</param>
internal sealed class DeletionFlow(
    RunFrame frame, RunFlow runs, PlanFlow plans, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<DeletionFlow>();

    /// <summary>Carries the deletion on; true when the object has been let go.</summary>
    public async Task<(bool Gone, TimeSpan? After)> AdvanceAsync(RunObject entity, RunSession session, string accessKey, CancellationToken cancellationToken)
    {
        if (IsOver(entity))
        {
            return await LetGoAsync(entity, cancellationToken);
        }

        if (_kind.Plans.Active(entity.Status!) == PlanSlot.Cleanup)
        {
            // The removal can stop anywhere; only a running one is awaited.
            return await StopAsync(entity, session, accessKey, $"deletion was asked for: {_kind.Cleanup!.Stops}", tell: false, cancellationToken);
        }

        if (await IsAbandonedAsync(entity, cancellationToken))
        {
            return await StopAsync(entity, session, accessKey, "let go by drydock.dev/on-delete: Abandon, or because the namespace goes away", tell: true, cancellationToken);
        }

        var step = await runs.AdvanceAsync(entity, session, accessKey, Waiting(entity), cancellationToken);
        return !step.IsOver ? (false, step.After) : await LetGoAsync(step.Entity, cancellationToken);
    }

    // Nothing of it is left to do or to undo.
    private bool IsOver(RunObject entity) =>
        entity.Status is not { Plan: not null } status
        || (_kind.Plans.Active(status) != PlanSlot.Cleanup && (RunPhases.IsEnded(status.Phase) || status.IsUpgraded()))
        || status.IsRolledBack();

    private async Task<bool> IsAbandonedAsync(RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.Annotations?.GetValueOrDefault(Annotations.OnDelete) == Annotations.Abandon)
        {
            return true;
        }

        var space = await frame.Services.Kubernetes.GetAsync<V1Namespace>(entity.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    private async Task<(bool Gone, TimeSpan? After)> StopAsync(
        RunObject entity, RunSession session, string accessKey, string because, bool tell, CancellationToken cancellationToken)
    {
        (entity, var isCleaningUp) = await parked.TakeInAsync(entity, session, cancellationToken);
        if (isCleaningUp)
        {
            return (false, LookAgain);
        }

        var slot = _kind.Plans.Active(entity.Status!);
        var (written, _) = await plans.AdvanceAsync(entity, slot, session, accessKey, because, Finishing(entity, slot, session), cancellationToken);
        if (Acts(written, slot, session).Count > 0)
        {
            return (false, LookAgain);
        }

        // What is left only looks or waits: it need not come to its end.
        await session.StopRunAsync();
        if (tell && parked.BeginsBeforeLettingGo(written, session))
        {
            return (false, LookAgain);
        }

        if (tell)
        {
            var left = $"{Left(_kind.Plans.Of(written.Status!, slot)!)}. {_kind.LeftBehind(written.Spec, written.Status!)}";
            frame.Store.Warning(written, Reasons.Abandoned, left);
            RunLog.Abandoned(_logger, _kind.Name, written.Metadata.Namespace, written.Metadata.Name, left);
        }

        return await LetGoAsync(written, cancellationToken);
    }

    // The steps that may be changing a target.
    private List<PlanStep> Acts(RunObject entity, PlanSlot slot, RunSession session) =>
        _kind.Plans.Of(entity.Status!, slot)!.Steps.FindAll(s => s.State == StepState.Running && !_kind.OnlyWaits(s) && !session.IsIdle(s.Id));

    // Absolute times: the message stays the same while it waits.
    private Func<RunStatusSummary, RunStatusSummary> Finishing(RunObject entity, PlanSlot slot, RunSession session) => summary =>
    {
        var acts = Acts(entity, slot, session);
        if (acts.Count == 0 || summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        var ends = acts.Max(s => (s.StartedAt ?? frame.Now) + _kind.TimeoutOf(entity.Spec, s));
        var followed = string.Create(
            CultureInfo.InvariantCulture,
            $"deletion waits: {string.Join(", ", acts.Select(s => s.Id))} is under way and is followed to its end, "
            + $"at the latest until {ends.UtcDateTime:yyyy-MM-dd HH:mm}Z. Then the object goes, and nothing more is started");
        return summary with
        {
            Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.DeletionWaits,
            Message = $"{followed}. {summary.Message}",
        };
    };

    private static string Left(Plan plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending)).Select(s => $"{s.Id} ({s.State})").ToList();
        return $"abandoned: {done.Count} of {plan.Steps.Count} steps were done, the last {(done.Count > 0 ? done[^1] : "none")}; open: {(open.Count > 0 ? string.Join(", ", open) : "none")}";
    }

    private Func<RunStatusSummary, RunStatusSummary> Waiting(RunObject entity) => summary =>
    {
        if (summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack)
        {
            return summary;
        }

        if (!_kind.IsPastUndo(entity.Status!.Plan!))
        {
            return summary with
            {
                Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.Undoing,
                Message = $"{summary.Message}. The annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once",
            };
        }

        var goes = entity.Status!.RollbackPlan is null ? "the plan goes on to its end first" : "the way back goes to its end first";
        return summary with
        {
            Reason = summary.Kind == RunOutcomeKind.Stalled ? summary.Reason : Reasons.DeletionWaits,
            Message = $"deletion waits: {_kind.PastUndo}, so {goes}; the annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once and leaves things as they are. {summary.Message}",
        };
    };

    private async Task<(bool Gone, TimeSpan? After)> LetGoAsync(RunObject entity, CancellationToken cancellationToken)
    {
        if (entity.Status?.Target is { Claim: not null } target)
        {
            await frame.Services.Claims.ReleaseAsync(entity.Entity, target, cancellationToken);
        }

        await frame.Store.RemoveFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken);
        return (true, null);
    }
}
