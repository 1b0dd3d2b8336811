using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>
/// Keeps the end of the output of run-once commands: whole on the host beside its witness, the last 64 KiB without secrets in a Secret named in
/// <c>status.plan.steps[].outputRef</c>.
/// </summary>
internal sealed partial class KeptOutputs(OmsTargets targets, ILogger logger)
{
    private const int LongestLog = 64 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The plan with references to the outputs of commands that have ended since.</summary>
    public async Task<Plan> AttachAsync(Plan plan, CancellationToken cancellationToken)
    {
        var steps = new List<PlanStep>(plan.Steps.Count);
        foreach (var step in plan.Steps)
        {
            var ended = step.State is StepState.Succeeded or StepState.Failed or StepState.Unknown;
            var lacks = step.Receipt?.ContainsKey(WitnessedExec.DirectoryKey) == true && step.OutputRef != NameOf(plan, step);
            steps.Add(ended && lacks ? await AttachAsync(plan, step, cancellationToken) : step);
        }

        return plan with { Steps = steps };
    }

    private string NameOf(Plan plan, PlanStep step) => SnapshotNames.Output(targets.Upgrade.Metadata, step.Id, plan.AttemptsBefore + step.Attempt);

    private async Task<PlanStep> AttachAsync(Plan plan, PlanStep step, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            var exec = new WitnessedExec(targets.Docker(step.Node!), step.Receipt![WitnessedExec.ContainerKey], step.Receipt[WitnessedExec.DirectoryKey]);
            var output = await exec.OutputAsync(LongestLog, limit.Token);
            if (output is null)
            {
                return step;
            }

            await KeepAsync(NameOf(plan, step), step, targets.Redactor.RedactTail(output), limit.Token);
            return step with { OutputRef = NameOf(plan, step) };
        }
        catch (Exception exception) when (exception is DockerException or KubernetesException or KeyNotFoundException or InvalidDataException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The run does not depend on it: the output stays on the host, and the next write tries again.
            OutputNotKept(logger, step.Id, exception.Message);
            return step;
        }
    }

    private async Task KeepAsync(string name, PlanStep step, string text, CancellationToken cancellationToken)
    {
        var upgrade = targets.Upgrade;
        try
        {
            await targets.Kubernetes.CreateAsync(
                new V1Secret
                {
                    Metadata = new V1ObjectMeta
                    {
                        Name = name,
                        Namespace = upgrade.Metadata.Namespace,
                        Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            [Labels.UpgradeUid] = upgrade.Metadata.Uid ?? "",
                            [Labels.UpgradeName] = upgrade.Metadata.Name,
                        },
                        OwnerReferences = [new V1OwnerReference { ApiVersion = ApiGroup.ApiVersion, Kind = OmsUpgrade.KindName, Name = upgrade.Metadata.Name, Uid = upgrade.Metadata.Uid ?? "" }],
                    },
                    Type = "Opaque",
                    Data = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["output"] = Encoding.UTF8.GetBytes(text), ["step"] = Encoding.UTF8.GetBytes(step.Id) },
                },
                cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // Kept by an earlier life; an attempt's output does not change after its end.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {Step} could not be kept yet: {Message}")]
    private static partial void OutputNotKept(ILogger logger, string step, string message);
}
