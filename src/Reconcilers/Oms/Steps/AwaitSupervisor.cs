namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until supervisord in a started container answers.</summary>
internal sealed class AwaitSupervisor(IOmsTargets targets) : OmsStep<AwaitSupervisor.Args>(targets), IWaitsOnly
{
    /// <param name="Container">Name or id of the container.</param>
    public sealed record Args(string Container);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, args.Container, cancellationToken) is not { State.Running: true })
        {
            return new Observation.Failed(Reasons.ComponentsUnhealthy, NotRunning(context, args.Container));
        }

        var programs = await ProgramsAsync(context, args.Container, cancellationToken);
        return programs.Answered
            ? new Observation.Done($"supervisord lists {programs.Programs.Count} programs.")
            : new Observation.Running(
                $"supervisord does not answer yet ({string.Join(' ', programs.OtherLines.Take(1))}).");
    }

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        PauseOrEventAsync(context, cancellationToken);
}
