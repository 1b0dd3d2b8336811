using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Common.Runs.Flows;

/// <summary>
/// Keeps the end of the output of commands: whole where the command left it, the last 64 KiB without secrets in a Secret named in
/// <c>status.plan.steps[].outputRef</c>.
/// </summary>
/// <param name="kind">The kind of the object as written in manifests.</param>
/// <param name="owner">Metadata of the object.</param>
/// <param name="outputs">Where commands leave their output.</param>
/// <param name="kubernetes">The API server.</param>
/// <param name="logger">For outputs that cannot be kept.</param>
internal sealed class KeptOutputs(string kind, V1ObjectMeta owner, IStepOutputs outputs, IKubernetesClient kubernetes, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The plan with references to the outputs of commands that have ended since.</summary>
    public async Task<Plan> AttachAsync(Plan plan, CancellationToken cancellationToken)
    {
        var steps = new List<PlanStep>(plan.Steps.Count);
        foreach (var step in plan.Steps)
        {
            var ended = step.State is StepState.Succeeded or StepState.Failed or StepState.Unknown;
            var lacks = outputs.Has(step) && step.OutputRef != NameOf(plan, step);
            steps.Add(ended && lacks ? await AttachAsync(plan, step, cancellationToken) : step);
        }

        return plan with { Steps = steps };
    }

    private string NameOf(Plan plan, PlanStep step) => ObjectNames.Output(owner, step.Id, plan.AttemptsBefore + step.Attempt);

    private async Task<PlanStep> AttachAsync(Plan plan, PlanStep step, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            var output = await outputs.ReadAsync(step, limit.Token);
            if (output is null)
            {
                return step;
            }

            await KeepAsync(NameOf(plan, step), step, output, limit.Token);
            return step with { OutputRef = NameOf(plan, step) };
        }
        catch (Exception exception) when (exception is StepOutputException or KubernetesException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The run does not depend on it: the output stays where it is, and the next write tries again.
            RunLog.OutputNotKept(logger, step.Id, exception.Message);
            return step;
        }
    }

    private async Task KeepAsync(string name, PlanStep step, string text, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.CreateAsync(
                new V1Secret
                {
                    Metadata = new V1ObjectMeta
                    {
                        Name = name,
                        Namespace = owner.Namespace,
                        Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            [Labels.UpgradeUid] = owner.Uid ?? "",
                            [Labels.UpgradeName] = owner.Name,
                        },
                        OwnerReferences = [new V1OwnerReference { ApiVersion = ApiGroup.ApiVersion, Kind = kind, Name = owner.Name, Uid = owner.Uid ?? "" }],
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
}
