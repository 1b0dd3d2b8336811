namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until supervisord in a started container answers.</summary>
/// <param name="Container">Name or id of the container.</param>
internal sealed record AwaitSupervisor(string Container) : OmsStep, IWaitsOnly
{
    internal override string Verb => "supervisor";
    internal override int Attempts => 1;

    internal override string Title(string? node) => $"Wait for supervisord on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { State.Running: true })
        {
            return new Observation.Failed(Reasons.ComponentsUnhealthy, NotRunning(context, Container));
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        return programs.Answered
            ? new Observation.Done($"supervisord lists {programs.Programs.Count} programs.")
            : new Observation.Running(
                $"supervisord does not answer yet ({string.Join(' ', programs.OtherLines.Take(1))}).");
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        PauseOrEventAsync(context, cancellationToken);
}
