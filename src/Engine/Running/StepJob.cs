using Drydock.Abstractions.Plans;
using Drydock.Engine.Actions;
using Drydock.Engine.Guards;

namespace Drydock.Engine.Running;

/// <summary>
/// Looks after one step beside the reconcile: observes it, begins it when told to, and waits for its end. Reports to the run and never writes status.
/// </summary>
internal sealed class StepJob(RunEnvironment environment, Plan plan, PlanStep step, TimeSpan timeout, Action<StepReport> report)
{
    private readonly IStepAction _action = environment.Catalog.Action(step.Action);

    /// <summary>Looks whether the step has begun; if not and <paramref name="mayBegin"/>, prepares the receipt.</summary>
    public async Task ObserveAsync(bool mayBegin, CancellationToken cancellationToken)
    {
        var seen = await FollowAsync(cancellationToken);
        var mayRepeat = step.State == StepState.Pending && step.Attempt > 0 && step.Tries < step.MaxAttempts && step.Retry != RetryRule.RestoreFirst;
        if (seen is Observation.NotStarted || (seen is Observation.Failed && mayRepeat))
        {
            if (!mayBegin)
            {
                report(new StepReport.Idle(step.Id, step.Attempt));
                return;
            }

            await PrepareAsync(cancellationToken);
            return;
        }

        Conclude(seen, actFailure: null);
    }

    /// <summary>Begins the action, if guards and fence allow, and follows it to its end.</summary>
    public async Task ActAsync(CancellationToken cancellationToken)
    {
        if (!await GuardsHoldAsync(cancellationToken))
        {
            return;
        }

        StepActionException? failure = null;
        try
        {
            environment.Fence.EnsureMayAct();
            await _action.ActAsync(Context(step), cancellationToken);
        }
        catch (ActRefusedException)
        {
            // Not this process's turn any more; the next leader finds the receipt and looks at the world.
            return;
        }
        catch (StepActionException exception)
        {
            failure = exception;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            failure = new StepActionException(EngineReasons.StepFailed, exception.Message, retryable: true, exception);
        }

        var seen = failure is { Retryable: false } ? await LookAsync(cancellationToken) : await FollowAsync(cancellationToken);
        Conclude(seen, failure ?? new StepActionException(EngineReasons.StepFailed, "the action was carried out and left no trace"));
    }

    /// <summary>Reads all guards in force and reports what they said.</summary>
    public static async Task ReadGuardsAsync(RunEnvironment environment, Plan plan, Action<StepReport> report, CancellationToken cancellationToken) =>
        report(new StepReport.GuardsRead("", 0, await BreachesAsync(environment, plan, aboutToAct: null, cancellationToken)));

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!await GuardsHoldAsync(cancellationToken))
        {
            return;
        }

        var next = step.State is StepState.Running or StepState.Unknown ? step : step with { Attempt = step.Attempt + 1, Receipt = null };
        try
        {
            var receipt = await _action.PrepareAsync(Context(next), cancellationToken);
            report(new StepReport.Ready(step.Id, step.Attempt, receipt));
        }
        catch (StepActionException exception)
        {
            report(new StepReport.Failed(step.Id, step.Attempt, exception.Reason, Clean(exception.Message), exception.Retryable));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            report(new StepReport.Failed(step.Id, step.Attempt, EngineReasons.StepFailed, Clean(exception.Message), Retryable: true));
        }
    }

    private async Task<bool> GuardsHoldAsync(CancellationToken cancellationToken)
    {
        var breaches = await BreachesAsync(environment, plan, step.Id, cancellationToken);
        if (breaches.Count > 0)
        {
            report(new StepReport.GuardsRead(step.Id, step.Attempt, breaches));
        }

        return breaches.Count == 0;
    }

    private static async Task<IReadOnlyList<GuardBreach>> BreachesAsync(
        RunEnvironment environment, Plan plan, string? aboutToAct, CancellationToken cancellationToken)
    {
        var readings = await Task.WhenAll(GuardScope.InForce(plan, aboutToAct).Select(async guard =>
        {
            try
            {
                var reading = await environment.Catalog.Guard(guard.Check).CheckAsync(guard, plan, cancellationToken);
                return (guard.Id, Reading: reading);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                return (guard.Id, Reading: GuardReading.Unreadable(exception.Message));
            }
        }));
        return
        [
            .. readings
                .Where(r => r.Reading.State != GuardState.Holds)
                .Select(r => new GuardBreach(r.Id, r.Reading.State, environment.Redact(r.Reading.Message))),
        ];
    }

    // Observes until the step is no longer under way, woken by whatever the action waits for.
    private async Task<Observation> FollowAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? deadline = null;
        string? told = null;
        while (true)
        {
            var seen = await LookAsync(cancellationToken);
            if (seen is not Observation.Running running)
            {
                return seen;
            }

            deadline ??= (step.State is StepState.Pending ? null : step.StartedAt) is { } started ? started + timeout : environment.Time.GetUtcNow() + timeout;
            var left = deadline.Value - environment.Time.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return new Observation.Failed(
                    EngineReasons.StepTimeout,
                    $"not finished after {Abstractions.Values.KubernetesDuration.Format(timeout)} ({running.Message ?? "still under way"}); nothing was stopped. "
                    + "It goes on by itself if it still finishes; otherwise look at the node, or raise the phase's timeout.");
            }

            if (told is null || !string.Equals(told, running.Message, StringComparison.Ordinal))
            {
                told = running.Message ?? "";
                report(new StepReport.Running(step.Id, step.Attempt, running.Message is null ? null : Clean(running.Message)));
            }

            await WaitAsync(left, cancellationToken);
        }
    }

    private async Task WaitAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(left, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _action.WaitAsync(Context(step), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time of the attempt is over: the caller looks once more and decides.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The wait itself broke (a cut event stream); a pause keeps a broken wait from spinning, and the next look says what is.
            await Task.Delay(TimeSpan.FromSeconds(1), environment.Time, cancellationToken);
        }
    }

    private async Task<Observation> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _action.ObserveAsync(Context(step), cancellationToken);
        }
        catch (StepActionException exception)
        {
            return new Observation.Failed(exception.Reason, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new Observation.Unknown(exception.Message);
        }
    }

    private void Conclude(Observation seen, StepActionException? actFailure) =>
        report(seen switch
        {
            Observation.Done done => new StepReport.Done(step.Id, step.Attempt, done.Message is null ? null : Clean(done.Message), done.Facts),
            Observation.Failed failed => new StepReport.Failed(step.Id, step.Attempt, failed.Reason, Clean(failed.Message!), Retryable: failed.Reason != EngineReasons.StepTimeout || !step.RunOnce),
            Observation.Unknown unknown => new StepReport.Unknown(step.Id, step.Attempt, Clean(unknown.Message!)),
            _ when actFailure is not null => new StepReport.Failed(step.Id, step.Attempt, actFailure.Reason, Clean(actFailure.Message), actFailure.Retryable),
            _ => new StepReport.Idle(step.Id, step.Attempt),
        });

    private string Clean(string message) => environment.Redact(message);

    private StepContext Context(PlanStep present) =>
        new() { OwnerUid = environment.OwnerUid, Plan = plan, Step = present, Time = environment.Time };
}
