namespace Drydock.Reconcilers.Oms;

/// <summary>The health endpoint does not say that OMS is unhealthy, where the version has one
/// (docs/research/oms.md#console-api). No vendor page documents the endpoint, so everything but a well-formed answer
/// means that there is none, and programs and heartbeats decide.</summary>
[Acceptable]
internal sealed class CheckHealth(IOmsTargets targets) : OmsStep<CheckHealth.Args>(targets), IWaitsOnly
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    /// <param name="Container">Name or id of the container.</param>
    /// <param name="Port">The port of the console.</param>
    /// <param name="Https">Whether the console serves HTTPS.</param>
    /// <param name="Path">The path of the endpoint.</param>
    /// <param name="UnhealthyBefore">Whether the old version said already that it is not healthy.</param>
    public sealed record Args(
        string Container, int Port, bool Https = false, string Path = "/oms/health", bool UnhealthyBefore = false);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var health = HealthAnswer.Of(await AskAsync(context, args, cancellationToken));
        return health.State switch
        {
            HealthState.Healthy => new Observation.Done("The health endpoint reports healthy."),
            HealthState.Unhealthy when args.UnhealthyBefore => new Observation.Done(
                $"{Sentences.Close(health.Message)} It said so before the upgrade too. Programs and heartbeats "
                    + "decide."),
            HealthState.Unhealthy => new Observation.Running(Sentences.Close(health.Message)),
            HealthState.NotServing when !IsOver(context, whole => Shorter(Patience, whole / 2)) =>
                new Observation.Running(Sentences.Close(health.Message)),
            _ => new Observation.Done(
                $"There is no health endpoint: {Sentences.Close(health.Message)} Programs and heartbeats decide."),
        };
    }

    private async Task<HttpAnswer> AskAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        try
        {
            return await ContainerHttp.GetAsync(
                Docker(context), args.Container, args.Port, args.Https, args.Path, cancellationToken);
        }
        catch (DockerConflictException)
        {
            throw Down(context, args.Container);
        }
    }
}
