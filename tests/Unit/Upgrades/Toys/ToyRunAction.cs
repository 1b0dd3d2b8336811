namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What every step of a toy does: it shows in the truth.</summary>
internal sealed class ToyRunAction(ToyRunTruth truth, string door) : IStepAction
{

    public Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Observation>(
            context.Step.Phase == ToyRunKind.Await ? truth.OthersReady || truth.OpenDoor == door
                ? new Observation.Done()
                : new Observation.Running("the others are not ready")
            : truth.Done.Contains(context.Step.Id) ? new Observation.Done()
            : truth.Hanging.Contains(context.Step.Id) && truth.Begun.Contains(context.Step.Id)
            ? new Observation.Running("the part is being swapped")
            : new Observation.NotStarted("not begun"));

    public Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal));

    public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (truth.Refusing.Contains(context.Step.Id))
        {
            truth.Litter.Add(context.Step.Id);
            throw new StepActionException("Refused", "the part is stuck", retryable: false);
        }

        truth.Begun.Add(context.Step.Id);
        while (truth.Hanging.Contains(context.Step.Id))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), context.Time, cancellationToken);
        }

        truth.Acts.Add(context.Step.Id);
        truth.Done.Add(context.Step.Id);
        truth.Litter.Remove(context.Step.Id);
        if (context.Step.Parameters.GetValueOrDefault("undoes") is { } undone)
        {
            truth.Done.Remove(undone);
        }
    }

    public Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(5), context.Time, cancellationToken);
}
