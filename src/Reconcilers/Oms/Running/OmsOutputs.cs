using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The output of run-once commands; the whole output is on the host, next to the witness file.</summary>
internal sealed class OmsOutputs(IOmsTargets targets) : IStepOutputs
{
    private const int LongestLog = 64 * 1024 * 1024;

    public bool Has(PlanStep step) => step.Receipt?.ContainsKey(WitnessedExec.DirectoryKey) == true;

    public async Task<string?> ReadAsync(PlanStep step, CancellationToken cancellationToken)
    {
        try
        {
            var exec = new WitnessedExec(
                targets.Docker(step.Node!),
                step.Receipt![WitnessedExec.ContainerKey],
                step.Receipt[WitnessedExec.DirectoryKey]);
            return await exec.OutputAsync(LongestLog, cancellationToken) is { } output
                ? targets.Redactor.RedactTail(output)
                : null;
        }
        catch (Exception exception) when (exception is DockerException or KeyNotFoundException or InvalidDataException)
        {
            throw new StepOutputException(exception.Message, exception);
        }
    }
}
