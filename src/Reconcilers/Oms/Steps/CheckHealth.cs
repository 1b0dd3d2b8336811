namespace Drydock.Reconcilers.Oms;

/// <summary>The health endpoint does not say that OMS is unhealthy, where the version has one
/// (docs/research/oms.md#console-api). No vendor page documents the endpoint, so everything but a well-formed answer
/// means that there is none, and programs and heartbeats decide.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Port">The port of the console.</param>
/// <param name="Https">Whether the console serves HTTPS.</param>
/// <param name="Path">The path of the endpoint.</param>
/// <param name="UnhealthyBefore">Whether the old version said already that it is not healthy.</param>
[Acceptable]
internal sealed record CheckHealth(
    string Container,
    int Port,
    bool Https = false,
    string Path = "/oms/health",
    bool UnhealthyBefore = false) : OmsStep, IWaitsOnly
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal override string Verb => "health";
    internal override int Attempts => 1;

    internal override string Title(string? node) => $"Check the health endpoint of {node}";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var health = HealthAnswer.Of(await AskAsync(context, cancellationToken));
        return health.State switch
        {
            HealthState.Healthy => new Observation.Done("The health endpoint reports healthy."),
            HealthState.Unhealthy when UnhealthyBefore => new Observation.Done(
                $"{Sentences.Close(health.Message)} It said so before the upgrade too. Programs and heartbeats "
                    + "decide."),
            HealthState.Unhealthy => new Observation.Running(Sentences.Close(health.Message)),
            HealthState.NotServing when !IsOver(context, whole => Shorter(Patience, whole / 2)) =>
                new Observation.Running(Sentences.Close(health.Message)),
            _ => new Observation.Done(
                $"There is no health endpoint: {Sentences.Close(health.Message)} Programs and heartbeats decide."),
        };
    }

    private async Task<HttpAnswer> AskAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ContainerHttp.GetAsync(Docker(context), Container, Port, Https, Path, cancellationToken);
        }
        catch (DockerConflictException)
        {
            throw Down(context, Container);
        }
    }
}
