using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary><c>GET /oms/health</c> says healthy, where the version has it (docs/research/oms.md#console-api).</summary>
internal sealed class CheckHealth(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var port = int.Parse(context.Parameter("port"), CultureInfo.InvariantCulture);
        var answer = await Targets.Health.AskAsync(context.Parameter("hostIP"), port, context.OptionalParameter("scheme") == "https", cancellationToken);
        return answer.State switch
        {
            HealthState.Healthy => new Observation.Done("healthy"),
            HealthState.NoEndpoint => new Observation.Done("this version has no health endpoint; programs and heartbeats decide"),
            _ => new Observation.Running(answer.Message),
        };
    }
}
