namespace Drydock.Reconcilers.Oms;

/// <summary>Asks again what preflight asked, before the first change of OMS: a plan that was held, or that is older
/// than ten minutes, rests on answers that may be wrong by now, and here a finding costs nothing. It waits while there
/// is one.</summary>
[Acceptable]
internal sealed record LookAgain : OmsStep, IWaitsOnly
{
    private const int Named = 5;

    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    // The engine ends a longer look, and then its outcome is unknown.
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(4);

    internal override string Verb => "look";
    internal override string Title(string? node) => "Repeat preflight before OMS is changed";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (IsRecent(context))
        {
            return new Done("Preflight has just passed, and nothing has held the run since.");
        }

        var findings = await FindAsync(context, cancellationToken);
        if (findings.Count == 0)
        {
            return new Done("Preflight was repeated and has no findings.");
        }

        if (context.Step.Phase == OmsUpgradePhases.StopOld
            && await StoppedAsync(Targets, context.Plan, cancellationToken) is { } stopped)
        {
            return new Done($"{stopped} is stopped already, so preflight has nothing to keep.");
        }

        var message = "OMS was not changed: preflight, which was repeated, found: "
            + $"{Sentences.List([.. findings.Select(f => f.Message)], Named, " ")}";
        return IsOver(context, whole => whole / 2)
            ? new Failed(findings[0].Reason, message)
            : new Running(message);
    }

    private bool IsRecent(StepContext context)
    {
        var asked = context.Plan.Steps.Where(s => s.Is<LookAgain>() && s.State == StepState.Succeeded)
            .Select(s => s.FinishedAt).Append(context.Plan.CompiledAt).Max();
        var status = Targets.Upgrade.Status;
        return context.Time.GetUtcNow() - asked < Recent && status is { Holds: [] } && !(status.HeldUntil > asked);
    }

    /// <summary>An old container that is stopped: by people who have begun the downtime, or by this plan, whose status
    /// was put back.</summary>
    public static async Task<string?> StoppedAsync(
        OmsTargets targets, PlanProgress plan, CancellationToken cancellationToken)
    {
        foreach (var stop in OmsPlanProgress.Stops(plan))
        {
            var old = stop.As<StopContainer>();
            if (await targets.Docker(stop.Node!).Containers.FindContainerAsync(old.Container, cancellationToken)
                is { State.Running: false })
            {
                return $"{old.Name} on {stop.Node}";
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<Finding>> FindAsync(StepContext context, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestLook, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await Targets.LookAgainAsync(context.Plan, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return
            [
                new Finding
                {
                    Reason = Reasons.StepTimeout,
                    Message = $"it did not end within {KubernetesDuration.Format(LongestLook)}: a target answers too "
                        + "slowly.",
                },
            ];
        }
    }
}
