using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.CoreTypes;
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

/// <summary>
/// Deletion (design §3.11): before T1 what was changed is undone and the object goes; from T1 on it stays and the plan goes on to its end; the annotation
/// <c>drydock.dev/on-delete: Abandon</c>, or a namespace that goes away, lets go after the running step and says what was left where.
/// </summary>
internal sealed partial class DeletionFlow(OmsServices services, RunFlow runs, PlanFlow plans, IEntityWriter<OmsUpgrade> writer)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly ILogger _logger = services.Loggers.CreateLogger<DeletionFlow>();

    /// <summary>Carries the deletion on; true when the object has been let go.</summary>
    public async Task<(bool Gone, TimeSpan? After)> AdvanceAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        if (IsOver(upgrade))
        {
            return await LetGoAsync(upgrade, cancellationToken);
        }

        if (PlanSlots.Active(upgrade.Status!) == PlanSlot.Cleanup)
        {
            // The removal of old containers can stop anywhere; only a running one is awaited.
            return await StopAsync(upgrade, session, accessKey, "deletion was asked for: no more old containers are removed", tell: false, cancellationToken);
        }

        if (await IsAbandonedAsync(upgrade, cancellationToken))
        {
            return await StopAsync(upgrade, session, accessKey, "let go by drydock.dev/on-delete: Abandon, or because the namespace goes away", tell: true, cancellationToken);
        }

        var step = await runs.AdvanceAsync(upgrade, session, accessKey, Waiting(upgrade), cancellationToken);
        return step.End == RunEnd.None ? (false, step.After) : await LetGoAsync(step.Upgrade, cancellationToken);
    }

    // Nothing of it is left to do or to undo.
    private static bool IsOver(OmsUpgrade upgrade) =>
        upgrade.Status is not { Plan: not null } status
        || OmsUpgradePhases.IsEnded(status.Phase) && PlanSlots.Active(status) != PlanSlot.Cleanup
        || (status.UpgradeStands() && PlanSlots.Active(status) != PlanSlot.Cleanup)
        || status.WentBack();

    private async Task<bool> IsAbandonedAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Metadata.Annotations?.GetValueOrDefault(Annotations.OnDelete) == Annotations.Abandon)
        {
            return true;
        }

        var space = await services.Kubernetes.GetAsync<V1Namespace>(upgrade.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    private async Task<(bool Gone, TimeSpan? After)> StopAsync(
        OmsUpgrade upgrade, OmsSession session, string accessKey, string because, bool tell, CancellationToken cancellationToken)
    {
        var slot = PlanSlots.Active(upgrade.Status!);
        var (written, _) = await plans.AdvanceAsync(upgrade, slot, session, accessKey, because, null, cancellationToken);
        if (session.IsBusy)
        {
            return (false, LookAgain);
        }

        if (tell)
        {
            var left = Left(written.Status!.Plan(slot)!);
            services.Events.Warning(written, Reasons.Abandoned, left);
            Abandoned(_logger, written.Metadata.Namespace, written.Metadata.Name, left);
        }

        return await LetGoAsync(written, cancellationToken);
    }

    private static string Left(Plan plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending)).Select(s => $"{s.Id} ({s.State})").ToList();
        return $"abandoned: {done.Count} of {plan.Steps.Count} steps were done, the last {(done.Count > 0 ? done[^1] : "none")}; open: {(open.Count > 0 ? string.Join(", ", open) : "none")}. "
            + "Containers, ha.config and dumps are as these steps left them; the runbook goes on by hand from here";
    }

    private static Func<Standing, Standing> Waiting(OmsUpgrade upgrade) => standing =>
    {
        if (standing.Kind is StandingKind.Succeeded or StandingKind.RolledBack)
        {
            return standing;
        }

        if (!DoneWork.IsPastT1(upgrade.Status!.Plan!))
        {
            return standing with
            {
                Reason = standing.Kind == StandingKind.Stalled ? standing.Reason : Reasons.Undoing,
                Message = $"{standing.Message}. The annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once",
            };
        }

        var goes = upgrade.Status!.RollbackPlan is null ? "the plan goes on to its end first" : "the way back goes to its end first";
        return standing with
        {
            Reason = standing.Kind == StandingKind.Stalled ? standing.Reason : Reasons.DeletionWaits,
            Message = $"deletion waits: the old containers were stopped, so {goes}; the annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once and leaves things as they are. {standing.Message}",
        };
    };

    private async Task<(bool Gone, TimeSpan? After)> LetGoAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Status?.Target?.Claim is { } claim)
        {
            await services.Claims.ReleaseAsync(claim, upgrade.Metadata.Uid!, cancellationToken);
        }

        await writer.RemoveFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken);
        return (true, null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "OmsUpgrade {Namespace}/{Name} {Left}")]
    private static partial void Abandoned(ILogger logger, string? @namespace, string name, string left);
}
