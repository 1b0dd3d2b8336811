using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The health endpoint reports healthy, where the version has one (docs/research/oms.md#console-api).
/// </summary>
internal sealed class CheckHealth(IOmsTargets targets) : OmsStep<CheckHealth.Args>(targets), IWaitsOnly
{
    /// <param name="HostIP">The address of the node.</param>
    /// <param name="Port">The port of the console.</param>
    /// <param name="Https">Whether the console serves HTTPS.</param>
    /// <param name="Path">The path of the endpoint.</param>
    public sealed record Args(string HostIP, int Port, bool Https = false, string Path = "/oms/health");

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var answer = await Targets.Health.AskAsync(
            args.HostIP, args.Port, args.Https, args.Path, cancellationToken);
        return answer.State switch
        {
            HealthState.Healthy => new Observation.Done("The health endpoint reports healthy."),
            HealthState.NoEndpoint => new Observation.Done(
                "This version has no health endpoint. Programs and heartbeats decide."),
            _ => new Observation.Running(answer.Message),
        };
    }
}
