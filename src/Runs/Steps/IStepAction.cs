namespace Drydock.Runs;

/// <summary>Carries out one step. The engine calls <see cref="ObserveAsync"/>, and only when that says the step
/// has not begun: <see cref="PrepareAsync"/>, then a write of the receipt to status, then <see cref="ActAsync"/>. It
/// may be killed between any two of these, so every answer comes from the target and the receipt, never from
/// memory.</summary>
public interface IStepAction
{
    Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Whether the step may be prepared while those before it are about to end. False if the receipt records
    /// what is restored later: until the step begins, it may be changed.</summary>
    bool MayPrepareEarly => true;

    /// <summary>Returns the receipt that identifies the one execution later. Called with the receipt so far; an
    /// unchanged result means that it is still valid. An attempt that was counted and left no trace is prepared again
    /// under its own number, so that a late first start and the second exclude each other. May reserve (create an exec
    /// that is not started), must not act.</summary>
    Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Starts the action, at most once for one receipt; built so that the target refuses it when it arrives
    /// late.</summary>
    /// <exception cref="StepActionException">The action was refused for a known reason.</exception>
    Task ActAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Whether an administrator may accept this failure, so that the run continues as if the step had
    /// succeeded. False unless the step only verifies something, or the failure proves no damage: what follows must not
    /// rely on it.</summary>
    bool MayBeAccepted(Observation.Failed failure) => false;

    /// <summary>Returns when the target may have changed for this step: an event, a blocking read, or, where neither
    /// exists, a pause. Cancelled after 30 s at the latest, so that a lost event costs no more than that. Must end when
    /// cancelled.</summary>
    Task WaitAsync(StepContext context, CancellationToken cancellationToken);
}
